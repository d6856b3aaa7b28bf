package io.storegrid.domain;

import java.util.Objects;

/** Units of one SKU in an order, with title and price as they were when it was placed. */
public final class OrderLine {

    private final String sku;
    private final String title;
    private final int quantity;
    private final long unitPriceMinor;

    public OrderLine(String sku, String title, int quantity, long unitPriceMinor) {
        InvariantViolation.require(
                quantity > 0 && unitPriceMinor >= 0,
                "order line out of bounds [sku=%s, quantity=%d, unitPriceMinor=%d]",
                sku,
                quantity,
                unitPriceMinor);
        this.sku = sku;
        this.title = title;
        this.quantity = quantity;
        this.unitPriceMinor = unitPriceMinor;
    }

    public String sku() {
        return sku;
    }

    public String title() {
        return title;
    }

    public int quantity() {
        return quantity;
    }

    public long unitPriceMinor() {
        return unitPriceMinor;
    }

    public long totalMinor() {
        return Math.multiplyExact(unitPriceMinor, (long) quantity);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof OrderLine that
                && sku.equals(that.sku)
                && title.equals(that.title)
                && quantity == that.quantity
                && unitPriceMinor == that.unitPriceMinor;
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, quantity, unitPriceMinor);
    }

    @Override
    public String toString() {
        return quantity + " x " + sku + " at " + unitPriceMinor;
    }
}
