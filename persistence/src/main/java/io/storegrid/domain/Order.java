package io.storegrid.domain;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An order at one moment: what was bought at which prices, and where its money stands. Lines and total never change; there
 * is no person in it.
 *
 * <p>Each step is a method that returns the order one version later and refuses, as a defect, a step that {@link
 * OrderState#leadsTo} does not have: whoever calls has asked before.
 *
 * <p>Times are the database's, in microseconds since the epoch.
 */
public final class Order implements Versioned {

    private final String id;
    private final OrderState state;
    private final String cartId;
    private final String reservationId;
    private final OrderLine[] lines;
    private final Money total;
    private final Payment payment;
    private final @Nullable String checkoutKey;
    private final long version;
    private final long createdAtMicros;
    private final long updatedAtMicros;
    private final long payByMicros;

    public Order(
            String id,
            OrderState state,
            String cartId,
            String reservationId,
            List<OrderLine> lines,
            Money total,
            Payment payment,
            @Nullable String checkoutKey,
            long version,
            long createdAtMicros,
            long updatedAtMicros,
            long payByMicros) {
        this.id = id;
        this.state = state;
        this.cartId = cartId;
        this.reservationId = reservationId;
        this.lines = lines.toArray(new OrderLine[0]);
        this.total = total;
        this.payment = payment;
        this.checkoutKey = checkoutKey;
        this.version = version;
        this.createdAtMicros = createdAtMicros;
        this.updatedAtMicros = updatedAtMicros;
        this.payByMicros = payByMicros;
    }

    /**
     * A new order, whose payment is about to be asked for.
     *
     * @param checkoutKey the idempotency key it was placed under; its record is to tell the end of the payment
     * @param payByMicros when its hold ends
     */
    public static Order place(
            String id,
            String cartId,
            String reservationId,
            List<OrderLine> lines,
            String currency,
            String paymentMethod,
            String paymentReference,
            @Nullable String checkoutKey,
            long atMicros,
            long payByMicros) {
        long total = 0;
        for (OrderLine line : lines) {
            total = Math.addExact(total, line.totalMinor());
        }
        return new Order(
                id,
                OrderState.PENDING_PAYMENT,
                cartId,
                reservationId,
                lines,
                new Money(total, currency),
                new Payment(PaymentState.REQUESTED, paymentMethod, paymentReference, null),
                checkoutKey,
                1,
                atMicros,
                atMicros,
                payByMicros);
    }

    public String id() {
        return id;
    }

    public OrderState state() {
        return state;
    }

    public String cartId() {
        return cartId;
    }

    /** The hold its units were or are promised by; CONFIRMED exactly when the order's units are sold. */
    public String reservationId() {
        return reservationId;
    }

    /** In the cart's order, unmodifiable. */
    public List<OrderLine> lines() {
        return List.of(lines);
    }

    public Money total() {
        return total;
    }

    public Payment payment() {
        return payment;
    }

    /** The idempotency key that the order was placed under, if any. */
    public @Nullable String checkoutKey() {
        return checkoutKey;
    }

    @Override
    public long version() {
        return version;
    }

    public long createdAtMicros() {
        return createdAtMicros;
    }

    public long updatedAtMicros() {
        return updatedAtMicros;
    }

    /** When the order's hold ends, and with it the wait for money. */
    public long payByMicros() {
        return payByMicros;
    }

    /** The provider took the request and will say later. */
    public Order awaitingPayment(long atMicros) {
        InvariantViolation.require(
                state == OrderState.PENDING_PAYMENT && payment.state() == PaymentState.REQUESTED,
                "no payment is being asked for [%s]",
                this);
        return next(state, reservationId, payment.become(PaymentState.PENDING, null), atMicros);
    }

    /** No money came, and none is awaited. */
    public Order paymentFailed(long atMicros) {
        return step(OrderState.PAYMENT_FAILED, reservationId, payment.become(PaymentState.DECLINED, null), atMicros);
    }

    /** The money came, and {@code soldBy} is the reservation that sold the units. */
    public Order paid(String soldBy, Money received, long atMicros) {
        return step(OrderState.CONFIRMED, soldBy, payment.become(PaymentState.APPROVED, received), atMicros);
    }

    /** Money came that buys nothing: too late, or another amount. */
    public Order paidInVain(Money received, long atMicros) {
        return step(OrderState.REFUND_DUE, reservationId, payment.become(PaymentState.REFUND_DUE, received), atMicros);
    }

    /** The order is taken back; its money is due back. */
    public Order cancelled(long atMicros) {
        return step(
                OrderState.CANCELLED,
                reservationId,
                payment.become(PaymentState.REFUND_DUE, payment.received()),
                atMicros);
    }

    /** The money went back. A cancelled order stays cancelled. */
    public Order refunded(long atMicros) {
        InvariantViolation.require(payment.state() == PaymentState.REFUND_DUE, "no money is due back [%s]", this);
        Payment after = payment.become(PaymentState.REFUNDED, payment.received());
        return state == OrderState.CANCELLED
                ? next(state, reservationId, after, atMicros)
                : step(OrderState.REFUNDED, reservationId, after, atMicros);
    }

    /** The goods went on their way (FULFILLED) or arrived (DELIVERED). */
    public Order advanced(OrderState to, long atMicros) {
        InvariantViolation.require(
                to == OrderState.FULFILLED || to == OrderState.DELIVERED, "goods do not lead to %s", to);
        return step(to, reservationId, payment, atMicros);
    }

    private Order step(OrderState to, String reservation, Payment nowPayment, long atMicros) {
        InvariantViolation.require(state.leadsTo(to), "no step leads to %s [%s]", to, this);
        return next(to, reservation, nowPayment, atMicros);
    }

    private Order next(OrderState to, String reservation, Payment nowPayment, long atMicros) {
        return new Order(
                id,
                to,
                cartId,
                reservation,
                lines(),
                total,
                nowPayment,
                checkoutKey,
                version + 1,
                createdAtMicros,
                atMicros,
                payByMicros);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Order that
                && id.equals(that.id)
                && state == that.state
                && cartId.equals(that.cartId)
                && reservationId.equals(that.reservationId)
                && Arrays.equals(lines, that.lines)
                && total.equals(that.total)
                && payment.equals(that.payment)
                && Objects.equals(checkoutKey, that.checkoutKey)
                && version == that.version
                && createdAtMicros == that.createdAtMicros
                && updatedAtMicros == that.updatedAtMicros
                && payByMicros == that.payByMicros;
    }

    @Override
    public int hashCode() {
        return Objects.hash(id, version);
    }

    @Override
    public String toString() {
        return "Order[id=" + id + ", state=" + state + ", payment=" + payment.state() + ", version=" + version + "]";
    }
}
