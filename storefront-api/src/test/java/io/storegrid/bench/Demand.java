package io.storegrid.bench;

import io.storegrid.compute.command.Entropy;
import io.storegrid.domain.ReservationLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What shoppers want: SKUs drawn from one of three distributions, one unit a line. Thread-safe.
 *
 * @param shape how SKUs are drawn
 * @param skus how many there are
 * @param lines lines of one order, all of different SKUs
 */
record Demand(Shape shape, int skus, int lines) {

    /** How SKUs are drawn. */
    enum Shape {
        /** All alike. */
        UNIFORM,
        /** The n-th SKU n times as rarely as the first. */
        ZIPF,
        /** One SKU only. */
        HOT;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final HexFormat HEX = HexFormat.of();
    private static final double[] NO_WEIGHTS = {};
    private static volatile double[] zipf = NO_WEIGHTS;

    Demand {
        if (lines < 1 || skus < lines || (shape == Shape.HOT && (skus != 1 || lines != 1))) {
            throw new IllegalArgumentException("a demand that cannot be met");
        }
    }

    static Demand of(Shape shape, int skus, int lines) {
        return shape == Shape.HOT ? new Demand(shape, 1, 1) : new Demand(shape, skus, lines);
    }

    /** All SKUs that are drawn from. */
    List<String> all() {
        List<String> all = new ArrayList<>(skus);
        for (int i = 0; i < skus; i++) {
            all.add(sku(i));
        }
        return all;
    }

    Order next() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        String key = key(random);
        if (lines == 1) {
            return new Order(key, Entropy.digits(), List.of(new ReservationLine(sku(draw(random)), 1)));
        }
        TreeSet<String> chosen = new TreeSet<>();
        while (chosen.size() < lines) {
            chosen.add(sku(draw(random)));
        }
        return new Order(
                key,
                Entropy.digits(),
                chosen.stream().map(sku -> new ReservationLine(sku, 1)).toList());
    }

    /** 128 random bits, as clients' keys are. */
    static String key(ThreadLocalRandom random) {
        return HEX.toHexDigits(random.nextLong()) + HEX.toHexDigits(random.nextLong());
    }

    private int draw(ThreadLocalRandom random) {
        return switch (shape) {
            case HOT -> 0;
            case UNIFORM -> random.nextInt(skus);
            case ZIPF -> {
                int found = Arrays.binarySearch(weights(), random.nextDouble());
                yield Math.min(skus - 1, found < 0 ? -found - 1 : found);
            }
        };
    }

    private double[] weights() {
        double[] known = zipf;
        if (known.length != skus) {
            known = new double[skus];
            double sum = 0;
            for (int i = 0; i < skus; i++) {
                sum += 1.0 / (i + 1);
                known[i] = sum;
            }
            for (int i = 0; i < skus; i++) {
                known[i] /= sum;
            }
            zipf = known;
        }
        return known;
    }

    private static String sku(int number) {
        return "BENCH-" + (100_000 + number);
    }
}
