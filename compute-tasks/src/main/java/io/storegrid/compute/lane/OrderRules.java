package io.storegrid.compute.lane;

import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.RecordRefund;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderEventType;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.PaymentState;
import io.storegrid.domain.Person;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.StockChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The rules of orders, decided under the locks of all rows they touch: cart, order, hold, stock. Each leaves what remains to
 * be done as a step beside the order, in the transaction that made it necessary, so that a crash between any two steps
 * loses neither.
 */
final class OrderRules {

    /**
     * How long whoever placed an order has for asking the provider before another node thinks that it died; longer than one
     * call with its retries.
     */
    static final Duration FIRST_ASK_MAX = Duration.ofSeconds(10);

    private OrderRules() {}

    static Verdict place(PlaceOrder command, WorkingSet rows) {
        CartRow row = rows.cart(command.cartId());
        Cart cart = row.current();
        Verdict obstacle = CartRules.obstacle(cart, command.cartId(), 0, rows);
        if (obstacle != null || cart == null) {
            return CartRules.judged(row, command.cartId(), obstacle);
        }
        if (cart.lines().isEmpty()) {
            return CartRules.answer(Outcome.EMPTY_CART, cart, rows);
        }
        if (cart.lines().size() > Limits.RESERVATION_LINES_MAX) {
            return CartRules.answer(Outcome.QUANTITY_LIMIT, cart, rows);
        }
        HoldRow hold = CartRules.holdOf(cart, rows);
        if (CartRules.busy(cart, hold)) {
            return new Verdict.Deferred();
        }
        List<OrderLine> lines = new ArrayList<>(cart.lines().size());
        for (CartLine line : cart.lines()) {
            ProductEntry entry = rows.products().get(line.sku());
            if (entry == null || !rows.stock().containsKey(line.sku())) {
                // A mate put this line into the cart after the rows of this batch were locked.
                return new Verdict.Deferred();
            }
            Product product = entry.current();
            if (product == null
                    || product.archived()
                    || !product.price().currency().equals(cart.currency())) {
                return new Verdict.Decided(
                        Answer.of(Outcome.PRODUCT_NOT_FOUND, rows.atMicros()).withRef(line.sku()));
            }
            if (!product.allowsPerOrder(line.quantity())) {
                return new Verdict.Decided(Answer.of(Outcome.QUANTITY_LIMIT, rows.atMicros())
                        .withRef(line.sku())
                        .withCart(cart));
            }
            lines.add(new OrderLine(
                    line.sku(),
                    product.title(),
                    line.quantity(),
                    product.price().amountMinor()));
        }
        List<ReservationLine> wanted = CartRules.wanted(cart);
        String orderId = OrderId.of(rows.partitionOf(wanted.get(0).sku()), command.entropy());
        Reservation live = CartRules.live(hold);
        Reservation held;
        if (hold != null && live != null && live.lines().equals(wanted)) {
            hold.touch();
            held = hold.heldFor(orderId, lastMicros(live.createdAtMicros()));
        } else {
            Verdict shortage = StockRules.obstacle(wanted, CartRules.credits(live), rows);
            if (shortage != null) {
                return shortage;
            }
            CartRules.release(hold, rows);
            held = StockRules.hold(
                    wanted, cart.id(), orderId, Limits.HOLD_LIFE_MAX.toMillis(), command.entropy(), rows);
        }
        Order order = Order.place(
                orderId,
                cart.id(),
                held.id(),
                lines,
                cart.currency(),
                command.paymentMethod(),
                command.paymentReference(),
                command.key() == null ? null : command.key().key(),
                rows.atMicros(),
                held.expiresAtMicros());
        rows.make(order).become(order, OrderEventType.CREATED, null, rows.atMicros() + micros(FIRST_ASK_MAX));
        Person person = new Person(
                cart.customerId(), command.person().email(), command.person().shippingAddress());
        if (!person.unknown()) {
            rows.make(orderId, person);
        }
        row.become(cart.orderedAs(orderId, held.id(), rows.atMicros()));
        return answer(Outcome.CREATED, order, rows);
    }

    static Verdict record(RecordPayment command, WorkingSet rows) {
        OrderRow row = rows.order(command.orderId());
        Order order = row.current();
        if (order == null) {
            return notFound(command.orderId(), rows);
        }
        if (!order.payment().reference().equals(command.reference())) {
            return answer(Outcome.ORDER_NOT_PAYABLE, order, rows);
        }
        return switch (command.result()) {
            case PENDING -> pending(row, order, rows);
            case DECLINED -> declined(row, order, rows);
            case APPROVED -> approved(row, order, command.amount(), command.entropy(), rows);
        };
    }

