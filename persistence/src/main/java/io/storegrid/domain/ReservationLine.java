package io.storegrid.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Units of one SKU in a reservation; at most one line a SKU. */
public final class ReservationLine {

    private final String sku;
    private final int quantity;

    public ReservationLine(String sku, int quantity) {
        InvariantViolation.require(quantity > 0, "an empty line [sku=%s, quantity=%d]", sku, quantity);
        this.sku = sku;
        this.quantity = quantity;
    }

    /**
     * Lines summed per SKU and sorted by SKU, so that two lines of one SKU are checked as one.
     *
     * @return empty when a sum exceeds {@link Integer#MAX_VALUE}; such a request can never be met
     */
    public static List<ReservationLine> summed(List<ReservationLine> lines) {
        TreeMap<String, Long> sums = new TreeMap<>();
        for (ReservationLine line : lines) {
            sums.merge(line.sku, (long) line.quantity, Long::sum);
        }
        List<ReservationLine> summed = new ArrayList<>(sums.size());
        for (Map.Entry<String, Long> sum : sums.entrySet()) {
            if (sum.getValue() > Integer.MAX_VALUE) {
                return List.of();
            }
            summed.add(new ReservationLine(sum.getKey(), sum.getValue().intValue()));
        }
        return summed;
    }

    public String sku() {
        return sku;
    }

    public int quantity() {
        return quantity;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ReservationLine that && quantity == that.quantity && sku.equals(that.sku);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, quantity);
    }

    @Override
    public String toString() {
        return quantity + " x " + sku;
    }
}
