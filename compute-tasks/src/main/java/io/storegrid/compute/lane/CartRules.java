package io.storegrid.compute.lane;

import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ForgetCustomer;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules of carts: commands applied one after another, so nobody's line is lost. */
final class CartRules {

    private CartRules() {}

    static Verdict create(CreateCart command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart there = row.current();
        if (there != null) {
            // Cart ids are random and made for one request: finding it means that this request was carried out before.
            return answer(Outcome.CREATED, there, rows);
        }
        Cart cart = Cart.create(
                command.cartId(), command.currency(), command.customerId(), command.lines(), rows.atMicros());
        return answer(Outcome.CREATED, row.become(cart), rows);
    }

    static Verdict change(ChangeCartLine command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart cart = row.current();
        Verdict obstacle = obstacle(cart, command.cartId(), command.ifVersion(), rows);
        if (obstacle != null || cart == null) {
            return judged(row, command.cartId(), obstacle);
        }
        int has = cart.quantityOf(command.sku());
        long wanted = command.mode() == ChangeCartLine.Mode.ADD ? (long) has + command.quantity() : command.quantity();
        if (wanted == has) {
            return answer(Outcome.UNCHANGED, cart, rows);
        }
        Optional<Cart> changed = cart.withLine(command.sku(), wanted, rows.atMicros());
        if (changed.isEmpty()) {
            return judged(row, command.cartId(), answer(Outcome.QUANTITY_LIMIT, cart, rows));
        }
        return answer(Outcome.CHANGED, row.become(changed.get()), rows);
    }

    static Verdict delete(DeleteCart command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart cart = row.current();
        Verdict obstacle = obstacle(cart, command.cartId(), command.ifVersion(), rows);
        if (obstacle != null || cart == null) {
            return judged(row, command.cartId(), obstacle);
        }
        HoldRow hold = holdOf(cart, rows);
        if (busy(cart, hold)) {
            return new Verdict.Deferred();
        }
        release(hold, rows);
        return answer(Outcome.CHANGED, row.become(cart.deletedAt(rows.atMicros())), rows);
    }

    static Verdict merge(MergeCarts command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        CartRow fromRow = rows.cart(command.fromCartId());
        Cart cart = row.current();
        Cart from = fromRow.current();
        Verdict obstacle = obstacle(cart, command.cartId(), command.ifVersion(), rows);
        if (obstacle != null || cart == null) {
            return judged(row, command.cartId(), obstacle);
        }
        obstacle = obstacle(from, command.fromCartId(), 0, rows);
        if (obstacle != null || from == null) {
            return judged(fromRow, command.fromCartId(), obstacle);
        }
        if (!from.currency().equals(cart.currency())) {
            return answer(Outcome.CART_NOT_OPEN, from, rows);
        }
        if (from.lines().isEmpty()) {
            return answer(Outcome.UNCHANGED, cart, rows);
        }
        Optional<Cart> merged = cart.withLinesOf(from, rows.atMicros());
        if (merged.isEmpty()) {
            return answer(Outcome.QUANTITY_LIMIT, cart, rows);
        }
        HoldRow hold = holdOf(from, rows);
        if (busy(from, hold)) {
            return new Verdict.Deferred();
        }
        // Its units are wanted by the other cart now: left alone, the shopper would be blocked by their own hold.
        release(hold, rows);
        fromRow.become(from.emptied(rows.atMicros()));
        return answer(Outcome.CHANGED, row.become(merged.get()), rows);
    }

