package io.storegrid.bench;

import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What one contender's turn cost.
 *
 * @param jvmMicros CPU of our processes for one operation
 * @param databaseMicros CPU of PostgreSQL for one operation
 * @param batch commands in one transaction
 */
record Cost(
        double perSecond, double p50Micros, double p99Micros, double jvmMicros, double databaseMicros, double batch) {

    double totalMicros() {
        return jvmMicros + databaseMicros;
    }

    /** The median of {@code figure} over several turns. */
    static double median(List<Cost> turns, ToDoubleFunction<Cost> figure) {
        return Report.median(turns.stream().map(figure::applyAsDouble).toList());
    }

    /** The median over rounds of {@code figure} of one contender by that of the other in the same round. */
    static double ratio(List<Cost> ours, List<Cost> theirs, ToDoubleFunction<Cost> figure) {
        Double[] ratios = new Double[Math.min(ours.size(), theirs.size())];
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] = figure.applyAsDouble(ours.get(i)) / figure.applyAsDouble(theirs.get(i));
        }
        return Report.median(List.of(ratios));
    }
}
