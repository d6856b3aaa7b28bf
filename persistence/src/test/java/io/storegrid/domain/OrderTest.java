package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class OrderTest {

    /** The whole table: what is not in it must not be possible. */
    private static final Map<OrderState, Set<OrderState>> STEPS = new EnumMap<>(Map.of(
            OrderState.PENDING_PAYMENT,
            EnumSet.of(OrderState.CONFIRMED, OrderState.PAYMENT_FAILED, OrderState.REFUND_DUE),
            OrderState.CONFIRMED,
            EnumSet.of(OrderState.FULFILLED, OrderState.CANCELLED),
            OrderState.FULFILLED,
            EnumSet.of(OrderState.DELIVERED),
            OrderState.DELIVERED,
            EnumSet.noneOf(OrderState.class),
            OrderState.CANCELLED,
            EnumSet.noneOf(OrderState.class),
            OrderState.PAYMENT_FAILED,
            EnumSet.of(OrderState.CONFIRMED, OrderState.REFUND_DUE),
            OrderState.REFUND_DUE,
            EnumSet.of(OrderState.REFUNDED),
            OrderState.REFUNDED,
            EnumSet.noneOf(OrderState.class)));

    private static final Money TOTAL = new Money(5_000, "BRL");

    private static Order order(OrderState state, PaymentState payment) {
        return new Order(
                "ord_1",
                state,
                "cart_1",
                "rsv_1",
                List.of(new OrderLine("A", "Água de coco", 2, 1_500), new OrderLine("B", "Brigadeiro", 1, 2_000)),
                TOTAL,
                new Payment(payment, "pix", "ref", payment == PaymentState.APPROVED ? TOTAL : null),
                "key",
                3,
                1_000,
                2_000,
                9_000);
    }

    @ParameterizedTest
    @EnumSource(OrderState.class)
    void leadsWhereTheTableSaysAndNowhereElse(OrderState from) {
        for (OrderState to : OrderState.values()) {
            assertEquals(STEPS.getOrDefault(from, Set.of()).contains(to), from.leadsTo(to), from + " to " + to);
        }
    }

    @ParameterizedTest
    @EnumSource(OrderState.class)
    void refusesEveryStepThatTheTableDoesNotHave(OrderState from) {
        Order order = order(from, PaymentState.APPROVED);
        step(from, OrderState.CONFIRMED, () -> order.paid("rsv_2", TOTAL, 3_000));
        step(from, OrderState.PAYMENT_FAILED, () -> order.paymentFailed(3_000));
        step(from, OrderState.REFUND_DUE, () -> order.paidInVain(TOTAL, 3_000));
        step(from, OrderState.CANCELLED, () -> order.cancelled(3_000));
        step(from, OrderState.FULFILLED, () -> order.advanced(OrderState.FULFILLED, 3_000));
        step(from, OrderState.DELIVERED, () -> order.advanced(OrderState.DELIVERED, 3_000));
    }

    private static void step(OrderState from, OrderState to, java.util.function.Supplier<Order> step) {
        if (from.leadsTo(to)) {
            Order after = step.get();
            assertEquals(to, after.state());
            assertEquals(4, after.version());
            assertEquals(3_000, after.updatedAtMicros());
            assertEquals(1_000, after.createdAtMicros());
            assertEquals(TOTAL, after.total());
        } else {
            assertThrows(InvariantViolation.class, step::get, from + " to " + to);
        }
    }

    @ParameterizedTest(name = "{0} with payment {1}: sold {2}, money unsettled {3}")
    @CsvSource({
        "PENDING_PAYMENT, REQUESTED, false, true",
        "PENDING_PAYMENT, PENDING, false, true",
        "CONFIRMED, APPROVED, true, false",
        "FULFILLED, APPROVED, true, false",
        "DELIVERED, APPROVED, true, false",
        "CANCELLED, REFUND_DUE, true, true",
        "CANCELLED, REFUNDED, true, false",
        "PAYMENT_FAILED, DECLINED, false, false",
        "REFUND_DUE, REFUND_DUE, false, true",
        "REFUNDED, REFUNDED, false, false"
    })
    void saysWhatIsSoldAndWhatRemainsToBeDone(OrderState state, PaymentState payment, boolean sold, boolean unsettled) {
        assertEquals(sold, state.sold());
        assertEquals(unsettled, payment.unsettled());
    }

    @Test
    void beginsWithTheSumOfItsLinesAndAPaymentToAskFor() {
        Order order = Order.place(
                "ord_1",
                "cart_1",
                "rsv_1",
                List.of(new OrderLine("A", "Água de coco", 2, 1_500), new OrderLine("B", "Brigadeiro", 1, 2_000)),
                "BRL",
                "pix",
                "ref",
                "key",
                1_000,
                9_000);
        assertEquals(TOTAL, order.total());
        assertEquals(OrderState.PENDING_PAYMENT, order.state());
        assertEquals(PaymentState.REQUESTED, order.payment().state());
        assertNull(order.payment().received());
        assertEquals(1, order.version());
    }

    @Test
    void awaitsAnAnswerOnlyWhileItIsBeingAskedFor() {
        Order asked = order(OrderState.PENDING_PAYMENT, PaymentState.REQUESTED);
        assertEquals(
                PaymentState.PENDING, asked.awaitingPayment(3_000).payment().state());
        assertThrows(
                InvariantViolation.class,
                () -> order(OrderState.PENDING_PAYMENT, PaymentState.PENDING).awaitingPayment(3_000));
        assertThrows(
                InvariantViolation.class,
                () -> order(OrderState.CONFIRMED, PaymentState.APPROVED).awaitingPayment(3_000));
    }

    @ParameterizedTest(name = "{0} with payment {1}, refunded: {2}")
    @CsvSource({
        "REFUND_DUE, REFUND_DUE, REFUNDED",
        "CANCELLED, REFUND_DUE, CANCELLED",
        "CANCELLED, REFUNDED, ",
        "CONFIRMED, APPROVED, ",
        "PAYMENT_FAILED, DECLINED, "
    })
    void givesMoneyBackOnceAndKeepsACancelledOrderCancelled(OrderState state, PaymentState payment, OrderState after) {
        Order order = order(state, payment);
        if (after == null) {
            assertThrows(InvariantViolation.class, () -> order.refunded(3_000));
        } else {
            assertEquals(after, order.refunded(3_000).state());
            assertEquals(PaymentState.REFUNDED, order.refunded(3_000).payment().state());
        }
    }

    @Test
    void aCancelledOrderOwesWhatItReceived() {
        Order cancelled = order(OrderState.CONFIRMED, PaymentState.APPROVED).cancelled(3_000);
        assertEquals(PaymentState.REFUND_DUE, cancelled.payment().state());
        assertEquals(TOTAL, cancelled.payment().received());
        assertTrue(cancelled.state().sold());
    }

    @Test
    void aLateSaleIsByItsOwnReservation() {
        Order paid = order(OrderState.PAYMENT_FAILED, PaymentState.DECLINED).paid("rsv_2", TOTAL, 3_000);
        assertEquals("rsv_2", paid.reservationId());
        assertEquals(OrderState.CONFIRMED, paid.state());
    }
}