    static Verdict reserve(ReserveCart command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart cart = row.current();
        Verdict obstacle = obstacle(cart, command.cartId(), 0, rows);
        if (obstacle != null || cart == null) {
            return judged(row, command.cartId(), obstacle);
        }
        if (cart.lines().isEmpty()) {
            return answer(Outcome.EMPTY_CART, cart, rows);
        }
        List<ReservationLine> lines = wanted(cart);
        HoldRow hold = holdOf(cart, rows);
        if (busy(cart, hold)) {
            return new Verdict.Deferred();
        }
        for (ReservationLine line : lines) {
            if (!rows.stock().containsKey(line.sku())) {
                // A mate put this line into the cart after the rows of this batch were locked.
                return new Verdict.Deferred();
            }
            ProductEntry entry = rows.products().get(line.sku());
            Product product = entry == null ? null : entry.current();
            if (product != null && !product.allowsPerOrder(line.quantity())) {
                return new Verdict.Decided(Answer.of(Outcome.QUANTITY_LIMIT, rows.atMicros())
                        .withRef(line.sku())
                        .withCart(cart));
            }
        }
        Reservation old = live(hold);
        if (old != null && cart.holdRenewals() >= Limits.HOLD_RENEWALS_MAX) {
            return new Verdict.Decided(
                    Answer.of(Outcome.EXTENSION_LIMIT, rows.atMicros()).withReservation(old));
        }
        Verdict shortage = StockRules.obstacle(lines, credits(old), rows);
        if (shortage != null) {
            return shortage;
        }
        release(hold, rows);
        Reservation made = StockRules.hold(lines, cart.id(), command.ttlMs(), command.entropy(), rows);
        row.become(cart.heldBy(made.id(), old != null, rows.atMicros()));
        return new Verdict.Decided(Answer.of(old == null ? Outcome.CREATED : Outcome.CHANGED, rows.atMicros())
                .withReservation(made));
    }

    /** Takes the customer's name off a cart, in whatever state it is. */
    static Verdict forget(ForgetCustomer command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart cart = row.current();
        if (cart == null) {
            return judged(
                    row,
                    command.cartId(),
                    new Verdict.Decided(
                            Answer.of(Outcome.CART_NOT_FOUND, rows.atMicros()).withRef(command.cartId())));
        }
        return cart.customerId() == null
                ? answer(Outcome.UNCHANGED, cart, rows)
                : answer(Outcome.CHANGED, row.become(cart.withoutCustomer(rows.atMicros())), rows);
    }

    /** What has to be held for a cart, by SKU. */
    static List<ReservationLine> wanted(Cart cart) {
        return ReservationLine.summed(cart.lines().stream()
                .map(line -> new ReservationLine(line.sku(), line.quantity()))
                .toList());
    }

    /** The units that the cart's own hold gives back, by SKU. */
    static Map<String, Integer> credits(@Nullable Reservation old) {
        Map<String, Integer> credits = new HashMap<>();
        if (old != null) {
            old.lines().forEach(line -> credits.put(line.sku(), line.quantity()));
        }
        return credits;
    }

    /** The cart's hold while it still holds: only then its units may be counted on. */
    static @Nullable Reservation live(@Nullable HoldRow hold) {
        if (hold == null) {
            return null;
        }
        Reservation base = hold.base();
        return base != null && base.state() == HoldState.HELD && hold.withinTime() ? base : null;
    }

    static void release(@Nullable HoldRow hold, WorkingSet rows) {
        Reservation live = live(hold);
        if (hold != null && live != null) {
            hold.touch();
            HoldRules.end(hold, live, HoldState.RELEASED, rows);
        }
    }

    /** Whether a mate of this batch settled the cart's hold, or made it after the rows were locked. */
    static boolean busy(Cart cart, @Nullable HoldRow hold) {
        return hold == null ? cart.reservationId() != null : hold.touched();
    }

    /** The row of the cart's hold; null when it has none. Loaded with the cart, under locks. */
    static @Nullable HoldRow holdOf(Cart cart, WorkingSet rows) {
        String id = cart.reservationId();
        return id == null ? null : rows.holds().get(id);
    }

    static @Nullable Verdict obstacle(@Nullable Cart cart, String id, long ifVersion, WorkingSet rows) {
        if (cart == null || !cart.openAt(rows.atMicros())) {
            return new Verdict.Decided(
                    Answer.of(Outcome.CART_NOT_FOUND, rows.atMicros()).withRef(id));
        }
        if (cart.orderId() != null) {
            return answer(Outcome.CART_NOT_OPEN, cart, rows);
        }
        if (ifVersion != 0 && ifVersion != cart.version()) {
            return new Verdict.Decided(Answer.of(Outcome.VERSION_CONFLICT, rows.atMicros())
                    .withCurrentVersion(cart.version())
                    .withRef(id));
        }
        return null;
    }

    /** A refusal stands if it was decided on a fresh row; memory only suggests it. */
    static Verdict judged(CartRow row, String id, @Nullable Verdict refusal) {
        return refusal != null && row.fresh() ? refusal : Verdict.NeedsRead.cart(id);
    }

    static Verdict answer(Outcome outcome, Cart cart, WorkingSet rows) {
        return new Verdict.Decided(Answer.of(outcome, rows.atMicros()).withCart(cart));
    }
}
