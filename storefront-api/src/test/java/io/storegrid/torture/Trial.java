package io.storegrid.torture;

import io.storegrid.cluster.Namespaces;
import io.storegrid.torture.Torture.Order;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.check.Bounds;
import io.storegrid.torture.check.Checkers;
import io.storegrid.torture.check.Verdict;
import io.storegrid.torture.history.CompactHistory;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.HistoryReader;
import io.storegrid.torture.history.HistoryWriter;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.report.Page;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A run as a process of its own, what its history says to the checkers, and both on one page. */
final class Trial {

    /** What a run may take beyond its plan: start, the last fault, and settling. */
    private static final Duration MARGIN = Duration.ofMinutes(6);

    private static final List<String> JVM = List.of("-Xmx400m");
    private static final String SAYS = "[torture] ";

    private final Order order;
    private final History history;
    private final List<Verdict> verdicts;

    private Trial(Order order, History history, List<Verdict> verdicts) {
        this.order = order;
        this.history = history;
        this.verdicts = verdicts;
    }

    /**
     * Runs and judges; prints what the run says while it does.
     *
     * @param directory for everything that the run writes
     * @param quiet how long clients are alone before the first fault
     * @param changes that clients go on for after the last fault until so many were acknowledged
     * @param only faults to choose from; empty for all
     */
    static Trial run(
            Path directory,
            long seed,
            Duration quiet,
            int faults,
            int changes,
            Duration most,
            int rate,
            Ablation ablation,
            List<Nemesis> only)
            throws Exception {
        boolean namespaces = Namespaces.possible();
        Order order =
                new Order(directory, seed, quiet, faults, changes, most, rate, ablation, only, namespaces, commit());
        List<String> command = namespaces
                ? Namespaces.command(Torture.class, directory, JVM, order.arguments())
                : Namespaces.plain(Torture.class, directory, JVM, order.arguments());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        Thread listener = new Thread(() -> listen(process, said), "torture-output");
        listener.start();
        try {
            boolean ended = process.waitFor(most.plus(MARGIN).toMillis(), TimeUnit.MILLISECONDS);
            if (!ended || process.exitValue() != 0) {
                throw new AssertionError("the run did not get to its end: " + String.join("\n", said));
            }
        } finally {
            // Nodes stand in sessions of their own, and are descendants all the same.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            listener.join();
        }
        return judged(order);
    }

    private static Trial judged(Order order) throws IOException {
        History history = HistoryReader.read(order.history());
        long begin = System.nanoTime();
        Trial trial = new Trial(order, history, Checkers.judge(history, Bounds.STRICT));
        System.out.println(SAYS + "judged " + history.operations().size() + " operations in "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) + " ms");
        trial.verdicts.forEach(verdict -> System.out.println(
                SAYS + verdict.result() + " " + verdict.claim() + " (" + verdict.examined() + " looked at)"));
        return trial;
    }

    private static void listen(Process process, List<String> said) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith(SAYS)) {
                    System.out.println(line);
                }
                said.add(line);
            }
        } catch (IOException e) {
            said.add("its output broke off: " + e);
        }
    }

    private static String commit() throws InterruptedException {
        try {
            Process git = new ProcessBuilder("git", "rev-parse", "--short", "HEAD").start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor() == 0 ? commit : "unknown";
        } catch (IOException e) {
            return "unknown";
        }
    }

    History history() {
        return history;
    }

    long acknowledged() {
        return history.operations().stream()
                .filter(operation -> !operation.request().kind().reads())
                .filter(Operation::ok)
                .count();
    }

    /** What was violated, and what could not be decided. */
    List<Verdict> against() {
        return verdicts.stream()
                .filter(verdict ->
                        verdict.result() == Verdict.Result.VIOLATED || verdict.result() == Verdict.Result.UNDECIDED)
                .toList();
    }

    /** Checkers that saw what must not be. */
    List<Verdict> violated() {
        return verdicts.stream()
                .filter(verdict -> verdict.result() == Verdict.Result.VIOLATED)
                .toList();
    }

    /** Writes the page with its plot, and the compact history, under one name. */
    Path keep(Path where, String name) throws IOException {
        Path page = Page.write(history, verdicts, where, name);
        Path compressed = HistoryWriter.compressed(order.history());
        Files.copy(compressed, where.resolve(name + CompactHistory.ENDING), StandardCopyOption.REPLACE_EXISTING);
        return page;
    }

    /** Judges a history that was kept: {@code Trial <history> <directory> <name>}. */
    public static void main(String[] arguments) throws IOException {
        History history = HistoryReader.read(Path.of(arguments[0]));
        List<Verdict> verdicts = Checkers.judge(history, Bounds.STRICT);
        verdicts.forEach(System.out::println);
        System.out.println(Page.write(history, verdicts, Path.of(arguments[1]), arguments[2]));
    }
}
