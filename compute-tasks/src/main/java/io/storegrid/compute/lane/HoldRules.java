package io.storegrid.compute.lane;

import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.StockChange;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The rules of holds. Whether a hold's time is over is the database's to say: decided from memory, the guard of the row
 * change says it; read fresh, the row came with the answer (PROTOCOL 16).
 */
final class HoldRules {

    private HoldRules() {}

    static Verdict settle(SettleHold command, WorkingSet rows) {
        HoldRow row = rows.hold(command.reservationId());
        if (row.touched()) {
            return new Verdict.Deferred();
        }
        Reservation hold = row.base();
        if (!row.fresh() && (hold == null || hold.state().settled() || hold.orderId() != null)) {
            return Verdict.NeedsRead.hold(command.reservationId());
        }
        Verdict doubt = hold == null ? null : doubt(row, hold, command.settlement(), rows);
        if (doubt != null) {
            return doubt;
        }
        row.touch();
        if (hold == null) {
            return notFound(command.reservationId(), rows);
        }
        HoldState wanted = command.settlement();
        if (hold.state() == HoldState.HELD && hold.orderId() != null && (!row.fresh() || row.withinTime())) {
            // Paid for, or about to be: the order alone says what becomes of it.
            return changed(Outcome.RESERVATION_NOT_HELD, hold, rows);
        }
        if (hold.state() == HoldState.HELD && (!row.fresh() || row.withinTime())) {
            return changed(Outcome.CHANGED, end(row, hold, wanted, rows), rows);
        }
        if (hold.state() == HoldState.HELD && wanted == HoldState.RELEASED) {
            // Its time is over and nobody swept it yet: the units go back all the same, under the name a reader saw
            // already.
            return changed(Outcome.UNCHANGED, end(row, hold, HoldState.EXPIRED, rows), rows);
        }
        boolean repeated = wanted == HoldState.RELEASED && hold.state() != HoldState.CONFIRMED;
        return changed(repeated ? Outcome.UNCHANGED : Outcome.RESERVATION_NOT_HELD, asRead(row, hold), rows);
    }

    static Verdict expire(ExpireHold command, WorkingSet rows) {
        HoldRow row = rows.hold(command.reservationId());
        if (row.touched()) {
            return new Verdict.Deferred();
        }
        Reservation hold = row.base();
        if (!row.fresh() && hold == null) {
            return Verdict.NeedsRead.hold(command.reservationId());
        }
        Verdict doubt = hold == null ? null : doubt(row, hold, HoldState.EXPIRED, rows);
        if (doubt != null) {
            return doubt;
        }
        row.touch();
        boolean due = hold != null && hold.state() == HoldState.HELD && !(row.fresh() && row.withinTime());
        if (hold == null || !due) {
            return new Verdict.Decided(
                    Answer.of(Outcome.UNCHANGED, rows.atMicros()).withReservation(hold));
        }
        return changed(Outcome.CHANGED, end(row, hold, HoldState.EXPIRED, rows), rows);
    }

    static Verdict extend(ExtendHold command, WorkingSet rows) {
        HoldRow row = rows.hold(command.reservationId());
        if (row.touched()) {
            return new Verdict.Deferred();
        }
        row.touch();
        Reservation hold = row.base();
        if (hold == null) {
            return notFound(command.reservationId(), rows);
        }
        if (hold.state().settled() || !row.withinTime() || hold.orderId() != null) {
            return changed(Outcome.RESERVATION_NOT_HELD, asRead(row, hold), rows);
        }
        long expiresAt = rows.atMicros() + command.ttlMs() * 1_000;
        // Each extension is a version, and so is every time it changed hands.
        boolean tooOften = hold.version() > Limits.HOLD_RENEWALS_MAX;
        if (tooOften || expiresAt > hold.createdAtMicros() + Limits.HOLD_LIFE_MAX.toMillis() * 1_000) {
            return changed(Outcome.EXTENSION_LIMIT, hold, rows);
        }
        if (expiresAt <= hold.expiresAtMicros()) {
            return changed(Outcome.UNCHANGED, hold, rows);
        }
        return changed(Outcome.CHANGED, row.extend(expiresAt), rows);
    }

    /**
     * Whether a hold's units are not among the reserved ones as memory has them: then the hold was settled already, or the
     * stock is older than the hold, and both have to be read. Null when nothing speaks against settling it.
     */
    private static @Nullable Verdict doubt(HoldRow row, Reservation hold, HoldState state, WorkingSet rows) {
        if (hold.state().settled()) {
            return null;
        }
        Set<String> skus = new TreeSet<>();
        boolean doubtful = false;
        boolean unread = !row.fresh();
        for (ReservationLine line : hold.lines()) {
            StockRow stock = rows.stock(line.sku());
            InventoryItem item = stock.current();
            doubtful |= item == null || !item.allows(StockChange.settle(hold.id(), line.quantity(), state));
            unread |= !stock.fresh();
            skus.add(line.sku());
        }
        return doubtful && unread ? new Verdict.NeedsRead(skus, List.of(hold.id()), List.of()) : null;
    }

    /** Ends a hold and gives back, or sells, its units. */
    static Reservation end(HoldRow row, Reservation hold, HoldState state, WorkingSet rows) {
        return end(row, hold, state, false, rows);
    }

    /** @param byOrder whether the order that pays for the hold ends it */
    static Reservation end(HoldRow row, Reservation hold, HoldState state, boolean byOrder, WorkingSet rows) {
        for (ReservationLine line : hold.lines()) {
            rows.stock(line.sku()).apply(StockChange.settle(hold.id(), line.quantity(), state));
        }
        return row.settle(state, byOrder);
    }

    private static Verdict notFound(String id, WorkingSet rows) {
        return new Verdict.Decided(
                Answer.of(Outcome.RESERVATION_NOT_FOUND, rows.atMicros()).withRef(id));
    }

    private static Verdict changed(Outcome outcome, Reservation hold, WorkingSet rows) {
        return new Verdict.Decided(Answer.of(outcome, rows.atMicros()).withReservation(hold));
    }

    /** The hold as a reader sees it: EXPIRED as soon as its time is over. */
    private static Reservation asRead(HoldRow row, Reservation hold) {
        return hold.state() == HoldState.HELD && !row.withinTime() ? hold.settled(HoldState.EXPIRED) : hold;
    }
}
