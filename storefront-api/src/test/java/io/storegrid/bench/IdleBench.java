package io.storegrid.bench;

import io.storegrid.api.launch.PackagedNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** What a node takes that has nothing to do: the packaged one with the sample catalogue, started as the README has it. */
final class IdleBench {

    private static final int HEAP_MB = 512;
    private static final double RSS_MAX_MB = 350;
    private static final double CPU_MAX_PERCENT = 2;

    private static final long WINDOW_MS = 2_000;
    private static final int WINDOWS_ALIKE = 6;
    private static final long WINDOWS_DIFFER_MAX_MICROS = 20_000;
    private static final long SETTLE_MAX_MS = 40_000;
    private static final long WATCH_MS = 20_000;
    private static final int THREADS_SHOWN = 8;

    private final Report report;

    IdleBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section("An idle node with the sample catalogue, -Xmx" + HEAP_MB + "m");
        try {
            Path directory = Files.createTempDirectory("storegrid-idle-");
            try (PackagedNode node = PackagedNode.awaitUp(PackagedNode.launch(
                    directory, HEAP_MB, List.of("--http-port=0", "--discovery-port=" + PackagedNode.freePort())))) {
                watch(node.pid(), postmaster(directory));
                node.terminate();
                node.exitCode(Duration.ofSeconds(10));
            } finally {
                endDatabase(directory);
                delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void watch(long node, long database) throws IOException {
        long settledMs = settle(node);
        Map<String, Long> threadsBefore = threads(node);
        long nodeBefore = CpuMeter.process(node);
        long databaseBefore = CpuMeter.withChildren(database);
        long begin = System.nanoTime();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WATCH_MS));
        double wallMicros = (System.nanoTime() - begin) / 1e3;
        double nodePercent = (CpuMeter.process(node) - nodeBefore) * 100 / wallMicros;
        double databasePercent = (CpuMeter.withChildren(database) - databaseBefore) * 100 / wallMicros;
        double rssMb = memoryKb(node, "VmRSS") / 1024.0;

        report.head("what", "node", "PostgreSQL");
        report.row("CPU, % of a core", nodePercent, databasePercent);
        report.row("RSS, MB", rssMb, "");
        report.row("largest RSS since the start, MB", memoryKb(node, "VmHWM") / 1024.0, "");
        report.row("threads", threads(node).size(), "");
        report.note("");
        report.note("Watched for " + WATCH_MS / 1_000 + " s, from " + settledMs / 1_000
                + " s after the start's end on. Threads that used most, ms of CPU a second: "
                + dearest(threadsBefore, threads(node), wallMicros) + '.');
        report.atMost("idle node, sample catalogue: RSS without PostgreSQL", "MB", RSS_MAX_MB, rssMb);
        report.atMost(
                "idle node, sample catalogue: CPU without PostgreSQL", "% of a core", CPU_MAX_PERCENT, nodePercent);
    }

    /** Waits until one window's CPU is like another's, since a start goes on compiling for a while; milliseconds waited. */
    private static long settle(long node) {
        long begin = System.nanoTime();
        Deque<Long> windows = new ArrayDeque<>();
        long before = CpuMeter.process(node);
        long waitedMs = 0;
        while (waitedMs < SETTLE_MAX_MS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(WINDOW_MS));
            long now = CpuMeter.process(node);
            windows.addLast(now - before);
            before = now;
            if (windows.size() > WINDOWS_ALIKE) {
                windows.removeFirst();
            }
            waitedMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            if (windows.size() == WINDOWS_ALIKE
                    && Collections.max(windows) - Collections.min(windows) <= WINDOWS_DIFFER_MAX_MICROS) {
                break;
            }
        }
        return waitedMs;
    }

    /** CPU of a process by the name of the thread and its number, microseconds. */
    static Map<String, Long> threads(long pid) throws IOException {
        Map<String, Long> threads = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
            for (Path task : tasks.toList()) {
                try {
                    String name = Files.readString(task.resolve("comm")).trim();
                    threads.put(name + '/' + task.getFileName(), CpuMeter.scheduled(task.resolve("schedstat")));
                } catch (IOException e) {
                    // A thread may end at any time; it is left out then.
                }
            }
        }
        return threads;
    }

    static String dearest(Map<String, Long> before, Map<String, Long> after, double wallMicros) {
        Map<String, Double> byName = new TreeMap<>();
        after.forEach((thread, micros) -> byName.merge(
                thread.substring(0, thread.lastIndexOf('/')),
                (micros - before.getOrDefault(thread, 0L)) * 1e3 / wallMicros,
                Double::sum));
        return dearest(byName, THREADS_SHOWN);
    }

    /** The threads that used most, with what they used. */
    static String dearest(Map<String, Double> byName, int shown) {
        return String.join(
                ", ",
                byName.entrySet().stream()
                        .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                        .limit(shown)
                        .map(entry -> entry.getKey() + ' ' + Report.shown(entry.getValue()))
                        .toList());
    }

    static long memoryKb(long pid, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                .filter(line -> line.startsWith(field + ':'))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static Path pidFile(Path directory) {
        return directory.resolve("data/postgres/postmaster.pid");
    }

    private static long postmaster(Path directory) throws IOException {
        return Long.parseLong(Files.readAllLines(pidFile(directory)).get(0).trim());
    }

    /** A node that stops takes its database along; one that had to be killed leaves it. */
    private static void endDatabase(Path directory) throws IOException {
        if (Files.exists(pidFile(directory))) {
            Optional<ProcessHandle> orphan = ProcessHandle.of(postmaster(directory));
            orphan.ifPresent(ProcessHandle::destroyForcibly);
            orphan.ifPresent(
                    process -> process.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
