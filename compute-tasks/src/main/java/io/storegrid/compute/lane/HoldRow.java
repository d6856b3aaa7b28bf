package io.storegrid.compute.lane;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.ReservationSql;
import org.jspecify.annotations.Nullable;

/** One reservation while a batch is decided. At most one command of a batch touches it (PROTOCOL 4). */
final class HoldRow {

    private final @Nullable Reservation base;
    private final boolean withinTime;
    private final boolean fresh;
    private boolean touched;
    private ReservationSql.@Nullable Settlement settlement;
    private @Nullable Reservation extended;

    /**
     * @param base the row; null when there is none, or none is known
     * @param withinTime whether its time is not over by the database's clock; meaningful only when fresh
     * @param fresh whether this was read from PostgreSQL after every member of the batch had entered the lane
     */
    HoldRow(@Nullable Reservation base, boolean withinTime, boolean fresh) {
        this.base = base;
        this.withinTime = withinTime;
        this.fresh = fresh;
    }

    @Nullable
    Reservation base() {
        return base;
    }

    boolean withinTime() {
        return withinTime;
    }

    boolean fresh() {
        return fresh;
    }

    boolean touched() {
        return touched;
    }

    void touch() {
        touched = true;
    }

    Reservation settle(HoldState state, boolean byOrder) {
        Reservation before = base;
        if (before == null || settlement != null || extended != null) {
            throw new InvariantViolation("a hold settled twice in a batch [" + before + "]");
        }
        settlement = new ReservationSql.Settlement(before, state, byOrder);
        return before.settled(state);
    }

    Reservation extend(long expiresAtMicros) {
        Reservation before = base;
        if (before == null || settlement != null || extended != null) {
            throw new InvariantViolation("a hold extended after its end [" + before + "]");
        }
        Reservation after = before.extendedTo(expiresAtMicros);
        extended = after;
        return after;
    }

    /** Gives the hold to {@code orderId}, or back to its cart when null. */
    Reservation heldFor(@Nullable String orderId, long expiresAtMicros) {
        Reservation before = base;
        if (before == null || settlement != null || extended != null) {
            throw new InvariantViolation("a hold handed on after its end [" + before + "]");
        }
        Reservation after = before.heldFor(orderId, Math.max(expiresAtMicros, before.expiresAtMicros()));
        extended = after;
        return after;
    }

    ReservationSql.@Nullable Settlement settlement() {
        return settlement;
    }

    @Nullable
    Reservation extended() {
        return extended;
    }
}
