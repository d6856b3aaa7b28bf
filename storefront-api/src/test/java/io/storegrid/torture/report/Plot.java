package io.storegrid.torture.report;

import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Two curves over the time of a run, as SVG: what was acknowledged in a second, and the 99th percentile of the time to a
 * definitive answer, logarithmic. Faults are bands behind both, with the number that the page's table gives them.
 *
 * <p>A few faults have a colour for each name, and their names beside their numbers. Labels stand in as many rows as are
 * needed, up to four; one that has no room is left out, its band is not. Many faults would be a mist of colours in that way:
 * they are grey, every tenth has its number where there is room, and below the curves each name has a row of its own.
 */
public final class Plot {

    private static final int WIDTH = 1_200;
    private static final int LEFT = 76;
    private static final int LEFT_OF_ROWS = 190;
    private static final int RIGHT = 24;
    private static final int PANEL = 210;
    private static final int GAP = 46;
    private static final int TITLE = 34;
    private static final int LABEL_ROWS = 4;
    private static final int LABEL_HEIGHT = 13;
    private static final int LABEL_CHAR = 7;
    private static final int LABEL_GAP = 6;
    private static final int NAMED_MAX = 40;
    private static final int NUMBERED = 10;
    private static final int ROW = 15;
    private static final int ROW_MARK = 11;
    private static final String GREY = "#888888";
    private static final int BAND_MIN = 2;
    private static final int BUCKETS_MAX = 360;
    private static final int TICKS = 8;
    private static final int LEGEND_ITEM = 190;
    private static final int LEGEND_ROW = 18;
    private static final long SECOND = TimeUnit.SECONDS.toMicros(1);
    private static final List<String> COLOURS = List.of(
            "#e41a1c", "#377eb8", "#4daf4a", "#984ea3", "#ff7f00", "#a65628", "#d84aa8", "#777777", "#17a2b8",
            "#a3a11a", "#5e4fa2", "#66c2a5", "#b15928", "#1b7837", "#80b1d3", "#c51b7d", "#2d2d8f", "#b3a06b");

    private final StringBuilder svg = new StringBuilder();
    private final Figures figures;
    private final long bucketMicros;
    private final int buckets;
    private final Map<String, String> colours = new LinkedHashMap<>();
    private final boolean many;
    private final int left;
    private final int labelRows;

    private Plot(Figures figures) {
        this.figures = figures;
        long span = Math.max(1, figures.endMicros() - figures.beginMicros());
        long wished = Math.max(SECOND / 2, span / BUCKETS_MAX);
        this.bucketMicros = nice(wished);
        this.buckets = (int) (span / bucketMicros) + 1;
        this.many = figures.history().faults().size() > NAMED_MAX;
        this.left = many ? LEFT_OF_ROWS : LEFT;
        this.labelRows = many ? 1 : LABEL_ROWS;
        for (Fault fault : figures.history().faults()) {
            colours.computeIfAbsent(fault.name(), name -> COLOURS.get(colours.size() % COLOURS.size()));
        }
    }

    /** The plot as a document of its own. Linear in operations, and in faults by names. */
    public static String svg(History history) {
        return new Plot(new Figures(history)).drawn();
    }

    private static long nice(long micros) {
        for (long unit = SECOND / 10; ; unit *= 10) {
            for (long step : new long[] {unit, 2 * unit, 5 * unit}) {
                if (step >= micros) {
                    return step;
                }
            }
        }
    }

