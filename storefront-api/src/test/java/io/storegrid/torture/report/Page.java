package io.storegrid.torture.report;

import io.storegrid.torture.check.Verdict;
import io.storegrid.torture.check.Verdict.Result;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Operation.Outcome;
import io.storegrid.torture.report.Figures.Blow;
import io.storegrid.torture.report.Figures.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run on one page of Markdown: what was done to the store, what clients saw of it, what every checker says, and how much
 * that is worth.
 */
public final class Page {

    /** With n trials and no failure, 3/n bounds the rate of failures at 95 % confidence: the rule of three. */
    private static final double RULE_OF_THREE = 3;

    /** Below this many trials three over their number is no good approximation. */
    private static final int TRIALS_MIN = 30;

    private static final int TEXTS_SHOWN = 10;
    private static final double MICROS_PER_SECOND = TimeUnit.SECONDS.toMicros(1);

    private final History history;
    private final List<Verdict> verdicts;
    private final Figures figures;
    private final StringBuilder text = new StringBuilder();

    private Page(History history, List<Verdict> verdicts) {
        this.history = history;
        this.verdicts = verdicts;
        this.figures = new Figures(history);
    }

    /**
     * Writes {@code <name>.md} and {@code <name>.svg}.
     *
     * @return the page's path
     */
    public static Path write(History history, List<Verdict> verdicts, Path directory, String name) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve(name + ".svg"), Plot.svg(history), StandardCharsets.UTF_8);
        return Files.writeString(
                directory.resolve(name + ".md"), markdown(history, verdicts, name + ".svg"), StandardCharsets.UTF_8);
    }

    /** The page's text; {@code plot} is where its plot is found. */
    public static String markdown(History history, List<Verdict> verdicts, String plot) {
        return new Page(history, verdicts).written(plot);
    }

    /**
     * What so many faults without any violation say about the next one.
     *
     * @param faults that clients met, and after which every checker was content
     */
    public static String bound(int faults) {
        if (faults == 0) {
            return "Without a fault nothing is said about faults.";
        }
        double percent = faults < TRIALS_MIN ? 100 * (1 - Math.pow(0.05, 1.0 / faults)) : 100 * RULE_OF_THREE / faults;
        return String.format(
                Locale.ROOT,
                "%d faults of these kinds, under this load, and no violation: with 95 %% confidence fewer than %s %% of such"
                        + " faults cause one that these checkers would see (%s).",
                faults,
                decimal(percent),
                faults < TRIALS_MIN ? "exactly, 1 − 0.05^(1/" + faults + ")" : "rule of three, 3/" + faults);
    }

    private String written(String plot) {
        History.Header header = history.header();
        boolean holds = !verdicts.isEmpty() && verdicts.stream().allMatch(Verdict::holds);
        // A fault that no client met shows nothing.
        int met =
                (int) figures.blows().stream().filter(blow -> blow.asked() > 0).count();
        line("# Torture run, seed %d", header.seed());
        line("");
        line(
                "%s. %s",
                holds ? "**Everything holds**" : "**Not everything holds**: " + results(),
                holds ? bound(met) : "No bound is claimed.");
        line("");
        line("| | |");
        line("|---|---|");
        line("| commit | `%s` |", header.commit());
        line("| seed | `%d` |", header.seed());
        line("| nodes | %s |", String.join(", ", header.nodes()));
        line("| clients | %d |", header.clients());
        line("| SKUs | %d |", header.firstStock().size());
        line("| lasted | %s s |", seconds(figures.endMicros() - figures.beginMicros()));
        line("| operations | %d |", history.operations().size());
        line(
                "| acknowledged | %.0f per second |",
                count(Outcome.OK) * MICROS_PER_SECOND / Math.max(1, figures.endMicros() - figures.beginMicros()));
        line("| faults | %d |", history.faults().size());
        header.settings().forEach((name, value) -> line("| setting `%s` | %s |", name, cell(value)));
        line("");
        line("![throughput and p99 over time, faults as bands](%s)", plot);
        line("");
        verdicts();
        operations();
        faults();
        processes();
        return text.toString();
    }

    /** How many verdicts are not as they should be. */
    private String results() {
        List<String> parts = new ArrayList<>();
        for (Result result : List.of(Result.VIOLATED, Result.UNDECIDED, Result.SKIPPED)) {
            long count = verdicts.stream()
                    .filter(verdict -> verdict.result() == result)
                    .count();
            if (count > 0) {
                parts.add(count + " " + result.name().toLowerCase(Locale.ROOT));
            }
        }
        return parts.isEmpty() ? "there is no verdict" : String.join(", ", parts);
    }

    private void verdicts() {
        line("## Verdicts");
        line("");
        line("| claim | verdict | looked at | violations | remarks |");
        line("|---|---|---:|---:|---|");
        for (Verdict verdict : verdicts) {
            line(
                    "| %s | %s | %d | %d | %s |",
                    verdict.claim(),
                    verdict.result() == Result.HOLDS
                            ? "holds"
                            : "**" + verdict.result().name().toLowerCase(Locale.ROOT) + "**",
                    verdict.examined(),
                    verdict.violations(),
                    cell(String.join("; ", verdict.notes())));
        }
        line("");
        for (Verdict verdict : verdicts) {
            texts("Violations of \"" + verdict.claim() + "\"", verdict.shown(), verdict.violations());
            texts(
                    "Undecided of \"" + verdict.claim() + "\"",
                    verdict.undecided(),
                    verdict.undecided().size());
        }
    }

    private void texts(String title, List<String> texts, long all) {
        if (texts.isEmpty()) {
            return;
        }
        line("### %s", title);
        line("");
        texts.stream().limit(TEXTS_SHOWN).forEach(one -> line("- %s", one));
        if (all > TEXTS_SHOWN) {
            line("- … and %d more", all - TEXTS_SHOWN);
        }
        line("");
    }

    private void operations() {
        line("## Operations");
        line("");
        line("| kind | done | refused | unknown | p50 ms | p99 ms | p99 ms, asked during a fault |");
        line("|---|---:|---:|---:|---:|---:|---:|");
        for (Row row : figures.rows()) {
            line(
                    "| %s | %d | %d | %d | %s | %s | %s |",
                    row.kind(),
                    row.ok(),
                    row.refused(),
                    row.unknown(),
                    milliseconds(row.p50Micros()),
                    milliseconds(row.p99Micros()),
                    milliseconds(row.p99FaultMicros()));
        }
        line(
                "| all | %d | %d | %d | %s | %s | %s |",
                count(Outcome.OK),
                count(Outcome.REFUSED),
                count(Outcome.UNKNOWN),
                milliseconds(figures.percentile(any -> true, 50)),
                milliseconds(figures.percentile(any -> true, 99)),
                milliseconds(figures.percentile(operation -> figures.broken(operation.invokedMicros()), 99)));
        line("");
        line("Refusals: %s. Attempts that settled nothing: %s.", counts(figures.refusals()), counts(figures.repeats()));
        line("");
    }

    private long count(Outcome outcome) {
        return history.operations().stream()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    private static String counts(Map<String, Long> counts) {
        List<String> parts = new ArrayList<>();
        counts.forEach((name, count) -> parts.add(name + " " + count));
        return parts.isEmpty() ? "none" : String.join(", ", parts);
    }

    private void faults() {
        List<Blow> blows = figures.blows();
        if (blows.isEmpty()) {
            line("No faults.");
            line("");
            return;
        }
        Map<String, List<Blow>> byName = new LinkedHashMap<>();
        blows.forEach(blow -> byName.computeIfAbsent(blow.fault().name(), name -> new ArrayList<>())
                .add(blow));
        line("## Faults");
        line("");
        line("The first acknowledgement is that of a write asked for after the fault began, counted from its beginning."
                + " The gap is the longest time without an acknowledged write until ten seconds after it was over."
                + " Available are writes asked for while it lasted that were answered within two seconds.");
        line("");
        line(
                "| fault | times | first acknowledgement ms, median | worst | gap ms, worst | available, median | worst |");
        line("|---|---:|---:|---:|---:|---:|---:|");
        byName.forEach((name, same) -> line(
                "| %s | %d | %s | %s | %s | %s | %s |",
                name,
                same.size(),
                milliseconds(at(same.stream().mapToLong(Blow::firstMicros).toArray(), 50)),
                milliseconds(at(same.stream().mapToLong(Blow::firstMicros).toArray(), 100)),
                milliseconds(at(same.stream().mapToLong(Blow::gapMicros).toArray(), 100)),
                share(same, 50),
                share(same, 0)));
        line("");
        line(
                "| # | fault | victims | began s | lasted s | healed after s | first ack. ms | gap ms | available | details |");
        line("|---:|---|---|---:|---:|---:|---:|---:|---:|---|");
        int number = 0;
        for (Blow blow : blows) {
            Fault fault = blow.fault();
            line(
                    "| %d | %s | %s | %s | %s | %s | %s | %s | %s | %s |",
                    ++number,
                    fault.name(),
                    String.join(", ", fault.victims()),
                    seconds(fault.beganMicros() - figures.beginMicros()),
                    seconds(fault.endedMicros() - fault.beganMicros()),
                    fault.healedMicros() == 0 ? "–" : seconds(fault.healedMicros() - fault.beganMicros()),
                    milliseconds(blow.firstMicros()),
                    milliseconds(blow.gapMicros()),
                    blow.asked() == 0 ? "–" : decimal(100.0 * blow.soon() / blow.asked()) + " %",
                    cell(fault.details().isEmpty() ? "" : fault.details().toString()));
        }
        line("");
    }

    private static long at(long[] values, int percent) {
        return Figures.percentile(values, percent);
    }

    private static String share(List<Blow> blows, int percent) {
        long[] perMille = blows.stream()
                .filter(blow -> blow.asked() > 0)
                .mapToLong(blow -> 1_000 * blow.soon() / blow.asked())
                .toArray();
        return perMille.length == 0 ? "–" : decimal(Figures.percentile(perMille, percent) / 10.0) + " %";
    }

    private void processes() {
        if (history.processes().isEmpty()) {
            return;
        }
        long killed = history.processes().stream()
                .filter(process -> process.endedMicros() > 0 && process.killed())
                .count();
        long alone = history.processes().stream()
                .filter(process -> process.endedMicros() > 0 && !process.killed())
                .count();
        line("## Processes");
        line("");
        line(
                "%d were started, %d ended by the harness, %d by themselves, %d ran at the end.",
                history.processes().size(), killed, alone, history.processes().size() - killed - alone);
        line("");
        long doubtful = history.operations().stream().filter(Operation::unknown).count();
        line("%d operations were never answered.", doubtful);
    }

    private void line(String format, Object... values) {
        text.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values))
                .append('\n');
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace("\n", " ");
    }

    private static String seconds(long micros) {
        return String.format(Locale.ROOT, "%.1f", micros / MICROS_PER_SECOND);
    }

    private static String milliseconds(long micros) {
        return micros < 0 ? "–" : micros < 10_000 ? decimal(micros / 1_000.0) : Long.toString(micros / 1_000);
    }

    private static String decimal(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }
}
