package io.storegrid.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What a run found, printed as it is found and kept as one page of Markdown. Not thread-safe. */
final class Report {

    /**
     * A promise and what became of it.
     *
     * @param what which promise
     * @param limit the most that {@code measured} may be; the least where {@code atLeast}
     */
    record Bar(String what, String unit, double limit, boolean atLeast, double measured) {

        boolean met() {
            return atLeast ? measured >= limit : measured <= limit;
        }
    }

    private final StringBuilder page = new StringBuilder(4_096);
    private final List<Bar> bars = new ArrayList<>();

    Report() {
        line("# Bench run");
        line("");
        line(Machine.description());
    }

    void section(String title) {
        line("");
        line("## " + title);
        line("");
    }

    /** A table's head. */
    void head(String... cells) {
        row((Object[]) cells);
        String[] rule = new String[cells.length];
        Arrays.fill(rule, "---");
        row((Object[]) rule);
    }

    /** A row; numbers are shown with the digits that mean something. */
    void row(Object... cells) {
        StringBuilder row = new StringBuilder("|");
        for (Object cell : cells) {
            row.append(' ')
                    .append(cell instanceof Double number ? shown(number) : cell)
                    .append(" |");
        }
        line(row.toString());
    }

    void note(String text) {
        line(text);
    }

    /** A figure that must not be above {@code limit}. */
    void atMost(String what, String unit, double limit, double measured) {
        bars.add(new Bar(what, unit, limit, false, measured));
    }

    /** A figure that must not be below {@code limit}. */
    void atLeast(String what, String unit, double limit, double measured) {
        bars.add(new Bar(what, unit, limit, true, measured));
    }

    List<Bar> bars() {
        return List.copyOf(bars);
    }

    /** Ends the page with the bars; returns it. */
    String finish() {
        section("Bars");
        head("what", "bar", "measured", "met");
        for (Bar bar : bars) {
            row(
                    bar.what(),
                    (bar.atLeast() ? "≥ " : "≤ ") + shown(bar.limit()) + ' ' + bar.unit(),
                    shown(bar.measured()) + ' ' + bar.unit(),
                    bar.met() ? "yes" : "**no**");
        }
        line("");
        line("Load average at the end: " + Machine.load());
        return page.toString();
    }

    void write(Path file) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, page, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        System.out.println("Written to " + file.toAbsolutePath().normalize());
    }

    private void line(String text) {
        System.out.println(text);
        page.append(text).append('\n');
    }

    static String shown(double number) {
        double size = Math.abs(number);
        String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, number);
    }

    /** The middle one, or the mean of the two in the middle. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
