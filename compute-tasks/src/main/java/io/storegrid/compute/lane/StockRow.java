package io.storegrid.compute.lane;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.StockChange;
import io.storegrid.persistence.StockSql;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One SKU's stock while a batch is decided: what it was, what it has become so far, and what the guard must demand so that
 * every prefix of the changes holds (PROTOCOL 5). Used by the lane's thread only.
 */
final class StockRow {

    private final String sku;
    private final @Nullable InventoryItem base;
    private final long due;
    private final boolean fresh;
    private final List<StockChange> changes = new ArrayList<>(2);
    private @Nullable InventoryItem current;
    private StockSql.@Nullable Creation creation;
    private long takenAvailable;
    private long takenReserved;
    private long need;
    private long needReserved;
    private boolean absolute;

    /**
     * @param base the row; null when there is none, or none is known
     * @param due units of holds whose time is over; meaningful only when fresh
     * @param fresh whether {@code base} was read from PostgreSQL after every member of the batch had entered the lane
     */
    StockRow(String sku, @Nullable InventoryItem base, long due, boolean fresh) {
        this.sku = sku;
        this.base = base;
        this.due = due;
        this.fresh = fresh;
        this.current = base;
    }

    @Nullable
    InventoryItem base() {
        return base;
    }

    @Nullable
    InventoryItem current() {
        return current;
    }

    boolean fresh() {
        return fresh;
    }

    /** Units that could be promised if no mate of the batch were there and all due holds were settled. */
    long reclaimable() {
        return base == null ? 0 : base.available() + due;
    }

    boolean hasDue() {
        return due > 0;
    }

    /** Whether a member of this batch changed or made this stock. */
    boolean touched() {
        return creation != null || !changes.isEmpty();
    }

    InventoryItem apply(StockChange change) {
        InventoryItem before = current;
        InvariantViolation.require(before != null, "stock without a row changed [sku=%s]", sku);
        if (creation == null) {
            takenAvailable -= change.deltaAvailable();
            takenReserved -= change.deltaReserved();
            need = Math.max(need, takenAvailable);
            needReserved = Math.max(needReserved, takenReserved);
        }
        changes.add(change);
        InventoryItem after = Objects.requireNonNull(before).after(change);
        current = after;
        return after;
    }

    /** States that a change was decided on the exact version. */
    void absolute() {
        absolute = true;
    }

    InventoryItem create(long onHand, String ref) {
        InvariantViolation.require(current == null && changes.isEmpty(), "stock created twice [sku=%s]", sku);
        creation = new StockSql.Creation(sku, onHand, ref);
        InventoryItem item = InventoryItem.initial(sku, onHand);
        current = item;
        return item;
    }

    StockSql.@Nullable Creation creation() {
        return creation;
    }

    /** The guarded change to write; null when nothing changed. */
    StockSql.@Nullable Change change() {
        if (changes.isEmpty()) {
            return null;
        }
        long expected = absolute && base != null ? base.version() : 0;
        return new StockSql.Change(sku, changes, need, needReserved, expected);
    }
}
