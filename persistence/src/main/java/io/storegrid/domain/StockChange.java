package io.storegrid.domain;

/**
 * One change of one SKU's stock: exactly one ledger entry, exactly one version.
 *
 * <p>Stated as a delta, so that it can be applied to whatever the row has become meanwhile as long as the guard holds
 * (PROTOCOL 5).
 */
public final class StockChange {

    private final long deltaOnHand;
    private final long deltaReserved;
    private final LedgerReason reason;
    private final String ref;

    private StockChange(long deltaOnHand, long deltaReserved, LedgerReason reason, String ref) {
        this.deltaOnHand = deltaOnHand;
        this.deltaReserved = deltaReserved;
        this.reason = reason;
        this.ref = ref;
    }

    /** Holds {@code quantity} units for reservation {@code id}. */
    public static StockChange reserve(String id, long quantity) {
        return new StockChange(0, quantity, LedgerReason.RESERVED, id);
    }

    /** Ends the hold of {@code quantity} units of reservation {@code id} in {@code state}. */
    public static StockChange settle(String id, long quantity, HoldState state) {
        return switch (state) {
            case CONFIRMED -> new StockChange(-quantity, -quantity, LedgerReason.CONFIRMED, id);
            case RELEASED -> new StockChange(0, -quantity, LedgerReason.RELEASED, id);
            case EXPIRED -> new StockChange(0, -quantity, LedgerReason.EXPIRED, id);
            case HELD -> throw new InvariantViolation("a hold is not settled by holding it [id=" + id + "]");
        };
    }

    /** Adds {@code delta} units (negative: takes away); {@code ref} names the adjustment. */
    public static StockChange adjust(String ref, long delta) {
        return new StockChange(delta, 0, LedgerReason.ADJUSTED, ref);
    }

    /** A stock-take found {@code delta} units more (negative: fewer) than were booked. */
    public static StockChange count(String ref, long delta) {
        return new StockChange(delta, 0, LedgerReason.COUNTED, ref);
    }

    /** Puts {@code quantity} sold units of cancelled order {@code id} back. */
    public static StockChange restock(String id, long quantity) {
        return new StockChange(quantity, 0, LedgerReason.RESTOCKED, id);
    }

    public long deltaOnHand() {
        return deltaOnHand;
    }

    public long deltaReserved() {
        return deltaReserved;
    }

    /** What this change does to the units that can still be promised. */
    public long deltaAvailable() {
        return deltaOnHand - deltaReserved;
    }

    public LedgerReason reason() {
        return reason;
    }

    /** The reservation, adjustment or order that this change belongs to. */
    public String ref() {
        return ref;
    }

    @Override
    public String toString() {
        return reason + "[onHand" + signed(deltaOnHand) + ", reserved" + signed(deltaReserved) + ", ref=" + ref + "]";
    }

    private static String signed(long delta) {
        return delta < 0 ? Long.toString(delta) : "+" + delta;
    }
}
