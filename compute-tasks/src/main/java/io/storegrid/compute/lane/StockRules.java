package io.storegrid.compute.lane;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import io.storegrid.domain.StockChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rules of stock: cheap refusals first, then the point after which success is certain, then the change. */
final class StockRules {

    private StockRules() {}

    static Verdict reserve(ReserveStock command, WorkingSet rows) {
        String cartId = command.cartId();
        if (cartId != null && rows.holdsOf(cartId) >= Limits.CART_HOLDS_MAX) {
            return new Verdict.Decided(
                    Answer.of(Outcome.HOLD_LIMIT, rows.atMicros()).withRef(cartId));
        }
        Verdict obstacle = obstacle(command.lines(), Map.of(), rows);
        if (obstacle != null) {
            return obstacle;
        }
        Reservation hold = hold(command.lines(), command.cartId(), command.ttlMs(), command.entropy(), rows);
        return new Verdict.Decided(Answer.of(Outcome.CREATED, rows.atMicros()).withReservation(hold));
    }

    static Verdict adjust(AdjustStock command, WorkingSet rows) {
        StockRow row = rows.stock(command.sku());
        InventoryItem item = row.current();
        StockChange change = StockChange.adjust(command.adjustmentId(), command.delta());
        if (!row.fresh() && (item == null || !item.allows(change))) {
            return Verdict.NeedsRead.stock(List.of(command.sku()));
        }
        Answer refusal = Answer.of(Outcome.INVENTORY_NOT_FOUND, rows.atMicros()).withRef(command.sku());
        if (item == null) {
            return new Verdict.Decided(refusal);
        }
        if (!item.allows(change)) {
            InventoryItem base = row.base();
            if (base == null || base.allows(change)) {
                // Only a mate's doing is in the way: it took units, or made this very stock.
                return new Verdict.Deferred();
            }
            if (command.delta() > 0) {
                return new Verdict.Decided(
                        Answer.of(Outcome.QUANTITY_LIMIT, rows.atMicros()).withRef(command.sku()));
            }
            long asked = -command.delta();
            if (row.hasDue() && row.reclaimable() >= asked) {
                return new Verdict.ExpireFirst(List.of(command.sku()));
            }
            return new Verdict.Decided(Answer.of(Outcome.INSUFFICIENT_STOCK, rows.atMicros())
                    .withShortages(List.of(new Shortage(command.sku(), asked, row.reclaimable()))));
        }
        return new Verdict.Decided(Answer.of(Outcome.CREATED, rows.atMicros())
                .withRef(command.adjustmentId())
                .withInventory(row.apply(change)));
    }

    static Verdict set(SetStock command, WorkingSet rows) {
        return set(command.sku(), command.onHand(), command.ifVersion(), command.adjustmentId(), rows);
    }

    /**
     * Sets stock to a counted number, decided under the row's lock.
     *
     * @param ifVersion the version it must have; 0: there must be no row yet
     */
    static Verdict set(String sku, long onHand, long ifVersion, String ref, WorkingSet rows) {
        StockRow row = rows.stock(sku);
        InventoryItem item = row.current();
        if (row.touched()) {
            // A mate changed the row before: the caller's version can only be compared with a row at rest.
            return new Verdict.Deferred();
        }
        if (item == null ? ifVersion != 0 : ifVersion != item.version()) {
            return new Verdict.Decided(Answer.of(Outcome.VERSION_CONFLICT, rows.atMicros())
                    .withCurrentVersion(item == null ? 0 : item.version())
                    .withRef(sku));
        }
        if (item == null) {
            return new Verdict.Decided(
                    Answer.of(Outcome.CREATED, rows.atMicros()).withRef(ref).withInventory(row.create(onHand, ref)));
        }
        if (onHand < item.reserved()) {
            return new Verdict.Decided(
                    Answer.of(Outcome.BELOW_RESERVED, rows.atMicros()).withInventory(item));
        }
        row.absolute();
        return new Verdict.Decided(Answer.of(Outcome.CHANGED, rows.atMicros())
                .withRef(ref)
                .withInventory(row.apply(StockChange.count(ref, onHand - item.onHand()))));
    }

