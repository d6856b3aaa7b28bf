package io.storegrid.compute.lane;

import static io.storegrid.compute.lane.TestRows.ENTROPY;
import static io.storegrid.compute.lane.TestRows.NOW;
import static io.storegrid.compute.lane.TestRows.PARTITION;
import static io.storegrid.compute.lane.TestRows.answer;
import static io.storegrid.compute.lane.TestRows.cart;
import static io.storegrid.compute.lane.TestRows.cartId;
import static io.storegrid.compute.lane.TestRows.hold;
import static io.storegrid.compute.lane.TestRows.holdId;
import static io.storegrid.compute.lane.TestRows.order;
import static io.storegrid.compute.lane.TestRows.orderId;
import static io.storegrid.compute.lane.TestRows.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ForgetCustomer;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.RecordRefund;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.PaymentResult;
import io.storegrid.domain.PaymentState;
import io.storegrid.domain.Person;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of orders, one row a verdict; all rows are locked. */
class OrderRulesTest {

    private static final Money TOTAL = new Money(3_000, "BRL");

    private final TestRows rows = new TestRows();

    private static Product product(String sku, long price, int maxPerOrder, boolean archived) {
        return new Product(
                sku,
                "Doce " + sku,
                "",
                "Doces",
                new Money(price, "BRL"),
                Map.of(),
                List.of(),
                maxPerOrder,
                archived,
                3,
                1);
    }

    private static PlaceOrder place() {
        return new PlaceOrder(
                new CommandKey("key", new byte[32]),
                cartId(1),
                "pix",
                new Person(null, "ana@exemplo.com.br", Map.of()),
                ENTROPY,
                "reference");
    }

    private static RecordPayment answered(PaymentResult result, Money amount) {
        return new RecordPayment(null, orderId(1), "reference", result, amount, ENTROPY);
    }

