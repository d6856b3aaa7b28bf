package io.storegrid.domain;

import java.util.Objects;

/** One SKU of which a request asked more than there was. */
public final class Shortage {

    private final String sku;
    private final long requested;
    private final long available;

    public Shortage(String sku, long requested, long available) {
        this.sku = sku;
        this.requested = requested;
        this.available = available;
    }

    public String sku() {
        return sku;
    }

    /** Units asked for, all lines of the SKU together. */
    public long requested() {
        return requested;
    }

    /** Units that could have been promised, holds that were due to expire included. */
    public long available() {
        return available;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shortage that
                && sku.equals(that.sku)
                && requested == that.requested
                && available == that.available;
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, requested, available);
    }

    @Override
    public String toString() {
        return "Shortage[sku=" + sku + ", requested=" + requested + ", available=" + available + "]";
    }
}
