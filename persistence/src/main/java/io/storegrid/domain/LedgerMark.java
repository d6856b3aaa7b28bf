package io.storegrid.domain;

import org.jspecify.annotations.Nullable;

/** The stock of a SKU as one of its ledger entries left it, without a promise that it keeps an invariant. */
public final class LedgerMark {

    private final long version;
    private final long onHand;
    private final long reserved;

    public LedgerMark(long version, long onHand, long reserved) {
        this.version = version;
        this.onHand = onHand;
        this.reserved = reserved;
    }

    /** What {@code item} is now. */
    public static LedgerMark of(InventoryItem item) {
        return new LedgerMark(item.version(), item.onHand(), item.reserved());
    }

    /** The stock before {@code entry}, which left it as this mark says. */
    public LedgerMark before(LedgerEntry entry) {
        return new LedgerMark(entry.version() - 1, onHand - entry.deltaOnHand(), reserved - entry.deltaReserved());
    }

    public long version() {
        return version;
    }

    public long onHand() {
        return onHand;
    }

    public long reserved() {
        return reserved;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LedgerMark mark
                && mark.version == version
                && mark.onHand == onHand
                && mark.reserved == reserved;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version * 31 + onHand) * 31 + Long.hashCode(reserved);
    }

    @Override
    public String toString() {
        return version + "[onHand=" + onHand + ", reserved=" + reserved + "]";
    }
}