    private static Verdict pending(OrderRow row, Order order, WorkingSet rows) {
        if (order.payment().state() != PaymentState.REQUESTED) {
            return answer(Outcome.UNCHANGED, order, rows);
        }
        Order after = row.become(
                order.awaitingPayment(rows.atMicros()), OrderEventType.PAYMENT_PENDING, null, order.payByMicros());
        return told(order, after, Outcome.CREATED, rows);
    }

    private static Verdict declined(OrderRow row, Order order, WorkingSet rows) {
        if (order.state() != OrderState.PENDING_PAYMENT) {
            boolean repeated = order.payment().state() == PaymentState.DECLINED;
            return answer(repeated ? Outcome.UNCHANGED : Outcome.ORDER_NOT_PAYABLE, order, rows);
        }
        HoldRow hold = rows.hold(order.reservationId());
        if (hold.touched()) {
            return new Verdict.Deferred();
        }
        Reservation live = CartRules.live(hold);
        if (live != null) {
            // Back to the cart and not to everybody: the shopper is about to try another method.
            hold.touch();
            hold.heldFor(null, live.expiresAtMicros());
        }
        reopen(order, rows);
        Order after = row.become(order.paymentFailed(rows.atMicros()), OrderEventType.PAYMENT_FAILED, null, 0);
        return told(order, after, Outcome.PAYMENT_DECLINED, rows);
    }

    private static Verdict approved(OrderRow row, Order order, Money amount, String entropy, WorkingSet rows) {
        if (order.state() != OrderState.PENDING_PAYMENT && order.state() != OrderState.PAYMENT_FAILED) {
            // The provider says it twice. What it took under one reference it took once.
            return answer(Outcome.UNCHANGED, order, rows);
        }
        HoldRow hold = rows.hold(order.reservationId());
        if (hold.touched()) {
            return new Verdict.Deferred();
        }
        Reservation live = CartRules.live(hold);
        if (!amount.equals(order.total()) || (order.state() == OrderState.PAYMENT_FAILED && movedOn(order, rows))) {
            return inVain(row, order, amount, hold, rows);
        }
        Reservation sold;
        if (live != null && live.lines().equals(units(order))) {
            hold.touch();
            sold = HoldRules.end(hold, live, HoldState.CONFIRMED, true, rows);
        } else {
            // Its hold is over: whoever paid gets the units all the same while there are any.
            Reservation base = hold.base();
            if (base != null && base.state() == HoldState.HELD && !hold.withinTime()) {
                hold.touch();
                HoldRules.end(hold, base, HoldState.EXPIRED, true, rows);
            }
            Verdict shortage = StockRules.obstacle(units(order), Map.of(), rows);
            if (shortage instanceof Verdict.Decided) {
                return inVain(row, order, amount, hold, rows);
            }
            if (shortage != null) {
                return shortage;
            }
            sold = StockRules.sell(units(order), order.cartId(), order.id(), entropy, rows);
        }
        Cart cart = rows.cart(order.cartId()).current();
        if (cart != null && cart.orderId() == null && !cart.deleted()) {
            // It was opened again when the payment seemed to have failed.
            rows.cart(order.cartId()).become(cart.orderedAs(order.id(), sold.id(), rows.atMicros()));
        }
        Order after = row.become(order.paid(sold.id(), amount, rows.atMicros()), OrderEventType.CONFIRMED, null, 0);
        return told(order, after, Outcome.CREATED, rows);
    }

    /** Money came that buys nothing. It goes back, and the units go back to whoever wants them. */
    private static Verdict inVain(OrderRow row, Order order, Money amount, HoldRow hold, WorkingSet rows) {
        if (order.state() == OrderState.PENDING_PAYMENT) {
            Reservation live = CartRules.live(hold);
            if (live != null && !hold.touched()) {
                hold.touch();
                HoldRules.end(hold, live, HoldState.RELEASED, true, rows);
            }
            reopen(order, rows);
        }
        boolean wrong = !amount.equals(order.total());
        // In the order's own currency, or the books could not add it up; the event says what was said.
        Money received = amount.currency().equals(order.total().currency())
                ? amount
                : new Money(amount.amountMinor(), order.total().currency());
        Order after = row.become(
                order.paidInVain(received, rows.atMicros()),
                OrderEventType.REFUND_DUE,
                wrong ? "another amount was paid: " + amount : "paid too late",
                rows.atMicros());
        return told(order, after, Outcome.CREATED, rows);
    }