    private static Cart ordered(int digit) {
        return cart(digit, holdId(digit), new CartLine("A", 2)).orderedAs(orderId(digit), holdId(digit), NOW - 1);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "no cart, CART_NOT_FOUND",
        "ordered, CART_NOT_OPEN",
        "empty, EMPTY_CART",
        "archived product, PRODUCT_NOT_FOUND",
        "no product, PRODUCT_NOT_FOUND",
        "too many, QUANTITY_LIMIT",
        "no stock row, INVENTORY_NOT_FOUND",
        "sold out, INSUFFICIENT_STOCK",
        "due holds in the way, expire first [A]",
        "ample, CREATED"
    })
    void placesAnOrderOrSaysWhyNot(String state, String verdict) {
        CartLine line = new CartLine("A", 2);
        switch (state) {
            case "no cart" -> rows.cart(Picture.NONE, cart(1, null));
            case "ordered" -> rows.cart(Picture.READ, ordered(1));
            case "empty" -> rows.cart(Picture.READ, cart(1, null));
            default -> rows.cart(Picture.READ, cart(1, null, line));
        }
        switch (state) {
            case "archived product" -> rows.product("A", product("A", 1_500, 0, true));
            case "no product" -> rows.product("A", null);
            case "too many" -> rows.product("A", product("A", 1_500, 1, false));
            default -> rows.product("A", product("A", 1_500, 2, false));
        }
        switch (state) {
            case "no stock row" -> rows.stock(Picture.NONE, "A", 0, 0, 0);
            case "sold out" -> rows.stock("A", 10, 9);
            case "due holds in the way" -> rows.stock(Picture.READ, "A", 10, 9, 1);
            default -> rows.stock("A", 10, 0);
        }
        assertEquals(verdict, said(OrderRules.place(place(), rows.set)));
        boolean placed = verdict.equals("CREATED");
        assertEquals(placed ? 1 : 0, rows.set.orders().size());
        assertEquals(placed, rows.stock("A", 10, 0) != null && !rows.set.made().isEmpty());
    }

    @Test
    void freezesTheCataloguesPricesAndHoldsForHalfAnHour() {
        rows.cart(Picture.READ, cart(1, null, new CartLine("B", 1), new CartLine("A", 2)));
        rows.product("A", product("A", 1_500, 0, false));
        rows.product("B", product("B", 700, 0, false));
        rows.stock("A", 10, 0);
        rows.stock("B", 10, 0);

        Order order = Objects.requireNonNull(
                answer(OrderRules.place(place(), rows.set)).order());

        assertEquals(new Money(3_700, "BRL"), order.total());
        assertEquals(
                List.of("B", "A"),
                order.lines().stream().map(line -> line.sku()).toList());
        assertEquals(PaymentState.REQUESTED, order.payment().state());
        assertEquals("key", order.checkoutKey());
        Reservation made = rows.set.made().get(0);
        assertEquals(order.reservationId(), made.id());
        assertEquals(order.id(), made.orderId());
        assertEquals(NOW + 1_800_000_000L, made.expiresAtMicros());
        assertEquals(made.expiresAtMicros(), order.payByMicros());
        assertEquals(
                order.id(),
                Objects.requireNonNull(rows.set.cart(cartId(1)).current()).orderId());
        // Whoever was to ask for the money may die: a step says that it is still to be done.
        assertTrue(Objects.requireNonNull(rows.set.order(order.id()).change()).dueAtMicros() > NOW);
        assertEquals(1, rows.set.people().size());
    }

    @Test
    void takesOverTheHoldOfACartThatHoldsWhatItWants() {
        rows.cart(Picture.READ, cart(1, holdId(1), new CartLine("A", 2)));
        HoldRow hold = rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 2));
        rows.product("A", product("A", 1_500, 0, false));
        rows.stock("A", 2, 2);

        Order order = Objects.requireNonNull(
                answer(OrderRules.place(place(), rows.set)).order());

        assertEquals(holdId(1), order.reservationId());
        assertEquals(List.of(), rows.set.made());
        Reservation extended = Objects.requireNonNull(hold.extended());
        assertEquals(order.id(), extended.orderId());
        // Half an hour from when it was made, ten minutes ago.
        assertEquals(NOW + 1_200_000_000L, extended.expiresAtMicros());
    }

    @Test
    void replacesAHoldOfOtherLines() {
        rows.cart(Picture.READ, cart(1, holdId(1), new CartLine("A", 3)));
        HoldRow hold = rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 2));
        rows.product("A", product("A", 1_500, 0, false));
        rows.stock("A", 3, 2);

        assertEquals("CREATED", said(OrderRules.place(place(), rows.set)));
        assertEquals(
                HoldState.RELEASED, Objects.requireNonNull(hold.settlement()).state());
        assertEquals(1, rows.set.made().size());
    }

    private void pending(boolean live, long onHand, long reserved, @Nullable Cart cart) {
        rows.order(order(1, OrderState.PENDING_PAYMENT, PaymentState.REQUESTED));
        hold(live ? HoldState.HELD : HoldState.EXPIRED);
        rows.stock("A", onHand, reserved);
        rows.cart(cart == null ? Picture.NONE : Picture.READ, cart == null ? ordered(1) : cart);
    }

    private HoldRow hold(HoldState state) {
        Reservation base = new Reservation(
                holdId(1),
                state,
                cartId(1),
                orderId(1),
                List.of(new ReservationLine("A", 2)),
                NOW - 600_000_000,
                NOW + 300_000_000,
                4);
        HoldRow row = new HoldRow(base, true, true);
        rows.set.put(holdId(1), row);
        return row;
    }

    @Test
    void moneyInTimeSellsTheHold() {
        pending(true, 10, 2, ordered(1));
        Answer answer = answer(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set));
        assertEquals(Outcome.CHANGED, answer.outcome());
        assertEquals(
                OrderState.CONFIRMED, Objects.requireNonNull(answer.order()).state());
        assertEquals(
                HoldState.CONFIRMED,
                Objects.requireNonNull(rows.set.hold(holdId(1)).settlement()).state());
        assertTrue(Objects.requireNonNull(rows.set.hold(holdId(1)).settlement()).byOrder());
        // The key of the checkout tells the end from now on.
        assertEquals(
                Outcome.CREATED,
                Objects.requireNonNull(rows.set.amended().get("key")).outcome());
        assertEquals(
                0, Objects.requireNonNull(rows.set.order(orderId(1)).change()).dueAtMicros());
    }

    @Test
    void aDeclinedPaymentGivesHoldAndCartBack() {
        pending(true, 10, 2, ordered(1));
        Answer answer = answer(OrderRules.record(answered(PaymentResult.DECLINED, TOTAL), rows.set));
        assertEquals(
                OrderState.PAYMENT_FAILED,
                Objects.requireNonNull(answer.order()).state());
        assertNull(Objects.requireNonNull(rows.set.cart(cartId(1)).current()).orderId());
        Reservation hold = Objects.requireNonNull(rows.set.hold(holdId(1)).extended());
        assertNull(hold.orderId());
        assertEquals(HoldState.HELD, hold.state());
        assertEquals(
                Outcome.PAYMENT_DECLINED,
                Objects.requireNonNull(rows.set.amended().get("key")).outcome());
    }

    @ParameterizedTest(name = "{0} on hand, {1} reserved: {2}")
    @CsvSource({"10, 2, CONFIRMED", "2, 0, CONFIRMED", "2, 1, REFUND_DUE", "1, 0, REFUND_DUE"})
    void moneyAfterTheHoldBuysWhatIsThereOrGoesBack(long onHand, long reserved, OrderState end) {
        pending(false, onHand, reserved, ordered(1));
        Answer answer = answer(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set));
        Order order = Objects.requireNonNull(answer.order());
        assertEquals(end, order.state());
        if (end == OrderState.CONFIRMED) {
            Reservation sold = rows.set.made().get(0);
            assertEquals(HoldState.CONFIRMED, sold.state());
            assertEquals(sold.id(), order.reservationId());
            assertNotEquals(holdId(1), order.reservationId());
            assertEquals(
                    List.of(LedgerReason.RESERVED, LedgerReason.CONFIRMED),
                    Objects.requireNonNull(rows.set.stock("A").change()).changes().stream()
                            .map(change -> change.reason())
                            .toList());
        } else {
            assertEquals(TOTAL, order.payment().received());
            assertEquals(List.of(), rows.set.made());
            assertNull(
                    Objects.requireNonNull(rows.set.cart(cartId(1)).current()).orderId());
            assertEquals(
                    NOW,
                    Objects.requireNonNull(rows.set.order(orderId(1)).change()).dueAtMicros());
        }
    }

    @Test
    void moneyThatDueHoldsStandInTheWayOfWaitsForThem() {
        rows.order(order(1, OrderState.PENDING_PAYMENT, PaymentState.REQUESTED));
        hold(HoldState.EXPIRED);
        rows.stock(Picture.READ, "A", 2, 2, 2);
        rows.cart(Picture.READ, ordered(1));
        assertEquals("expire first [A]", said(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource({"2999, BRL", "3001, BRL", "3000, USD"})
    void anotherAmountBuysNothingAndGoesBack(long amountMinor, String currency) {
        pending(true, 10, 2, ordered(1));
        Answer answer =
                answer(OrderRules.record(answered(PaymentResult.APPROVED, new Money(amountMinor, currency)), rows.set));
        Order order = Objects.requireNonNull(answer.order());
        assertEquals(OrderState.REFUND_DUE, order.state());
        assertEquals(
                amountMinor, Objects.requireNonNull(order.payment().received()).amountMinor());
        assertEquals(
                HoldState.RELEASED,
                Objects.requireNonNull(rows.set.hold(holdId(1)).settlement()).state());
    }

    @ParameterizedTest(name = "cart {0}: {1}")
    @CsvSource({"open, CONFIRMED", "ordered again, REFUND_DUE", "deleted, REFUND_DUE", "gone, REFUND_DUE"})
    void moneyAfterAFailedPaymentBuysOnlyWhatTheShopperStillWants(String cart, OrderState end) {
        rows.order(order(1, OrderState.PAYMENT_FAILED, PaymentState.DECLINED));
        hold(HoldState.EXPIRED);
        rows.stock("A", 10, 0);
        Cart open = cart(1, null, new CartLine("A", 2));
        switch (cart) {
            case "open" -> rows.cart(Picture.READ, open);
            case "ordered again" -> rows.cart(Picture.READ, open.orderedAs(orderId(2), holdId(2), NOW));
            case "deleted" -> rows.cart(Picture.READ, open.deletedAt(NOW));
            default -> rows.cart(Picture.NONE, open);
        }
        Answer answer = answer(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set));
        assertEquals(end, Objects.requireNonNull(answer.order()).state());
        // The checkout was answered long ago.
        assertEquals(Map.of(), rows.set.amended());
        if (end == OrderState.CONFIRMED) {
            assertEquals(
                    orderId(1),
                    Objects.requireNonNull(rows.set.cart(cartId(1)).current()).orderId());
        }
    }

    @ParameterizedTest
    @EnumSource(OrderState.class)
    void whatWasPaidOnceIsNotPaidAgain(OrderState state) {
        rows.order(order(1, state, PaymentState.APPROVED));
        hold(HoldState.CONFIRMED);
        rows.stock("A", 10, 0);
        rows.cart(Picture.READ, ordered(1));
        String approved = said(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set));
        boolean takesMoney = state == OrderState.PENDING_PAYMENT || state == OrderState.PAYMENT_FAILED;
        assertEquals(takesMoney ? "CHANGED" : "UNCHANGED", approved);
    }

    @ParameterizedTest(name = "{0}, payment {1}, {2}: {3}")
    @CsvSource({
        "PENDING_PAYMENT, REQUESTED, PENDING, CHANGED",
        "PENDING_PAYMENT, PENDING, PENDING, UNCHANGED",
        "CONFIRMED, APPROVED, PENDING, UNCHANGED",
        "PAYMENT_FAILED, DECLINED, DECLINED, UNCHANGED",
        "CONFIRMED, APPROVED, DECLINED, ORDER_NOT_PAYABLE",
        "REFUND_DUE, REFUND_DUE, DECLINED, ORDER_NOT_PAYABLE"
    })
    void takesDownWhatAProviderSays(OrderState state, PaymentState payment, PaymentResult result, String verdict) {
        rows.order(order(1, state, payment));
        assertEquals(verdict, said(OrderRules.record(answered(result, TOTAL), rows.set)));
    }

    @Test
    void knowsAPaymentByItsReferenceOnly() {
        rows.order(order(1, OrderState.PENDING_PAYMENT, PaymentState.REQUESTED));
        RecordPayment other = new RecordPayment(null, orderId(1), "other", PaymentResult.APPROVED, TOTAL, ENTROPY);
        assertEquals("ORDER_NOT_PAYABLE", said(OrderRules.record(other, rows.set)));
        assertEquals("ORDER_NOT_PAYABLE", said(OrderRules.refunded(new RecordRefund(orderId(1), "other"), rows.set)));
    }

    @ParameterizedTest(name = "{0}, payment {1}: {2}")
    @CsvSource({
        "REFUND_DUE, REFUND_DUE, CHANGED",
        "CANCELLED, REFUND_DUE, CHANGED",
        "REFUNDED, REFUNDED, UNCHANGED",
        "CANCELLED, REFUNDED, UNCHANGED",
        "CONFIRMED, APPROVED, ORDER_NOT_PAYABLE"
    })
    void givesMoneyBackOnce(OrderState state, PaymentState payment, String verdict) {
        rows.order(order(1, state, payment));
        assertEquals(verdict, said(OrderRules.refunded(new RecordRefund(orderId(1), "reference"), rows.set)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "PENDING_PAYMENT, NOT_CANCELLABLE",
        "CONFIRMED, CHANGED",
        "FULFILLED, NOT_CANCELLABLE",
        "DELIVERED, NOT_CANCELLABLE",
        "CANCELLED, NOT_CANCELLABLE",
        "PAYMENT_FAILED, NOT_CANCELLABLE",
        "REFUND_DUE, NOT_CANCELLABLE",
        "REFUNDED, NOT_CANCELLABLE"
    })
    void cancelsOnlyWhatIsConfirmed(OrderState state, Outcome verdict) {
        rows.order(order(1, state, PaymentState.APPROVED));
        StockRow stock = rows.stock("A", 10, 0);
        Answer answer = answer(OrderRules.cancel(new CancelOrder(null, orderId(1), "desistiu"), rows.set));
        assertEquals(verdict, answer.outcome());
        boolean cancelled = verdict == Outcome.CHANGED;
        assertEquals(
                cancelled ? 12 : 10, Objects.requireNonNull(stock.current()).onHand());
        if (cancelled) {
            Order order = Objects.requireNonNull(answer.order());
            assertEquals(OrderState.CANCELLED, order.state());
            assertEquals(PaymentState.REFUND_DUE, order.payment().state());
        }
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource({
        "CONFIRMED, FULFILLED, CHANGED",
        "FULFILLED, FULFILLED, UNCHANGED",
        "FULFILLED, DELIVERED, CHANGED",
        "DELIVERED, DELIVERED, UNCHANGED",
        "CONFIRMED, DELIVERED, INVALID_TRANSITION",
        "DELIVERED, FULFILLED, INVALID_TRANSITION",
        "CANCELLED, FULFILLED, INVALID_TRANSITION",
        "PENDING_PAYMENT, FULFILLED, INVALID_TRANSITION"
    })
    void sendsGoodsOnTheirWayOnce(OrderState state, OrderState to, String verdict) {
        rows.order(order(1, state, PaymentState.APPROVED));
        assertEquals(verdict, said(OrderRules.advance(new AdvanceOrder(null, orderId(1), to), rows.set)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"APPROVED, CREATED", "PENDING, CREATED", "DECLINED, PAYMENT_DECLINED"})
    void tellsTheCheckoutHowItsPaymentEnded(PaymentResult result, Outcome told) {
        pending(true, 10, 2, ordered(1));
        OrderRules.record(answered(result, TOTAL), rows.set);
        assertEquals(told, Objects.requireNonNull(rows.set.amended().get("key")).outcome());
    }

    @Test
    void tellsTheCheckoutOnceAndNotWhatComesLater() {
        rows.order(order(1, OrderState.PENDING_PAYMENT, PaymentState.PENDING));
        hold(HoldState.HELD);
        rows.stock("A", 10, 2);
        rows.cart(Picture.READ, ordered(1));
        assertEquals("CHANGED", said(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set)));
        assertEquals(Map.of(), rows.set.amended());
    }

    @ParameterizedTest(name = "{0} live holds: {1}")
    @CsvSource({"0, CREATED", "4, CREATED", "5, HOLD_LIMIT"})
    void aCartHasSoManyHoldsAndNoMore(int live, String verdict) {
        rows.stock("A", 10, 0);
        rows.set.putHoldsOf(cartId(1), live);
        assertEquals(
                verdict,
                said(StockRules.reserve(
                        new ReserveStock(null, List.of(new ReservationLine("A", 1)), 1_000, cartId(1), ENTROPY),
                        rows.set)));
    }

    @ParameterizedTest(name = "renewed {0} times, hold live {1}: {2}")
    @CsvSource({"19, true, CHANGED", "20, true, EXTENSION_LIMIT", "20, false, CREATED"})
    void aCartMayNotHoldForEver(int renewals, boolean live, String verdict) {
        Cart cart = cart(1, holdId(1), new CartLine("A", 2));
        for (int i = 0; i < renewals; i++) {
            cart = cart.heldBy(holdId(1), true, NOW);
        }
        rows.cart(Picture.READ, cart);
        rows.hold(Picture.READ, 1, HoldState.HELD, live, new ReservationLine("A", 2));
        rows.product("A", product("A", 1_500, 0, false));
        rows.stock("A", 10, 2);
        assertEquals(verdict, said(CartRules.reserve(new ReserveCart(null, cartId(1), 1_000, ENTROPY), rows.set)));
    }

    @ParameterizedTest(name = "extended {0} times: {1}")
    @CsvSource({"19, CHANGED", "20, EXTENSION_LIMIT"})
    void aHoldMayNotBeExtendedForEver(int extensions, String verdict) {
        Reservation base = TestRows.hold(1, HoldState.HELD, true, new ReservationLine("A", 2));
        Reservation often = new Reservation(
                base.id(),
                base.state(),
                null,
                null,
                base.lines(),
                base.createdAtMicros(),
                base.expiresAtMicros(),
                1 + extensions);
        rows.set.put(base.id(), new HoldRow(often, true, true));
        assertEquals(verdict, said(HoldRules.extend(new ExtendHold(null, base.id(), 600_000), rows.set)));
    }

    @ParameterizedTest(name = "cart {0}: {1}")
    @CsvSource({"open, CHANGED", "deleted, CHANGED", "nameless, UNCHANGED", "gone, CART_NOT_FOUND"})
    void takesACustomersNameOffACart(String state, String verdict) {
        Cart cart = Cart.create(cartId(1), "BRL", "ana", List.of(), NOW - 1);
        switch (state) {
            case "deleted" -> rows.cart(Picture.READ, cart.deletedAt(NOW - 1));
            case "nameless" -> rows.cart(Picture.READ, cart.withoutCustomer(NOW - 1));
            case "gone" -> rows.cart(Picture.NONE, cart);
            default -> rows.cart(Picture.READ, cart);
        }
        assertEquals(verdict, said(CartRules.forget(new ForgetCustomer(cartId(1)), rows.set)));
    }

    @ParameterizedTest
    @CsvSource("ORDER_NOT_FOUND")
    void knowsNoOtherOrders(String verdict) {
        rows.set.put(orderId(1), new OrderRow(null));
        assertEquals(verdict, said(OrderRules.record(answered(PaymentResult.APPROVED, TOTAL), rows.set)));
        assertEquals(verdict, said(OrderRules.cancel(new CancelOrder(null, orderId(1), "x"), rows.set)));
        assertEquals(
                verdict, said(OrderRules.advance(new AdvanceOrder(null, orderId(1), OrderState.FULFILLED), rows.set)));
        assertEquals(verdict, said(OrderRules.refunded(new RecordRefund(orderId(1), "reference"), rows.set)));
    }

    @Test
    void anOrdersHoldIsNobodyElsesToSettle() {
        hold(HoldState.HELD);
        rows.stock("A", 10, 2);
        for (HoldState state : List.of(HoldState.CONFIRMED, HoldState.RELEASED)) {
            rows.set.put(
                    holdId(1),
                    new HoldRow(Objects.requireNonNull(rows.set.hold(holdId(1)).base()), true, true));
            assertEquals(
                    "RESERVATION_NOT_HELD", said(HoldRules.settle(new SettleHold(null, holdId(1), state), rows.set)));
        }
        assertEquals(PARTITION, io.storegrid.domain.OrderId.partition(orderId(1)));
    }
}
