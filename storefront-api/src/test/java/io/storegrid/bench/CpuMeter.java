package io.storegrid.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * CPU time, user and system, of processes, from {@code /proc/<pid>/stat}. Counts in the kernel's clock ticks of 10 ms, so
 * runs have to last a second for one per cent. Linux only. Stateless.
 */
final class CpuMeter {

    private static final long MICROS_PER_TICK = 10_000;
    private static final int AFTER_NAME_PARENT = 1;
    private static final int AFTER_NAME_USER = 11;

    private CpuMeter() {}

    /** What a process used since it began, its threads included, its children not; microseconds. */
    static long process(long pid) {
        String[] fields = stat(pid);
        return fields.length == 0 ? 0 : micros(fields, 2);
    }

    /** What a process used together with its children, living and dead; microseconds. A postmaster is meant. */
    static long withChildren(long pid) {
        // The dead first: a child that ends in between is missed once rather than counted twice.
        String[] fields = stat(pid);
        long sum = fields.length == 0 ? 0 : micros(fields, 4);
        for (long child : children(pid)) {
            sum += process(child);
        }
        return sum;
    }

    /** What a thread used, from its {@code schedstat}, which counts nanoseconds and not ticks; microseconds. */
    static long scheduled(Path schedstat) throws IOException {
        return Long.parseLong(Files.readString(schedstat).split(" ", -1)[0]) / 1_000;
    }

    private static List<Long> children(long parent) {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .map(path -> path.getFileName().toString())
                    .filter(name -> name.chars().allMatch(Character::isDigit))
                    .map(Long::valueOf)
                    .filter(pid -> {
                        String[] fields = stat(pid);
                        return fields.length > 0 && Long.parseLong(fields[AFTER_NAME_PARENT]) == parent;
                    })
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long micros(String[] fields, int counters) {
        long ticks = 0;
        for (int i = 0; i < counters; i++) {
            ticks += Long.parseLong(fields[AFTER_NAME_USER + i]);
        }
        return ticks * MICROS_PER_TICK;
    }

    /** The fields behind the name, which may hold blanks and brackets; none when there is no such process any more. */
    private static String[] stat(long pid) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        } catch (NoSuchFileException e) {
            return new String[0];
        } catch (IOException e) {
            // A process may end between opening and reading; that is "no such process" too.
            return new String[0];
        }
    }
}
