package io.storegrid.grid;

import static io.storegrid.grid.TestStore.await;
import static io.storegrid.grid.TestStore.entropy;
import static io.storegrid.grid.TestStore.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.gateway.CustomerFile;
import io.storegrid.compute.gateway.GridCustomers;
import io.storegrid.compute.gateway.OrderQuery;
import io.storegrid.compute.order.OrderSaga;
import io.storegrid.compute.order.OrderScanner;
import io.storegrid.compute.payment.PaymentRequest;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.PaymentResult;
import io.storegrid.domain.PaymentState;
import io.storegrid.domain.Person;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.grid.ScriptedPayments.Act;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * From cart to a paid order on three nodes and a real PostgreSQL, with a provider that does what it should not. Each test
 * ends with all invariants, and with exactly the money of sold orders at the provider.
 */
@Timeout(120)
class OrderIT {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final OrderScanner.Pace PACE =
            new OrderScanner.Pace(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400));
    private static final Money PRICE = new Money(1_500, "BRL");

    private static TestStore store;

    private final ScriptedPayments payments = new ScriptedPayments();
    private final List<OrderScanner> scanners = new ArrayList<>();
    private final List<OrderSaga> sagas = new ArrayList<>();
    private String sku = "";

    @BeforeAll
    static void startStore() {
        store = TestStore.start(3);
    }

    @AfterAll
    static void stopStore() {
        store.close();
    }

    @BeforeEach
    void startOrders() {
        for (int node = 0; node < 3; node++) {
            sagas.add(new OrderSaga(store.runtime(node).commands(), payments, order -> null));
        }
        sku = "SKU-" + entropy();
        product(sku, 0);
        store.stock(sku, 10);
    }

    @AfterEach
    void checkBooks() {
        scanners.forEach(OrderScanner::close);
        long sold = store.number("SELECT coalesce(sum(total_minor), 0) FROM orders"
                + " WHERE payment_state IN ('APPROVED') AND lines::text LIKE '%" + sku + "%'");
        long due = store.number("SELECT coalesce(sum(received_minor), 0) FROM orders"
                + " WHERE payment_state = 'REFUND_DUE' AND lines::text LIKE '%" + sku + "%'");
        assertEquals(sold + due, payments.kept(), "money at the provider and money of sold orders");
        store.check();
    }

    /** Has crashed steps taken up, as every node does; not from the beginning, so that a test can leave them lying. */
    private void startScanners() {
        for (int node = 0; node < 3; node++) {
            OrderScanner scanner = new OrderScanner(
                    store.nodeDatabase(node),
                    store.runtime(node).health(),
                    () -> true,
                    sagas.get(node),
                    PACE,
                    new SimpleMeterRegistry());
            scanners.add(scanner);
            scanner.start();
        }
    }

    private static void product(String sku, int maxPerOrder) {
        Product product =
                new Product(sku, "Quindim de coco", "", "Doces", PRICE, Map.of(), List.of(), maxPerOrder, false, 0, 0);
        assertTrue(store.execute(new PutProduct(null, product, 0)).outcome().accepted());
    }

    private String cart(int quantity) {
        return cart(null, quantity);
    }

    private String cart(@Nullable String customer, int quantity) {
        String id = CartId.of(entropy());
        List<CartLine> lines = quantity == 0 ? List.of() : List.of(new CartLine(sku, quantity));
        assertTrue(store.execute(new CreateCart(key(), id, "BRL", customer, lines))
                .outcome()
                .accepted());
        return id;
    }

    private static PlaceOrder place(CommandKey key, String cartId) {
        Person person = new Person(null, "ana@exemplo.com.br", Map.of("city", "Recife"));
        return new PlaceOrder(key, cartId, "pix", person, entropy(), PaymentRequest.newReference());
    }

    private OrderSaga anySaga() {
        return sagas.get(java.util.concurrent.ThreadLocalRandom.current().nextInt(sagas.size()));
    }

    private CompletableFuture<Answer> checkout(CommandKey key, String cartId) {
        return anySaga().place(place(key, cartId), TestStore.DEADLINE);
    }

    private Answer paid(String cartId) {
        Answer answer = await(checkout(key(), cartId));
        assertEquals(Outcome.CREATED, answer.outcome());
        return answer;
    }

    private static Order order(Answer answer) {
        return Objects.requireNonNull(answer.order(), answer.toString());
    }

    private Answer execute(Command command) {
        return await(anySaga().execute(command, TestStore.DEADLINE));
    }

    private static Order stored(String orderId) {
        return store.anyRuntime().reads().order(orderId).orElseThrow();
    }

    private static void awaitState(String orderId, OrderState state, PaymentState payment) {
        TestGrid.await(SOON, orderId + " to become " + state + " " + payment, () -> {
            Order now = stored(orderId);
            return now.state() == state && now.payment().state() == payment;
        });
    }

    private long stepsLeft() {
        return store.number("SELECT count(*) FROM order_step s JOIN orders o ON o.id = s.order_id"
                + " WHERE o.lines::text LIKE '%" + sku + "%'");
    }

    private long onHand() {
        return store.number("SELECT on_hand FROM inventory WHERE sku = '" + sku + "'");
    }

    private long reserved() {
        return store.number("SELECT reserved FROM inventory WHERE sku = '" + sku + "'");
    }

    private RecordPayment said(Order order, PaymentResult result, Money amount) {
        return new RecordPayment(key(), order.id(), order.payment().reference(), result, amount, entropy());
    }

    /** The hold and the wait of an order are over, by PostgreSQL's clock. */
    private static void endHold(String orderId) {
        store.database()
                .execute("UPDATE reservation SET expires_at = clock_timestamp(), version = version + 1"
                        + " WHERE order_id = '" + orderId + "' AND state = 'HELD'");
        store.database().execute("UPDATE orders SET pay_by = clock_timestamp() WHERE id = '" + orderId + "'");
        store.database().execute("UPDATE order_step SET due_at = clock_timestamp() WHERE order_id = '" + orderId + "'");
        TestGrid.await(
                SOON,
                "the hold to be swept",
                () -> store.number("SELECT count(*) FROM reservation WHERE order_id = '" + orderId
                                + "' AND state = 'HELD'")
                        == 0);
    }

    @Test
    void aPaidCartIsAnOrderAndItsUnitsAreSold() {
        String cart = cart(3);
        Answer held = store.execute(new ReserveCart(key(), cart, 300_000, entropy()));
        String hold = Objects.requireNonNull(held.reservation()).id();
        Order order = order(paid(cart));

        assertEquals(OrderState.CONFIRMED, order.state());
        assertEquals(new Money(4_500, "BRL"), order.total());
        assertEquals(hold, order.reservationId());
        assertEquals(7, onHand());
        assertEquals(0, reserved());
        assertEquals(order, stored(order.id()));
        assertEquals(
                order.id(), store.anyRuntime().reads().cart(cart).orElseThrow().orderId());
        Answer late = store.execute(new ChangeCartLine(key(), cart, sku, 1, ChangeCartLine.Mode.ADD, 0));
        assertEquals(Outcome.CART_NOT_OPEN, late.outcome());
        assertEquals(List.of("order.created", "order.confirmed", "payment.processed"), events(order.id()));
    }

    private static List<String> events(String subject) {
        List<String> types = new ArrayList<>();
        for (int i = 0; ; i++) {
            long there = store.number("SELECT count(*) FROM outbox WHERE subject = '" + subject + "'");
            if (i == there) {
                return types;
            }
            for (String type : List.of(
                    "order.created",
                    "order.confirmed",
                    "order.cancelled",
                    "order.payment-failed",
                    "order.payment-pending",
                    "order.refund-due",
                    "order.refunded",
                    "payment.processed")) {
                if (store.number("SELECT count(*) FROM (SELECT type FROM outbox WHERE subject = '" + subject
                                + "' ORDER BY tx, seq OFFSET " + i + " LIMIT 1) e WHERE type = '" + type + "'")
                        == 1) {
                    types.add(type);
                }
            }
        }
    }

    @Test
    void manyCheckoutsOfOneCartAreOneOrder() {
        String cart = cart(2);
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(checkout(key(), cart));
        }
        int created = 0;
        for (CompletableFuture<Answer> one : all) {
            Answer answer = await(one);
            created += answer.outcome() == Outcome.CREATED ? 1 : 0;
            assertTrue(
                    answer.outcome() == Outcome.CREATED || answer.outcome() == Outcome.CART_NOT_OPEN,
                    answer.toString());
        }
        assertEquals(1, created);
        assertEquals(8, onHand());
        assertEquals(1, payments.charges());
    }

    @Test
    void theSameKeyIsTheSameAnswerWhateverHappenedMeanwhile() {
        String cart = cart(2);
        CommandKey key = key();
        Answer first = await(checkout(key, cart));
        await(sagas.get(0)
                .execute(new AdvanceOrder(null, order(first).id(), OrderState.FULFILLED), TestStore.DEADLINE));
        Answer again = await(checkout(key, cart));
        assertTrue(again.replayed());
        assertEquals(first, again);
        assertEquals(1, payments.charges());
    }

    @Test
    void manyCallersOfOneKeyAreOneOrderAndOneCharge() {
        String cart = cart(1);
        CommandKey key = key();
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(checkout(key, cart));
        }
        Order first = order(await(all.get(0)));
        for (CompletableFuture<Answer> one : all) {
            assertEquals(first, order(await(one)));
        }
        assertEquals(9, onHand());
        assertEquals(1_500, payments.kept());
    }

    @Test
    void aDeclinedShopperKeepsTheUnitsAndPaysAnotherWay() {
        String cart = cart(10);
        payments.next(Act.DECLINE);
        CommandKey key = key();
        Answer declined = await(checkout(key, cart));
        assertEquals(Outcome.PAYMENT_DECLINED, declined.outcome());
        assertEquals(OrderState.PAYMENT_FAILED, order(declined).state());
        assertEquals(Outcome.PAYMENT_DECLINED, await(checkout(key, cart)).outcome());
        // Nobody else gets them in between.
        assertEquals(
                Outcome.INSUFFICIENT_STOCK,
                store.execute(TestStore.reserve(sku, 1)).outcome());
        Order second = order(paid(cart));
        assertEquals(OrderState.CONFIRMED, second.state());
        assertNotEquals(order(declined).id(), second.id());
        assertEquals(order(declined).reservationId(), second.reservationId());
        // What an earlier attempt still brings must not be kept.
        payments.take(order(declined).payment().reference(), order(declined).total());
        startScanners();
        execute(said(order(declined), PaymentResult.APPROVED, order(declined).total()));
        awaitState(order(declined).id(), OrderState.REFUNDED, PaymentState.REFUNDED);
    }

    @Test
    void anUnknownPaymentIsUnknownUntilItIsAskedForAgain() {
        String cart = cart(2);
        CommandKey key = key();
        payments.next(Act.DO_AND_LOSE);
        Fault fault = fault(checkout(key, cart));
        assertEquals(FaultCode.OUTCOME_UNKNOWN, fault.code());
        Answer again = await(checkout(key, cart));
        assertEquals(Outcome.CREATED, again.outcome());
        assertEquals(OrderState.CONFIRMED, order(again).state());
        assertEquals(3_000, payments.kept());
        assertEquals(2, payments.charges());
    }

    private static Fault fault(CompletableFuture<Answer> answer) {
        ExecutionException failed = assertThrows(ExecutionException.class, () -> answer.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(Fault.class, failed.getCause());
    }

    @Test
    void aCrashAfterTheOrderWasPlacedIsTakenUp() {
        // The node died before it asked: nobody but the step knows.
        Order placed = order(store.execute(place(key(), cart(2))));
        assertEquals(PaymentState.REQUESTED, placed.payment().state());
        store.database().execute("UPDATE order_step SET due_at = clock_timestamp()");
        startScanners();
        awaitState(placed.id(), OrderState.CONFIRMED, PaymentState.APPROVED);
        assertEquals(8, onHand());
    }

    @Test
    void aCrashAfterTheMoneyWasTakenIsTakenUp() {
        CommandKey key = key();
        String cart = cart(2);
        Order placed = order(store.execute(place(key, cart)));
        payments.take(placed.payment().reference(), placed.total());
        store.database().execute("UPDATE order_step SET due_at = clock_timestamp()");
        startScanners();
        awaitState(placed.id(), OrderState.CONFIRMED, PaymentState.APPROVED);
        assertEquals(3_000, payments.kept());
        // And the shopper, asking again, is told.
        Answer told = await(checkout(key, cart));
        assertEquals(placed.id(), order(told).id());
        assertEquals(OrderState.CONFIRMED, order(told).state());
    }

    @Test
    void aHoldThatEndsBeforeTheMoneyComesEndsTheOrder() {
        Order placed = order(store.execute(place(key(), cart(2))));
        endHold(placed.id());
        startScanners();
        awaitState(placed.id(), OrderState.PAYMENT_FAILED, PaymentState.DECLINED);
        assertEquals(0, reserved());
        // The provider was told to take none from now on.
        assertEquals(0, payments.kept());
    }

    @Test
    void aProviderThatNeverAnswersIsGivenUpAndTheCartCanBePaidAnotherWay() {
        String cart = cart(2);
        Order placed = order(store.execute(place(key(), cart)));
        // Two minutes and a little later, by PostgreSQL's clock, and nobody has heard of the provider.
        store.database()
                .execute("UPDATE orders SET created_at = created_at - interval '125 s' WHERE id = '" + placed.id()
                        + "'");
        store.database().execute("UPDATE order_step SET due_at = clock_timestamp()");
        startScanners();
        TestGrid.await(
                SOON,
                "the order to fail",
                () -> store.number("SELECT count(*) FROM orders WHERE state = 'PAYMENT_FAILED' AND id = '" + placed.id()
                                + "'")
                        == 1);
        assertEquals(0, payments.charges());
        assertEquals(OrderState.CONFIRMED, order(paid(cart)).state());
    }

    @Test
    void moneyThatWasTakenBeforeTheHoldEndedBuysTheUnitsAllTheSame() {
        Order placed = order(store.execute(place(key(), cart(2))));
        payments.take(placed.payment().reference(), placed.total());
        endHold(placed.id());
        startScanners();
        awaitState(placed.id(), OrderState.CONFIRMED, PaymentState.APPROVED);
        assertNotEquals(placed.reservationId(), stored(placed.id()).reservationId());
        assertEquals(8, onHand());
    }

    @Test
    void moneyThatComesWhenTheUnitsAreGoneGoesBack() {
        Order placed = order(store.execute(place(key(), cart(10))));
        endHold(placed.id());
        Reservation other =
                Objects.requireNonNull(store.execute(TestStore.reserve(sku, 1)).reservation());
        payments.take(placed.payment().reference(), placed.total());
        startScanners();
        awaitState(placed.id(), OrderState.REFUNDED, PaymentState.REFUNDED);
        assertEquals(0, payments.kept());
        assertTrue(store.execute(TestStore.release(other.id())).outcome().accepted());
        assertEquals(10, onHand());
    }

    @ParameterizedTest
    @EnumSource(
            value = PaymentResult.class,
            names = {"APPROVED", "DECLINED"})
    void aProviderThatSaysItLaterIsHeard(PaymentResult result) {
        payments.next(Act.LATER);
        String cart = cart(2);
        CommandKey key = key();
        Answer pending = await(checkout(key, cart));
        assertEquals(Outcome.CREATED, pending.outcome());
        assertEquals(PaymentState.PENDING, order(pending).payment().state());
        boolean approved = result == PaymentResult.APPROVED;
        if (approved) {
            payments.take(order(pending).payment().reference(), order(pending).total());
        }
        for (int i = 0; i < 3; i++) {
            // At least once is what providers promise.
            Answer heard = execute(said(order(pending), result, order(pending).total()));
            assertEquals(i == 0 ? Outcome.CHANGED : Outcome.UNCHANGED, heard.outcome());
        }
        Order end = stored(order(pending).id());
        assertEquals(approved ? OrderState.CONFIRMED : OrderState.PAYMENT_FAILED, end.state());
        assertEquals(approved ? 8 : 10, onHand());
        // The checkout's answer was "later", and stays so.
        assertEquals(pending, await(checkout(key, cart)));
    }

    @Test
    void anApprovalWithAnotherReferenceIsNobodysMoney() {
        payments.next(Act.LATER);
        Order pending = order(await(checkout(key(), cart(2))));
        Answer refused = execute(
                new RecordPayment(key(), pending.id(), "another", PaymentResult.APPROVED, pending.total(), entropy()));
        assertEquals(Outcome.ORDER_NOT_PAYABLE, refused.outcome());
        assertEquals(OrderState.PENDING_PAYMENT, stored(pending.id()).state());
    }

    @Test
    void anotherAmountGoesBackAndTheCartIsOpenAgain() {
        payments.next(Act.TAKE_LESS);
        String cart = cart(2);
        startScanners();
        Order order = order(await(checkout(key(), cart)));
        awaitState(order.id(), OrderState.REFUNDED, PaymentState.REFUNDED);
        assertEquals(0, reserved());
        assertEquals(OrderState.CONFIRMED, order(paid(cart)).state());
    }

    @Test
    void aCancelledOrderIsRestockedAndItsMoneyGoesBackHoweverOftenThatFails() {
        Order order = order(paid(cart(4)));
        assertEquals(6, onHand());
        payments.next(Act.LOSE, Act.LOSE, Act.DO_AND_LOSE);
        startScanners();
        Answer cancelled = execute(new CancelOrder(key(), order.id(), "O cliente desistiu"));
        assertEquals(OrderState.CANCELLED, order(cancelled).state());
        assertEquals(10, onHand());
        store.database().execute("UPDATE order_step SET due_at = clock_timestamp()");
        awaitState(order.id(), OrderState.CANCELLED, PaymentState.REFUNDED);
        assertTrue(payments.calls() >= 5, "calls: " + payments.calls());
        assertEquals(0, payments.kept());
        assertEquals(
                Outcome.NOT_CANCELLABLE,
                execute(new CancelOrder(key(), order.id(), "de novo")).outcome());
    }

    @Test
    void cancelAndFulfilAtOnceEndInOneOfThem() {
        for (int i = 0; i < 8; i++) {
            Order order = order(paid(cart(1)));
            CompletableFuture<Answer> cancel =
                    anySaga().execute(new CancelOrder(key(), order.id(), "corrida"), TestStore.DEADLINE);
            CompletableFuture<Answer> fulfil =
                    anySaga().execute(new AdvanceOrder(key(), order.id(), OrderState.FULFILLED), TestStore.DEADLINE);
            boolean cancelled = await(cancel).outcome().accepted();
            boolean fulfilled = await(fulfil).outcome().accepted();
            assertTrue(cancelled != fulfilled, cancelled + " " + fulfilled);
            assertEquals(
                    cancelled ? OrderState.CANCELLED : OrderState.FULFILLED,
                    stored(order.id()).state());
        }
        startScanners();
        TestGrid.await(SOON, "all money to be back", () -> stepsLeft() == 0);
    }

    @Test
    void cancelRacingTheConfirmationNeverLeavesMoneyOrUnitsBehind() {
        for (int i = 0; i < 8; i++) {
            payments.next(Act.LATER);
            Order pending = order(await(checkout(key(), cart(1))));
            payments.take(pending.payment().reference(), pending.total());
            CompletableFuture<Answer> approve =
                    anySaga().execute(said(pending, PaymentResult.APPROVED, pending.total()), TestStore.DEADLINE);
            CompletableFuture<Answer> cancel =
                    anySaga().execute(new CancelOrder(key(), pending.id(), "corrida"), TestStore.DEADLINE);
            assertTrue(await(approve).outcome().accepted());
            OrderState state = await(cancel).outcome().accepted() ? OrderState.CANCELLED : OrderState.CONFIRMED;
            assertEquals(state, stored(pending.id()).state());
        }
        startScanners();
        TestGrid.await(SOON, "all money to be back", () -> stepsLeft() == 0);
    }

    @Test
    void anOrdersHoldIsNobodyElsesToEnd() {
        payments.next(Act.LATER);
        Order pending = order(await(checkout(key(), cart(2))));
        assertEquals(
                Outcome.RESERVATION_NOT_HELD,
                store.execute(TestStore.confirm(pending.reservationId())).outcome());
        assertEquals(
                Outcome.RESERVATION_NOT_HELD,
                store.execute(TestStore.release(pending.reservationId())).outcome());
        assertEquals(2, reserved());
    }

    @Test
    void shortagesAreToldAndNothingIsCharged() {
        Answer refused = await(checkout(key(), cart(11)));
        assertEquals(Outcome.INSUFFICIENT_STOCK, refused.outcome());
        assertEquals(0, payments.calls());
        assertEquals(Outcome.EMPTY_CART, await(checkout(key(), cart(0))).outcome());
        String limited = sku;
        sku = "SKU-" + entropy();
        product(sku, 2);
        store.stock(sku, 10);
        assertEquals(Outcome.QUANTITY_LIMIT, await(checkout(key(), cart(3))).outcome());
        assertEquals(
                Outcome.QUANTITY_LIMIT,
                store.execute(new ReserveCart(key(), cart(3), 1_000, entropy())).outcome());
        assertEquals(OrderState.CONFIRMED, order(paid(cart(2))).state());
        assertFalse(limited.equals(sku));
    }

    @Test
    void thousandShoppersAndFiftyUnitsAreFiftyPaidOrders() {
        String drop = "SKU-" + entropy();
        product(drop, 0);
        store.stock(drop, 50);
        sku = drop;
        List<CompletableFuture<Answer>> all = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            all.add(checkout(key(), cart(1)));
        }
        long created = all.stream()
                .map(TestStore::await)
                .filter(answer -> answer.outcome() == Outcome.CREATED)
                .count();
        assertEquals(50, created);
        assertEquals(0, onHand());
        assertEquals(75_000, payments.kept());
    }

    @Test
    void aCustomerIsListedExportedAndErased() {
        String ana = "ana-" + entropy();
        Order order = order(paid(cart(ana, 1)));
        String open = cart(ana, 2);
        var reads = store.anyRuntime().reads();
        assertEquals(List.of(order), reads.orders(new OrderQuery(ana, OrderState.CONFIRMED, Long.MAX_VALUE, "", 10)));
        GridCustomers customers =
                new GridCustomers(store.runtime(0).store(), store.runtime(0).commands(), TestStore.DEADLINE);
        CustomerFile file = customers.file(ana);
        assertEquals(2, file.carts().size());
        assertEquals("ana@exemplo.com.br", file.purchases().get(0).person().email());

        customers.forget(ana);
        customers.forget(ana);
        assertTrue(customers.file(ana).empty());
        assertEquals(order, stored(order.id()));
        assertEquals(0, store.number("SELECT count(*) FROM order_person WHERE order_id = '" + order.id() + "'"));
        assertEquals(null, store.anyRuntime().reads().cart(open).orElseThrow().customerId());
    }
}
