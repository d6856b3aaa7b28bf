package io.storegrid.domain;

import java.util.Objects;

/**
 * Stock of one SKU at one moment, counted in whole sellable units.
 *
 * <p>Two counters, never three: what can still be promised is derived, so it cannot drift. Invariant, checked on every
 * construction: {@code 0 <= reserved <= onHand}.
 */
public final class InventoryItem implements Versioned {

    private final String sku;
    private final long onHand;
    private final long reserved;
    private final long version;

    public InventoryItem(String sku, long onHand, long reserved, long version) {
        InvariantViolation.require(
                0 <= reserved && reserved <= onHand && version >= 1,
                "stock breaks its invariant [sku=%s, onHand=%d, reserved=%d, version=%d]",
                sku,
                onHand,
                reserved,
                version);
        this.sku = sku;
        this.onHand = onHand;
        this.reserved = reserved;
        this.version = version;
    }

    /** The first stock of a SKU. */
    public static InventoryItem initial(String sku, long onHand) {
        return new InventoryItem(sku, onHand, 0, 1);
    }

    public String sku() {
        return sku;
    }

    /** Units in the house, held ones included. */
    public long onHand() {
        return onHand;
    }

    /** Units held by live reservations. */
    public long reserved() {
        return reserved;
    }

    /** Units that can still be promised. */
    public long available() {
        return onHand - reserved;
    }

    @Override
    public long version() {
        return version;
    }

    /** Whether {@code change} leaves the invariant in force and the number on hand within {@link Limits#ON_HAND_MAX}. */
    public boolean allows(StockChange change) {
        long newOnHand = onHand + change.deltaOnHand();
        long newReserved = reserved + change.deltaReserved();
        return 0 <= newReserved && newReserved <= newOnHand && newOnHand <= Limits.ON_HAND_MAX;
    }

    /** This stock after {@code change}, one version later. The caller has asked {@link #allows} before. */
    public InventoryItem after(StockChange change) {
        return new InventoryItem(sku, onHand + change.deltaOnHand(), reserved + change.deltaReserved(), version + 1);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InventoryItem that
                && sku.equals(that.sku)
                && onHand == that.onHand
                && reserved == that.reserved
                && version == that.version;
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, onHand, reserved, version);
    }

    @Override
    public String toString() {
        return "InventoryItem[sku=" + sku + ", onHand=" + onHand + ", reserved=" + reserved + ", version=" + version
                + "]";
    }
}