    /**
     * Why these lines cannot be held now; null when they can. Changes nothing.
     *
     * <p>A refusal for want of stock compares the fresh row and its due holds with what is asked, mates aside: it would be
     * right if this request were alone. Whatever else is in the way is a reason to decide again, not to refuse.
     *
     * @param credits units that the caller's own hold gives back, by SKU
     */
    static @Nullable Verdict obstacle(List<ReservationLine> lines, Map<String, Integer> credits, WorkingSet rows) {
        List<String> unread = new ArrayList<>(0);
        List<Shortage> shortages = new ArrayList<>(0);
        List<String> reclaim = new ArrayList<>(0);
        String missing = null;
        boolean mates = false;
        for (ReservationLine line : lines) {
            StockRow row = rows.stock(line.sku());
            InventoryItem item = row.current();
            int credit = credits.getOrDefault(line.sku(), 0);
            int asked = line.quantity() - credit;
            if (item != null && item.available() >= asked) {
                continue;
            }
            InventoryItem base = row.base();
            if (!row.fresh()) {
                unread.add(line.sku());
            } else if (item == null) {
                missing = missing == null ? line.sku() : missing;
            } else if (base != null && row.reclaimable() < asked) {
                shortages.add(new Shortage(line.sku(), line.quantity(), row.reclaimable() + credit));
            } else if (base != null && base.available() < asked) {
                reclaim.add(line.sku());
            } else {
                mates = true;
            }
        }
        if (!unread.isEmpty()) {
            return Verdict.NeedsRead.stock(unread);
        }
        if (missing != null) {
            return new Verdict.Decided(
                    Answer.of(Outcome.INVENTORY_NOT_FOUND, rows.atMicros()).withRef(missing));
        }
        if (!shortages.isEmpty()) {
            return new Verdict.Decided(
                    Answer.of(Outcome.INSUFFICIENT_STOCK, rows.atMicros()).withShortages(shortages));
        }
        if (!reclaim.isEmpty()) {
            return new Verdict.ExpireFirst(reclaim);
        }
        return mates ? new Verdict.Deferred() : null;
    }

    /** Takes the stock of all lines, which must be there, and makes the hold. */
    static Reservation hold(
            List<ReservationLine> lines, @Nullable String cartId, long ttlMs, String entropy, WorkingSet rows) {
        return hold(lines, cartId, null, ttlMs, entropy, rows);
    }

    /** @param orderId the order that is to pay for it; null when there is none */
    static Reservation hold(
            List<ReservationLine> lines,
            @Nullable String cartId,
            @Nullable String orderId,
            long ttlMs,
            String entropy,
            WorkingSet rows) {
        String id = ReservationId.of(rows.partitionOf(lines.get(0).sku()), entropy);
        for (ReservationLine line : lines) {
            rows.stock(line.sku()).apply(StockChange.reserve(id, line.quantity()));
        }
        long at = rows.atMicros();
        Reservation hold = new Reservation(id, HoldState.HELD, cartId, orderId, lines, at, at + ttlMs * 1_000, 1);
        rows.make(hold);
        return hold;
    }

    /** Takes the stock of all lines, which must be there, and sells it at once. */
    static Reservation sell(
            List<ReservationLine> lines, String cartId, String orderId, String entropy, WorkingSet rows) {
        String id = ReservationId.of(rows.partitionOf(lines.get(0).sku()), entropy);
        for (ReservationLine line : lines) {
            rows.stock(line.sku()).apply(StockChange.reserve(id, line.quantity()));
            rows.stock(line.sku()).apply(StockChange.settle(id, line.quantity(), HoldState.CONFIRMED));
        }
        long at = rows.atMicros();
        Reservation sold = new Reservation(id, HoldState.CONFIRMED, cartId, orderId, lines, at, at, 1);
        rows.make(sold);
        return sold;
    }
}