    private String drawn() {
        int first = firstPanel();
        int second = first + PANEL + GAP;
        int legend = second + PANEL + 44;
        int perRow = (WIDTH - left - RIGHT) / LEGEND_ITEM;
        int height = legend + (many ? colours.size() * ROW : (colours.size() + perRow - 1) / perRow * LEGEND_ROW) + 12;
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\" font-size=\"12\">%n",
                WIDTH, height, WIDTH, height);
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n", WIDTH, height);
        bands(first, second + PANEL);
        throughput(first);
        latency(second);
        time(second + PANEL);
        if (many) {
            rows(legend);
        } else {
            legend(legend, perRow);
        }
        svg.append("</svg>\n");
        return svg.toString();
    }

    private int firstPanel() {
        return TITLE + labelRows * LABEL_HEIGHT + 4;
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values));
    }

    private double x(long micros) {
        double share = (double) (micros - figures.beginMicros()) / ((double) bucketMicros * buckets);
        return left + share * (WIDTH - left - RIGHT);
    }

    private void bands(int top, int bottom) {
        double[] taken = new double[labelRows];
        int number = 0;
        for (Fault fault : figures.history().faults()) {
            number++;
            String colour = many ? GREY : colours.getOrDefault(fault.name(), GREY);
            double from = x(fault.beganMicros());
            double width = Math.max(BAND_MIN, x(fault.overMicros()) - from);
            add(
                    "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\" fill-opacity=\"0.18\">"
                            + "<title>%s</title></rect>%n",
                    from,
                    top,
                    width,
                    bottom - top,
                    colour,
                    escaped(number + " " + fault.name() + " " + fault.victims()));
            double middle = from + width / 2;
            String named = number + " " + fault.name();
            boolean placed = !many && label(named, middle, top, colour, taken);
            if (!placed && (!many || number % NUMBERED == 0)) {
                label(Integer.toString(number), middle, top, colour, taken);
            }
        }
    }

    /** Puts a text into the lowest row in which it has room; false when none has. */
    private boolean label(String text, double middle, int top, String colour, double[] taken) {
        double half = (text.length() * LABEL_CHAR + LABEL_GAP) / 2.0;
        if (middle + half > WIDTH) {
            return false;
        }
        for (int row = 0; row < labelRows; row++) {
            if (middle - half >= taken[row]) {
                taken[row] = middle + half;
                add(
                        "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\" fill=\"%s\">%s</text>%n",
                        middle, top - 5 - row * LABEL_HEIGHT, colour, escaped(text));
                return true;
            }
        }
        return false;
    }

    private void throughput(int top) {
        double[] perSecond = new double[buckets];
        for (Operation operation : figures.history().operations()) {
            if (operation.ok()) {
                perSecond[bucket(operation.completedMicros())] += (double) SECOND / bucketMicros;
            }
        }
        double most = Math.max(1, Arrays.stream(perSecond).max().orElse(1));
        double step = step(most);
        // Room above, lest the curve run along the frame.
        double scale = (Math.floor(most / step) + 1) * step;
        frame(top, "acknowledged per second");
        for (double tick = 0; tick <= scale + step / 2; tick += step) {
            grid(top, top + PANEL * (1 - tick / scale), number(tick));
        }
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < buckets; i++) {
            points.add(new double[] {middle(i), top + PANEL * (1 - perSecond[i] / scale)});
        }
        line(points, "#1a1a1a");
    }

    private void latency(int top) {
        List<List<Long>> took = new ArrayList<>();
        for (int i = 0; i < buckets; i++) {
            took.add(new ArrayList<>());
        }
        for (Operation operation : figures.history().operations()) {
            if (!operation.unknown()) {
                took.get(bucket(operation.invokedMicros()))
                        .add(operation.completedMicros() - operation.invokedMicros());
            }
        }
        double[] p99 = new double[buckets];
        double least = Double.MAX_VALUE;
        double most = 1;
        for (int i = 0; i < buckets; i++) {
            long micros = Figures.percentile(
                    took.get(i).stream().mapToLong(Long::longValue).toArray(), 99);
            p99[i] = micros < 0 ? Double.NaN : Math.max(micros / 1_000.0, 0.1);
            if (micros >= 0) {
                least = Math.min(least, p99[i]);
                most = Math.max(most, p99[i]);
            }
        }
        double low = Math.floor(Math.log10(Math.min(least, most)));
        double high = Math.max(low + 1, Math.ceil(Math.log10(most)));
        frame(top, "p99 to a definitive answer, by the time it was asked");
        for (double tick = low; tick <= high; tick++) {
            grid(top, top + PANEL * (1 - (tick - low) / (high - low)), milliseconds(Math.pow(10, tick)));
        }
        List<double[]> points = new ArrayList<>();
        for (int i = 0; i < buckets; i++) {
            if (Double.isNaN(p99[i])) {
                line(points, "#b2182b");
                points = new ArrayList<>();
            } else {
                points.add(new double[] {middle(i), top + PANEL * (1 - (Math.log10(p99[i]) - low) / (high - low))});
            }
        }
        line(points, "#b2182b");
    }

    private int bucket(long micros) {
        return (int) Math.min(buckets - 1L, Math.max(0, (micros - figures.beginMicros()) / bucketMicros));
    }

    private double middle(int bucket) {
        return x(figures.beginMicros() + bucket * bucketMicros + bucketMicros / 2);
    }

    private static double step(double most) {
        double unit = Math.pow(10, Math.floor(Math.log10(most / 4)));
        for (double factor : new double[] {1, 2, 5, 10}) {
            if (most / (unit * factor) <= 5) {
                return unit * factor;
            }
        }
        return unit * 10;
    }

    private void frame(int top, String what) {
        add(
                "<text x=\"%d\" y=\"%d\" font-weight=\"bold\" fill=\"#1a1a1a\">%s</text>%n",
                left, top == firstPanel() ? 20 : top - 10, what);
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#666666\"/>%n",
                left, top, WIDTH - left - RIGHT, PANEL);
    }

    private void grid(int top, double y, String label) {
        if (y < top - 1 || y > top + PANEL + 1) {
            return;
        }
        add(
                "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#d0d0d0\" stroke-width=\"0.7\"/>%n",
                left, y, WIDTH - RIGHT, y);
        add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" fill=\"#333333\">%s</text>%n", left - 8, y + 4, label);
    }

    private void line(List<double[]> points, String colour) {
        if (points.isEmpty()) {
            return;
        }
        StringBuilder path = new StringBuilder();
        for (double[] point : points) {
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", path.length() == 0 ? "M" : " L", point[0], point[1]));
        }
        if (points.size() == 1) {
            // A line of no length is not seen.
            path.append(" l1 0");
        }
        add("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.4\"/>%n", path, colour);
    }

    private void time(int y) {
        long span = bucketMicros * buckets;
        long step = nice(span / TICKS);
        for (long at = 0; at <= span; at += step) {
            double x = x(figures.beginMicros() + at);
            add("<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#666666\"/>%n", x, y, x, y + 5);
            add(
                    "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" fill=\"#333333\">%s s</text>%n",
                    x, y + 19, number((double) at / SECOND));
        }
    }

    private void legend(int top, int perRow) {
        int at = 0;
        for (Map.Entry<String, String> fault : colours.entrySet()) {
            int x = left + at % perRow * LEGEND_ITEM;
            int y = top + at / perRow * LEGEND_ROW;
            add(
                    "<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"12\" fill=\"%s\" fill-opacity=\"0.4\"/>%n",
                    x, y, fault.getValue());
            add(
                    "<text x=\"%d\" y=\"%d\" fill=\"#333333\">%s</text>%n",
                    x + 20, y + 10, escaped(counted(fault.getKey())));
            at++;
        }
    }

    /** A row for each name, in which each of its faults is a mark. */
    private void rows(int top) {
        int at = 0;
        for (Map.Entry<String, String> kind : colours.entrySet()) {
            int y = top + at * ROW;
            add(
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"11\" fill=\"#333333\">%s</text>%n",
                    left - 8, y + ROW_MARK - 1, escaped(counted(kind.getKey())));
            add(
                    "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#e0e0e0\" stroke-width=\"0.7\"/>%n",
                    left, y + ROW - 2, WIDTH - RIGHT, y + ROW - 2);
            int number = 0;
            for (Fault fault : figures.history().faults()) {
                number++;
                if (fault.name().equals(kind.getKey())) {
                    double from = x(fault.beganMicros());
                    add(
                            "<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\">"
                                    + "<title>%s</title></rect>%n",
                            from,
                            y,
                            Math.max(BAND_MIN, x(fault.overMicros()) - from),
                            ROW_MARK,
                            kind.getValue(),
                            escaped(number + " " + fault.name() + " " + fault.victims()));
                }
            }
            at++;
        }
    }

    private String counted(String name) {
        return name + " × "
                + figures.history().faults().stream()
                        .filter(fault -> fault.name().equals(name))
                        .count();
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String milliseconds(double value) {
        return value >= 1_000 ? number(value / 1_000) + " s" : number(value) + " ms";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