    static Verdict refunded(RecordRefund command, WorkingSet rows) {
        OrderRow row = rows.order(command.orderId());
        Order order = row.current();
        if (order == null) {
            return notFound(command.orderId(), rows);
        }
        if (!order.payment().reference().equals(command.reference())
                || order.payment().state() != PaymentState.REFUND_DUE) {
            boolean repeated = order.payment().state() == PaymentState.REFUNDED;
            return answer(repeated ? Outcome.UNCHANGED : Outcome.ORDER_NOT_PAYABLE, order, rows);
        }
        return answer(
                Outcome.CHANGED, row.become(order.refunded(rows.atMicros()), OrderEventType.REFUNDED, null, 0), rows);
    }

    static Verdict cancel(CancelOrder command, WorkingSet rows) {
        OrderRow row = rows.order(command.orderId());
        Order order = row.current();
        if (order == null) {
            return notFound(command.orderId(), rows);
        }
        if (!order.state().leadsTo(OrderState.CANCELLED)) {
            return answer(Outcome.NOT_CANCELLABLE, order, rows);
        }
        for (ReservationLine line : units(order)) {
            InventoryItem item = rows.stock(line.sku()).current();
            StockChange back = StockChange.restock(order.id(), line.quantity());
            InvariantViolation.require(
                    item != null && item.allows(back), "sold units do not fit back [sku=%s]", line.sku());
            rows.stock(line.sku()).apply(back);
        }
        Order after = row.become(
                order.cancelled(rows.atMicros()), OrderEventType.CANCELLED, command.reason(), rows.atMicros());
        return answer(Outcome.CHANGED, after, rows);
    }

    static Verdict advance(AdvanceOrder command, WorkingSet rows) {
        OrderRow row = rows.order(command.orderId());
        Order order = row.current();
        if (order == null) {
            return notFound(command.orderId(), rows);
        }
        if (order.state() == command.to()) {
            return answer(Outcome.UNCHANGED, order, rows);
        }
        if (!order.state().leadsTo(command.to())) {
            return answer(Outcome.INVALID_TRANSITION, order, rows);
        }
        OrderEventType type =
                command.to() == OrderState.FULFILLED ? OrderEventType.FULFILLED : OrderEventType.DELIVERED;
        return answer(Outcome.CHANGED, row.become(order.advanced(command.to(), rows.atMicros()), type, null, 0), rows);
    }

    /** Whether the shopper has made another order of the cart, or thrown it away: late money would buy the goods twice. */
    private static boolean movedOn(Order order, WorkingSet rows) {
        Cart cart = rows.cart(order.cartId()).current();
        return cart == null || cart.deleted() || cart.orderId() != null;
    }

    private static void reopen(Order order, WorkingSet rows) {
        CartRow row = rows.cart(order.cartId());
        Cart cart = row.current();
        if (cart != null && Objects.equals(cart.orderId(), order.id())) {
            row.become(cart.reopened(rows.atMicros()));
        }
    }

    private static List<ReservationLine> units(Order order) {
        return ReservationLine.summed(order.lines().stream()
                .map(line -> new ReservationLine(line.sku(), line.quantity()))
                .toList());
    }

    /** When a hold made then has to end, however often it is extended. */
    private static long lastMicros(long createdAtMicros) {
        return createdAtMicros + micros(Limits.HOLD_LIFE_MAX);
    }

    private static long micros(Duration duration) {
        return duration.toMillis() * 1_000;
    }

    private static Verdict notFound(String id, WorkingSet rows) {
        return new Verdict.Decided(
                Answer.of(Outcome.ORDER_NOT_FOUND, rows.atMicros()).withRef(id));
    }

    private static Verdict answer(Outcome outcome, Order order, WorkingSet rows) {
        return new Verdict.Decided(Answer.of(outcome, rows.atMicros()).withOrder(order));
    }

    /**
     * The payment has an answer. The first one stands from now on under the key of the checkout too; what comes later is no
     * answer to that request any more.
     */
    private static Verdict told(Order before, Order after, Outcome toCheckout, WorkingSet rows) {
        String key = after.checkoutKey();
        if (key != null && before.payment().state() == PaymentState.REQUESTED) {
            rows.amend(key, Answer.of(toCheckout, rows.atMicros()).withOrder(after));
        }
        return answer(Outcome.CHANGED, after, rows);
    }
}
