package io.storegrid.torture.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.Copy;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.PaymentRow;
import io.storegrid.torture.history.FinalState.StockRow;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Checkers can say no: each kind of lie is put into a sound history once, and the checker that it is meant for notices. A
 * checker without a lie, and a lie that is no lie, fail.
 */
class PlantedLiesTest {

    private static final long SEED = Long.getLong("torture.planted.seed", 5);

    /** Every odd SKU of the simulation has more than anybody can ask for. */
    private static final String AMPLE = "BOLO-01";

    private static final History SOUND = SimulatedRun.of(SimulatedRun.Demand.small(SEED));
    private static final long SECOND = 1_000_000;

    /**
     * One lie.
     *
     * @param noticed by the checker of this class
     * @param words that its text must have
     */
    record Lie(String name, Class<? extends Checker> noticed, String words, Consumer<Forgery> told) {
        @Override
        public String toString() {
            return name;
        }
    }

    static final List<Lie> LIES = List.of(
            // Rows.
            new Lie("a lost update", RowsKeepInvariants.class, "I2", books -> {
                StockRow row = books.row(AMPLE);
                books.stock(AMPLE, new StockRow(row.onHand(), row.reserved() - 1, row.version()));
            }),
            new Lie(
                    "an oversell",
                    RowsKeepInvariants.class,
                    "I1",
                    books -> books.makeHold("rsv_over", AMPLE, 2_000_000)),
            new Lie("an oversell that was mended", RowsKeepInvariants.class, "I6", books -> {
                books.enter(AMPLE, -2_000_000, 0, LedgerReason.ADJUSTED, "adj_1", books.takenMicros());
                books.enter(AMPLE, 2_000_000, 0, LedgerReason.ADJUSTED, "adj_2", books.takenMicros());
            }),
            new Lie("a gap in the ledger", RowsKeepInvariants.class, "I5", books -> {
                List<LedgerEntry> entries = books.entries(AMPLE);
                books.ledger.remove(entries.get(entries.size() / 2));
            }),
            new Lie("a sale that nobody made", RowsKeepInvariants.class, "I3", books -> {
                StockRow row = books.row(AMPLE);
                books.stock(AMPLE, new StockRow(row.onHand() - 1, row.reserved(), row.version()));
            }),
            new Lie("another first stock", RowsKeepInvariants.class, "I3", books -> {
                LedgerEntry first = books.entries(AMPLE).get(0);
                books.ledger.remove(first);
                books.ledger.add(new LedgerEntry(
                        AMPLE, 1, first.deltaOnHand() - 5, 0, LedgerReason.INITIAL, "test", first.atMicros()));
            }),
            new Lie("a row that the ledger does not know", RowsKeepInvariants.class, "I4", books -> {
                StockRow row = books.row(AMPLE);
                books.stock(AMPLE, new StockRow(row.onHand() + 1, row.reserved(), row.version()));
            }),
            new Lie("a line that left twice", RowsKeepInvariants.class, "I7", books -> {
                String id = books.held(HoldState.RELEASED);
                books.hold(id)
                        .lines()
                        .forEach((sku, units) ->
                                books.enter(sku, 0, -units, LedgerReason.RELEASED, id, books.takenMicros()));
            }),
            new Lie("other lines than entered", RowsKeepInvariants.class, "I8", books -> {
                String id = books.held(HoldState.HELD);
                HoldRow row = books.hold(id);
                SortedMap<String, Integer> lines = new TreeMap<>(row.lines());
                lines.merge(lines.firstKey(), 1, Integer::sum);
                books.holds.put(
                        id,
                        new HoldRow(
                                row.state(),
                                row.cart(),
                                row.createdMicros(),
                                row.expiresMicros(),
                                row.version(),
                                lines));
            }),
            new Lie("a state without its settlement", RowsKeepInvariants.class, "I9", books -> {
                String id = books.held(HoldState.HELD);
                books.holds.put(id, in(HoldState.RELEASED, books.hold(id)));
            }),
            // Orders, their units and their money.
            new Lie("an order sold what its hold did not", OrdersAddUp.class, "I10", books -> {
                String hold = books.order(books.ordered(OrderState.CONFIRMED)).reservation();
                HoldRow row = books.hold(hold);
                books.holds.put(hold, in(HoldState.RELEASED, row));
            }),
            new Lie("what an order sold is nobody's", OrdersAddUp.class, "I10", books -> {
                String hold = books.order(books.ordered(OrderState.CONFIRMED)).reservation();
                books.holds.put(hold, of("", books.hold(hold)));
            }),
            new Lie("a hold is an order's that has another", OrdersAddUp.class, "that has another", books -> {
                String hold = books.held(HoldState.HELD);
                books.holds.put(hold, of(books.ordered(OrderState.CONFIRMED), books.hold(hold)));
            }),
            new Lie("an order sold other lines than it has", OrdersAddUp.class, " sold ", books -> {
                String id = books.ordered(OrderState.CONFIRMED);
                OrderRow row = books.order(id);
                SortedMap<String, Integer> lines = new TreeMap<>(row.lines());
                lines.merge(lines.firstKey(), 1, Integer::sum);
                books.order(id, withLines(row, lines));
            }),
            new Lie("a cancelled order gave back too much", OrdersAddUp.class, "gave back", books -> {
                LedgerEntry entry = restocked(books);
                books.ledger.set(
                        books.ledger.indexOf(entry),
                        new LedgerEntry(
                                entry.sku(),
                                entry.version(),
                                entry.deltaOnHand() + 1,
                                0,
                                entry.reason(),
                                entry.ref(),
                                entry.atMicros()));
            }),
            new Lie("a cancelled order gave back nothing", OrdersAddUp.class, "gave back", books -> {
                String id = restocked(books).ref();
                books.ledger.removeIf(entry -> entry.ref().equals(id));
            }),
            new Lie("a line came back twice", OrdersAddUp.class, "once", books -> {
                LedgerEntry entry = restocked(books);
                books.enter(
                        entry.sku(), entry.deltaOnHand(), 0, LedgerReason.RESTOCKED, entry.ref(), books.takenMicros());
            }),
            new Lie(
                    "units came back of nothing",
                    OrdersAddUp.class,
                    "of no order",
                    books -> books.enter(AMPLE, 1, 0, LedgerReason.RESTOCKED, "ord_lie", books.takenMicros())),
            new Lie("money is kept of a cancelled order", OrdersAddUp.class, "the provider keeps", books -> {
                String id = books.ordered(OrderState.CANCELLED);
                pay(books, id, books.order(id).totalMinor(), 0);
            }),
            new Lie(
                    "an order that nobody paid for is sold",
                    OrdersAddUp.class,
                    "the provider keeps",
                    books -> pay(books, books.ordered(OrderState.CONFIRMED), 0, 0)),
            new Lie("money was taken twice", OrdersAddUp.class, "the provider keeps", books -> {
                String id = books.ordered(OrderState.CONFIRMED);
                books.payments.add(
                        new PaymentRow(id, "pix", "APPROVED", books.order(id).totalMinor(), 0));
            }),
            new Lie(
                    "money was taken for no order",
                    OrdersAddUp.class,
                    "no order of ours",
                    books -> books.payments.add(new PaymentRow("ord_lie", "pix", "APPROVED", 500, 0))),
            new Lie(
                    "an order waits for ever",
                    OrdersAddUp.class,
                    "has no end",
                    books -> books.order(
                            books.ordered(OrderState.CONFIRMED), OrderState.PENDING_PAYMENT, PaymentState.REQUESTED)),
            new Lie(
                    "money is owed for ever",
                    OrdersAddUp.class,
                    "has no end",
                    books -> books.order(
                            books.ordered(OrderState.CANCELLED), OrderState.CANCELLED, PaymentState.REFUND_DUE)),
            new Lie(
                    "a sold order whose payment was declined",
                    OrdersAddUp.class,
                    "and its payment",
                    books -> books.order(
                            books.ordered(OrderState.CONFIRMED), OrderState.CONFIRMED, PaymentState.DECLINED)),
            new Lie("a cart is two orders at a time", OrdersAddUp.class, "two orders at a time", books -> {
                String id = books.ordered(OrderState.CONFIRMED);
                books.orders.put(id + "2", books.order(id));
            }),
            new Lie("a cart is open that has become an order", OrdersAddUp.class, "became order", books -> {
                String id = books.order(books.ordered(OrderState.CONFIRMED)).cart();
                CartRow row = cart(books, id);
                books.carts.put(id, new CartRow(false, row.reservation(), row.version(), row.lines()));
            }),
            // Acknowledged and not there.
            new Lie("an acknowledged order is gone", AcknowledgedIsThere.class, "acknowledged order", books -> {
                Operation checkout = books.last(Forgery.done(Kind.CHECKOUT));
                books.orders.remove(Forgery.answer(checkout).order());
            }),
            new Lie(
                    "an acknowledged order failed afterwards",
                    AcknowledgedIsThere.class,
                    "cannot have become",
                    books -> books.order(
                            Forgery.answer(books.last(Forgery.done(Kind.CHECKOUT)))
                                    .order(),
                            OrderState.PAYMENT_FAILED,
                            PaymentState.DECLINED)),
            new Lie(
                    "an acknowledged cancellation is undone",
                    AcknowledgedIsThere.class,
                    "cannot have become",
                    books -> books.order(
                            books.first(Forgery.done(Kind.CANCEL)).request().target(),
                            OrderState.CONFIRMED,
                            PaymentState.APPROVED)),
            new Lie("a declined order is gone", AcknowledgedIsThere.class, "acknowledged order", books -> {
                Operation declined = books.first(Books::declined);
                books.orders.remove(Forgery.answer(declined).order());
            }),
            new Lie("an acknowledged order has other lines", AcknowledgedIsThere.class, " held by ", books -> {
                String id =
                        Forgery.answer(books.last(Forgery.done(Kind.CHECKOUT))).order();
                SortedMap<String, Integer> lines = new TreeMap<>(books.order(id).lines());
                lines.merge(lines.firstKey(), 1, Integer::sum);
                books.order(id, withLines(books.order(id), lines));
            }),
            new Lie(
                    "a checkout was answered with another's order",
                    AcknowledgedIsThere.class,
                    "was the answer",
                    books -> {
                        String other = Forgery.answer(books.first(Forgery.done(Kind.CHECKOUT)))
                                .order();
                        Operation checkout = books.last(Forgery.done(Kind.CHECKOUT));
                        books.replace(checkout, Forgery.with(Forgery.answer(checkout), other, OrderState.CONFIRMED));
                    }),
            new Lie(
                    "a checkout was answered with a cancelled order",
                    AcknowledgedIsThere.class,
                    "with an order that is",
                    books -> {
                        String id = books.ordered(OrderState.CANCELLED);
                        Operation checkout = books.first(
                                operation -> Forgery.done(Kind.CHECKOUT).test(operation)
                                        && Forgery.answer(operation).order().equals(id));
                        books.replace(checkout, Forgery.with(Forgery.answer(checkout), id, OrderState.CANCELLED));
                    }),
            new Lie(
                    "a client confirmed what an order pays for",
                    AcknowledgedIsThere.class,
                    "an order pays for",
                    books -> {
                        String hold =
                                books.order(books.ordered(OrderState.CONFIRMED)).reservation();
                        books.add(
                                Request.hold(Kind.CONFIRM, "lie", hold),
                                books.hold(hold).createdMicros(),
                                200,
                                "",
                                answer -> Forgery.with(answer, HoldState.CONFIRMED));
                    }),
            new Lie("an acknowledged row is missing", AcknowledgedIsThere.class, "is gone", books -> {
                Operation reserve = books.last(Forgery.done(Kind.RESERVE));
                books.forget(Forgery.answer(reserve).reservation());
            }),
            new Lie("an acknowledged confirm is undone", AcknowledgedIsThere.class, "acknowledged as", books -> {
                String id = books.first(Forgery.done(Kind.CONFIRM)).request().target();
                books.holds.put(id, in(HoldState.RELEASED, books.hold(id)));
            }),
            new Lie("an acknowledged adjustment is missing", AcknowledgedIsThere.class, "has entries", books -> {
                String id =
                        Forgery.answer(books.first(Forgery.done(Kind.ADJUST))).adjustment();
                books.ledger.removeIf(entry -> entry.ref().equals(id));
            }),
            new Lie("an adjustment was answered with other stock", AcknowledgedIsThere.class, "was answered", books -> {
                Operation adjust = books.first(Forgery.done(Kind.ADJUST));
                Answer answer = Forgery.answer(adjust);
                String sku = adjust.request().sku();
                Answer.Stock stock = answer.stock().getOrDefault(sku, new Answer.Stock(0, 0, 0));
                books.replace(
                        adjust,
                        Forgery.with(
                                answer, sku, new Answer.Stock(stock.onHand() + 1, stock.reserved(), stock.version())));
            }),
            new Lie(
                    "the record of an answer is missing",
                    AcknowledgedIsThere.class,
                    "no record",
                    books -> books.keys.remove(
                            books.first(Forgery.done(Kind.CONFIRM)).request().key())),
            new Lie("an extension is lost", AcknowledgedIsThere.class, "extended", books -> {
                String id = books.first(Forgery.done(Kind.EXTEND)).request().target();
                HoldRow row = books.hold(id);
                books.holds.put(
                        id,
                        new HoldRow(
                                row.state(),
                                row.cart(),
                                row.createdMicros(),
                                row.createdMicros() + SECOND,
                                row.version(),
                                row.lines()));
            }),
            new Lie("a line is lost from a cart", AcknowledgedIsThere.class, "its commands come to", books -> {
                String id = filledCart(books);
                CartRow row = cart(books, id);
                books.carts.put(id, new CartRow(false, row.reservation(), row.version(), new TreeMap<>()));
            }),
            new Lie("a line was added twice", AcknowledgedIsThere.class, "its commands come to", books -> {
                String id = filledCart(books);
                CartRow row = cart(books, id);
                SortedMap<String, Integer> lines = new TreeMap<>(row.lines());
                lines.replaceAll((sku, units) -> units * 2);
                books.carts.put(id, new CartRow(false, row.reservation(), row.version(), lines));
            }),
            // Keys.
            new Lie(
                    "a duplicate effect",
                    OneEffectPerKey.class,
                    "no key stands for",
                    books -> books.makeHold("rsv_twin", AMPLE, 1)),
            new Lie(
                    "an adjustment that nobody asked for",
                    OneEffectPerKey.class,
                    "no key stands for",
                    books -> books.enter(AMPLE, 3, 0, LedgerReason.ADJUSTED, "adj_twin", books.takenMicros())),
            new Lie("unequal answers for a key", OneEffectPerKey.class, "was answered", books -> {
                Operation reserve = books.first(Forgery.done(Kind.RESERVE));
                Answer answer = Forgery.answer(reserve);
                books.replace(reserve, answer, Forgery.with(answer, "another digest"));
            }),
            new Lie("two keys with one effect", OneEffectPerKey.class, "have one effect", books -> {
                List<Operation> reserves = books.operations.stream()
                        .filter(Forgery.done(Kind.RESERVE))
                        .limit(2)
                        .toList();
                KeyRow one = books.keys.get(reserves.get(0).request().key());
                books.keys.put(reserves.get(1).request().key(), Objects.requireNonNull(one));
            }),
            new Lie("an order that nobody asked for", OneEffectPerKey.class, "no key stands for order", books -> {
                String id = books.ordered(OrderState.CONFIRMED);
                books.orders.put("ord_twin", books.order(id));
            }),
            new Lie("two keys with one order", OneEffectPerKey.class, "have one effect", books -> {
                List<Operation> checkouts = books.operations.stream()
                        .filter(Forgery.done(Kind.CHECKOUT))
                        .limit(2)
                        .toList();
                KeyRow one = books.keys.get(checkouts.get(0).request().key());
                books.keys.put(checkouts.get(1).request().key(), Objects.requireNonNull(one));
            }),
            new Lie("a sale without a checkout", OneEffectPerKey.class, "no checkout stands for", books -> {
                String id = books.ordered(OrderState.CONFIRMED);
                books.operations.removeIf(operation ->
                        operation.answer().map(Answer::order).orElse("").equals(id));
            }),
            new Lie("units came back and nobody cancelled", OneEffectPerKey.class, "no key stands for", books -> {
                String id = restocked(books).ref();
                books.operations.removeIf(operation -> operation.request().kind() == Kind.CANCEL
                        && operation.request().target().equals(id));
            }),
            // Refusals.
            new Lie(
                    "declined although the provider took the money",
                    RefusalsAreJustified.class,
                    "called declined",
                    books -> {
                        String id = Forgery.answer(books.first(Books::declined)).order();
                        pay(books, id, books.order(id).totalMinor(), 0);
                    }),
            new Lie(
                    "an open cart is refused as an order",
                    RefusalsAreJustified.class,
                    "no longer open",
                    books -> books.add(
                            Request.checkout("lie", openCart(books), "pix"),
                            middle(),
                            409,
                            "cart-not-open",
                            answer -> answer)),
            new Lie(
                    "a paid order is refused as not cancellable",
                    RefusalsAreJustified.class,
                    "could be cancelled",
                    books -> {
                        String id = books.ordered(OrderState.CONFIRMED);
                        books.add(
                                Request.cancel("lie", id),
                                books.takenMicros(),
                                409,
                                "not-cancellable",
                                answer -> Forgery.with(answer, id, OrderState.PENDING_PAYMENT));
                    }),
            new Lie(
                    "an order is not found",
                    RefusalsAreJustified.class,
                    "order was not found",
                    books -> books.add(
                            Request.cancel("lie", books.ordered(OrderState.CONFIRMED)),
                            books.takenMicros(),
                            404,
                            "order-not-found",
                            answer -> answer)),
            new Lie(
                    "a hold is refused as an order's that is none's",
                    RefusalsAreJustified.class,
                    "no order may have",
                    books -> {
                        String id = books.first(operation -> Forgery.done(Kind.RESERVE)
                                                .test(operation)
                                        && books.hold(Forgery.answer(operation).reservation())
                                                        .state()
                                                == HoldState.HELD)
                                .answer()
                                .orElseThrow()
                                .reservation();
                        books.add(
                                Request.hold(Kind.CONFIRM, "lie", id),
                                books.hold(id).createdMicros() + SECOND,
                                409,
                                "reservation-not-held",
                                answer -> Forgery.with(answer, HoldState.HELD));
                    }),
            new Lie(
                    "a phantom refusal of a checkout",
                    RefusalsAreJustified.class,
                    "available at versions",
                    books -> books.add(
                            Request.checkout("lie", openCart(books), "pix"),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> Forgery.with(answer, AMPLE, new Answer.Shortage(2, 1)))),
            new Lie(
                    "a phantom refusal",
                    RefusalsAreJustified.class,
                    "available at versions",
                    books -> books.add(
                            Request.reserve("lie", Forgery.lines(AMPLE, 2), 300),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> Forgery.with(answer, AMPLE, new Answer.Shortage(2, 1)))),
            new Lie(
                    "a refusal for less than was asked",
                    RefusalsAreJustified.class,
                    "the refusal says",
                    books -> books.add(
                            Request.reserve("lie", Forgery.lines(AMPLE, 2), 300),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> Forgery.with(answer, AMPLE, new Answer.Shortage(1, 0)))),
            new Lie(
                    "refused for want of nothing",
                    RefusalsAreJustified.class,
                    "want of nothing",
                    books -> books.add(
                            Request.reserve("lie", Forgery.lines(AMPLE, 2), 300),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> answer)),
            new Lie("a live hold is refused as not held", RefusalsAreJustified.class, "before its time", books -> {
                String id = books.held(HoldState.HELD);
                books.add(
                        Request.hold(Kind.CONFIRM, "lie", id),
                        books.hold(id).createdMicros() + SECOND,
                        409,
                        "reservation-not-held",
                        answer -> Forgery.with(answer, HoldState.EXPIRED));
            }),
            new Lie("a hold is refused before it was settled", RefusalsAreJustified.class, "was not settled", books -> {
                Operation confirm = books.last(Forgery.done(Kind.CONFIRM));
                books.add(
                        Request.hold(Kind.RELEASE, "lie", confirm.request().target()),
                        confirm.invokedMicros() - 2_000,
                        409,
                        "reservation-not-held",
                        answer -> Forgery.with(answer, HoldState.CONFIRMED));
            }),
            new Lie(
                    "a hold is not found",
                    RefusalsAreJustified.class,
                    "was not found",
                    books -> books.add(
                            Request.hold(Kind.READ_HOLD, "", books.held(HoldState.HELD)),
                            books.takenMicros(),
                            404,
                            "reservation-not-found",
                            answer -> answer)),
            new Lie(
                    "stock is not found",
                    RefusalsAreJustified.class,
                    "was not found",
                    books -> books.add(
                            Request.read(true, AMPLE), middle(), 404, "inventory-not-found", answer -> answer)),
            // Time.
            new Lie("a confirm after expiry", HoldsEndInTime.class, "after the hold's end", books -> {
                String id = books.held(HoldState.EXPIRED);
                books.add(
                        Request.hold(Kind.CONFIRM, "lie", id),
                        books.hold(id).expiresMicros() + SECOND,
                        200,
                        "",
                        answer -> Forgery.with(answer, HoldState.CONFIRMED));
            }),
            new Lie("an early expiry in the ledger", HoldsEndInTime.class, "before its end", books -> {
                String id = books.held(HoldState.EXPIRED);
                HoldRow row = books.hold(id);
                books.holds.put(
                        id,
                        new HoldRow(
                                row.state(),
                                row.cart(),
                                row.createdMicros(),
                                row.expiresMicros() + 60 * SECOND,
                                row.version(),
                                row.lines()));
            }),
            new Lie("an early expiry that was shown", HoldsEndInTime.class, "called EXPIRED", books -> {
                String id = books.held(HoldState.HELD);
                books.add(
                        Request.hold(Kind.READ_HOLD, "", id),
                        books.hold(id).createdMicros() + SECOND,
                        200,
                        "",
                        answer -> Forgery.with(answer, HoldState.EXPIRED));
            }),
            new Lie("a hold is shown after its end", HoldsEndInTime.class, "shown as HELD", books -> {
                String id = books.held(HoldState.EXPIRED);
                books.add(
                        Request.hold(Kind.READ_HOLD, "", id),
                        books.hold(id).expiresMicros() + SECOND,
                        200,
                        "",
                        answer -> Forgery.with(answer, HoldState.HELD));
            }),
            new Lie("a confirm in the ledger after the end", HoldsEndInTime.class, "after its end", books -> {
                String id = books.held(HoldState.CONFIRMED);
                HoldRow row = books.hold(id);
                long settled = books.ledger.stream()
                        .filter(entry -> entry.ref().equals(id) && entry.reason() == LedgerReason.CONFIRMED)
                        .mapToLong(LedgerEntry::atMicros)
                        .min()
                        .orElseThrow();
                books.holds.put(
                        id,
                        new HoldRow(
                                row.state(),
                                row.cart(),
                                row.createdMicros(),
                                settled - 20 * SECOND,
                                row.version(),
                                row.lines()));
            }),
            new Lie(
                    "another time to live than asked",
                    HoldsEndInTime.class,
                    "a hold of",
                    books -> books.add(
                            Request.reserve("lie", Forgery.lines(AMPLE, 1), 300), middle(), 201, "", answer -> answer)),
            // Reads.
            new Lie("a stale read", ReadsAdvance.class, "was known", books -> {
                Operation late = lateRead(books);
                LedgerEntry first = books.entries(AMPLE).get(0);
                books.replace(
                        late, Forgery.with(Forgery.answer(late), AMPLE, new Answer.Stock(first.deltaOnHand(), 0, 1)));
            }),
            new Lie("a stale copy that was read", ReadsAdvance.class, "was known", books -> {
                books.faults.clear();
                Operation late =
                        books.last(operation -> Forgery.done(Kind.READ_CACHED).test(operation)
                                && operation.request().sku().equals(AMPLE));
                LedgerEntry first = books.entries(AMPLE).get(0);
                books.replace(
                        late, Forgery.with(Forgery.answer(late), AMPLE, new Answer.Stock(first.deltaOnHand(), 0, 1)));
            }),
            new Lie("a read of what never was", ReadsAdvance.class, "was read as", books -> {
                Operation late = lateRead(books);
                Answer.Stock stock = Forgery.answer(late).stock().getOrDefault(AMPLE, new Answer.Stock(0, 0, 0));
                books.replace(
                        late,
                        Forgery.with(
                                Forgery.answer(late),
                                AMPLE,
                                new Answer.Stock(stock.onHand(), stock.reserved() + 7, stock.version())));
            }),
            new Lie(
                    "a read of what nobody had asked for yet",
                    ReadsAdvance.class,
                    "before anybody had asked",
                    books -> {
                        List<LedgerEntry> entries = books.entries(AMPLE);
                        int at = 1;
                        for (int i = 1; i < entries.size(); i++) {
                            at = entries.get(i).reason() == LedgerReason.RESERVED ? i : at;
                        }
                        long onHand = 0;
                        long reserved = 0;
                        for (LedgerEntry entry : entries.subList(0, at + 1)) {
                            onHand += entry.deltaOnHand();
                            reserved += entry.deltaReserved();
                        }
                        Answer.Stock then = new Answer.Stock(onHand, reserved, at + 1L);
                        books.add(
                                Request.read(false, AMPLE),
                                entries.get(0).atMicros(),
                                200,
                                "",
                                answer -> Forgery.with(answer, AMPLE, then));
                    }),
            // Copies.
            new Lie("a stale copy at the owner", CopiesEqualRows.class, "owner", books -> stale(books, true)),
            new Lie("a stale copy at a backup", CopiesEqualRows.class, "backup", books -> stale(books, false)),
            new Lie("the owner has no copy", CopiesEqualRows.class, "has no copy", books -> {
                Copy copy = copy(books, true);
                books.copies.set(
                        books.copies.indexOf(copy),
                        new Copy(copy.node(), copy.cache(), copy.key(), true, new TreeMap<>()));
            }),
            new Lie("a copy of nothing", CopiesEqualRows.class, "there is no row", books -> {
                HoldRow row = books.hold(books.held(HoldState.HELD));
                books.copies.add(new Copy("no-1", Copy.RESERVATIONS, "rsv_gone", true, FinalState.fields(row)));
            }),
            new Lie(
                    "stock that nobody owns",
                    CopiesEqualRows.class,
                    "nobody said",
                    books -> books.copies.removeIf(copy -> copy.key().equals(AMPLE))),
            new Lie("stock that two own", CopiesEqualRows.class, "two owners", books -> {
                Copy copy = copy(books, true);
                books.copies.add(new Copy("no-2", copy.cache(), copy.key(), true, copy.fields()));
            }),
            new Lie("a stale copy of an order", CopiesEqualRows.class, "owner", books -> {
                String id = books.ordered(OrderState.CANCELLED);
                OrderRow row = books.order(id);
                books.order(id, OrderState.CONFIRMED, PaymentState.APPROVED);
                books.orders.put(id, row);
            }),
            // Liveness.
            new Lie("an answer that never came", StoreComesBack.class, "nobody ever got an answer", books -> {
                Operation reserve = books.first(Forgery.done(Kind.RESERVE));
                books.replace(reserve);
            }),
            new Lie("too many that gave up", StoreComesBack.class, "patience ended", books -> {
                for (Operation operation : List.copyOf(books.operations.subList(0, 200))) {
                    books.operations.set(
                            books.operations.indexOf(operation),
                            new Operation(
                                    operation.id(),
                                    operation.client(),
                                    operation.request(),
                                    operation.invokedMicros(),
                                    operation.completedMicros(),
                                    operation.completedMicros() - 1,
                                    operation.outcome(),
                                    operation.attempts(),
                                    operation.answers()));
                }
            }),
            new Lie("a hold is settled late", StoreComesBack.class, "settled", books -> {
                LedgerEntry expired = books.ledger.stream()
                        .filter(entry -> entry.reason() == LedgerReason.EXPIRED)
                        .findFirst()
                        .orElseThrow();
                books.ledger.set(
                        books.ledger.indexOf(expired),
                        new LedgerEntry(
                                expired.sku(),
                                expired.version(),
                                expired.deltaOnHand(),
                                expired.deltaReserved(),
                                expired.reason(),
                                expired.ref(),
                                expired.atMicros() + 8 * SECOND));
            }),
            new Lie("an overdue hold was seen", StoreComesBack.class, "seen unsettled", books -> {
                String id = books.held(HoldState.EXPIRED);
                long expires = books.hold(id).expiresMicros();
                books.overdue.add(new History.OverdueHold(id, expires, expires + 7 * SECOND));
            }),
            new Lie(
                    "a SKU accepts nothing after a fault",
                    StoreComesBack.class,
                    "accepted nothing",
                    books -> books.probes.add(new History.Probe(AMPLE, middle(), 0))),
            new Lie(
                    "a SKU is slow after a fault",
                    StoreComesBack.class,
                    "only",
                    books -> books.probes.add(new History.Probe(AMPLE, middle(), middle() + 11 * SECOND))),
            new Lie("nobody bought after the last fault", StoreComesBack.class, "had stock", books -> {
                long over = books.faults.get(0).overMicros();
                books.operations.removeIf(operation -> operation.completedMicros() > over);
                books.probes.clear();
            }),
            // Processes.
            new Lie(
                    "a process ended by itself",
                    NobodyElseDied.class,
                    "ended by itself",
                    books -> books.processes.add(new History.ProcessRun("no-3", 3, 1, 2, 130, false, List.of()))),
            new Lie(
                    "an alarm",
                    NobodyElseDied.class,
                    "gave an alarm",
                    books -> books.processes.add(
                            new History.ProcessRun("no-3", 3, 1, 0, 0, false, List.of("OutOfMemoryError")))),
            // Orders of what was done.
            new Lie(
                    "a phantom refusal of a checkout that no order explains",
                    StockIsLinearizable.class,
                    "no order explains",
                    books -> books.add(
                            Request.checkout("lie", openCart(books), "pix"),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> Forgery.with(answer, AMPLE, new Answer.Shortage(2, 1)))),
            new Lie(
                    "units of an order that reads do not miss",
                    StockIsLinearizable.class,
                    "no order explains",
                    books -> unsold(books, Kind.CHECKOUT)),
            new Lie(
                    "units of a cancelled order that reads do not see",
                    StockIsLinearizable.class,
                    "no order explains",
                    books -> unsold(books, Kind.CANCEL)),
            new Lie("no order, and no ledger either", StockIsLinearizable.class, "no order explains", books -> {
                books.withoutEnd();
                Operation late = lateRead(books);
                Answer.Stock stock = Forgery.answer(late).stock().getOrDefault(AMPLE, new Answer.Stock(0, 0, 0));
                books.replace(
                        late,
                        Forgery.with(
                                Forgery.answer(late),
                                AMPLE,
                                new Answer.Stock(stock.onHand() - 1, stock.reserved(), stock.version())));
            }),
            new Lie(
                    "no order with a phantom refusal",
                    StockIsLinearizable.class,
                    "no order explains",
                    books -> books.add(
                            Request.reserve("lie", Forgery.lines(AMPLE, 2), 300),
                            middle(),
                            409,
                            "insufficient-stock",
                            answer -> Forgery.with(answer, AMPLE, new Answer.Shortage(2, 1)))),
            new Lie(
                    "an acknowledged change that later reads lack",
                    StockIsLinearizable.class,
                    "no order explains",
                    books -> {
                        Operation adjust = books.first(
                                operation -> Forgery.done(Kind.ADJUST).test(operation)
                                        && operation.request().sku().equals(AMPLE));
                        String id = Forgery.answer(adjust).adjustment();
                        List<LedgerEntry> kept = new ArrayList<>();
                        for (LedgerEntry entry : books.entries(AMPLE)) {
                            if (!entry.ref().equals(id)) {
                                kept.add(Forgery.numbered(entry, kept.size() + 1L));
                            }
                        }
                        books.ledger.removeIf(entry -> entry.sku().equals(AMPLE));
                        books.ledger.addAll(kept);
                        StockRow row = books.row(AMPLE);
                        books.stock(
                                AMPLE,
                                new StockRow(
                                        row.onHand() - adjust.request().delta(), row.reserved(), row.version() - 1));
                    }),
            new Lie(
                    "a ledger in another order than requests",
                    StockIsLinearizable.class,
                    "contradicts real time",
                    books -> {
                        List<LedgerEntry> made = books.entries(AMPLE).stream()
                                .filter(entry -> entry.reason() == LedgerReason.RESERVED)
                                .toList();
                        LedgerEntry one = made.get(0);
                        LedgerEntry other = made.get(made.size() - 1);
                        books.ledger.set(books.ledger.indexOf(one), Forgery.numbered(one, other.version()));
                        books.ledger.set(books.ledger.indexOf(other), Forgery.numbered(other, one.version()));
                    }));

    @Test
    void theHistoryIsSound() {
        Checkers.judge(SOUND, Bounds.STRICT).forEach(verdict -> assertTrue(verdict.holds(), verdict::toString));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lies")
    void isNoticed(Lie lie) {
        Forgery books = new Forgery(SOUND);
        lie.told().accept(books);
        History forged = books.forged();
        List<Verdict> verdicts = Checkers.judge(forged, Bounds.STRICT);
        Verdict verdict = verdicts.stream()
                .filter(one -> one.claim().equals(claim(lie.noticed())))
                .findFirst()
                .orElseThrow();
        assertEquals(Verdict.Result.VIOLATED, verdict.result(), () -> lie + " was not noticed: " + verdicts);
        assertTrue(
                verdict.shown().stream().anyMatch(text -> text.contains(lie.words())),
                () -> lie + " was noticed otherwise: " + verdict.shown());
    }

    @Test
    void everyCheckerHasALie() {
        assertEquals(
                Checkers.all().stream().map(Checker::name).collect(Collectors.toSet()),
                LIES.stream().map(lie -> claim(lie.noticed())).collect(Collectors.toSet()));
    }

    @Test
    void aRunWithoutAnEndIsNotTakenForAGoodOne() {
        Forgery books = new Forgery(SOUND);
        books.withoutEnd();
        List<Verdict> verdicts = Checkers.judge(books.forged(), Bounds.STRICT);
        assertEquals(
                Checkers.all().stream().filter(Checker::needsEnd).count(),
                verdicts.stream()
                        .filter(verdict -> verdict.result() == Verdict.Result.SKIPPED)
                        .count());
        assertTrue(verdicts.stream().noneMatch(verdict -> verdict.result() == Verdict.Result.VIOLATED));
    }

    static List<Lie> lies() {
        return LIES;
    }

    private static String claim(Class<? extends Checker> checker) {
        return Checkers.all().stream()
                .filter(checker::isInstance)
                .findFirst()
                .orElseThrow()
                .name();
    }

    /** A moment at which everybody is busy. */
    private static long middle() {
        return SOUND.operations().get(SOUND.operations().size() / 2).invokedMicros();
    }

    private static Operation lateRead(Forgery books) {
        return books.last(operation -> Forgery.done(Kind.READ_FRESH).test(operation)
                && operation.request().sku().equals(AMPLE));
    }

    private static HoldRow in(HoldState state, HoldRow row) {
        return new HoldRow(state, row.cart(), row.createdMicros(), row.expiresMicros(), row.version(), row.lines());
    }

    private static HoldRow of(String order, HoldRow row) {
        return new HoldRow(
                row.state(), row.cart(), row.createdMicros(), row.expiresMicros(), row.version(), row.lines(), order);
    }

    private static OrderRow withLines(OrderRow row, SortedMap<String, Integer> lines) {
        return new OrderRow(
                row.state(),
                row.payment(),
                row.cart(),
                row.reservation(),
                row.totalMinor(),
                row.createdMicros(),
                row.updatedMicros(),
                row.version(),
                lines);
    }

    private static LedgerEntry restocked(Forgery books) {
        return books.ledger.stream()
                .filter(entry -> entry.reason() == LedgerReason.RESTOCKED)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing came back in this run"));
    }

    private static void pay(Forgery books, String order, long takenMinor, long refundedMinor) {
        books.payments.replaceAll(payment -> payment.order().equals(order)
                ? new PaymentRow(order, payment.method(), "APPROVED", takenMinor, refundedMinor)
                : payment);
    }

    private static String openCart(Forgery books) {
        return books.carts.entrySet().stream()
                .filter(cart -> cart.getValue().order().isEmpty()
                        && books.orders.values().stream()
                                .noneMatch(order -> order.cart().equals(cart.getKey())))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no cart is open in this run"))
                .getKey();
    }

    /** Nothing in the books, rows or ledger, of what an operation did to the first SKU of its order, but its answer. */
    private static void unsold(Forgery books, Kind kind) {
        Operation operation = books.first(Forgery.done(kind));
        Answer answer = Forgery.answer(operation);
        LedgerReason reason = kind == Kind.CANCEL ? LedgerReason.RESTOCKED : LedgerReason.CONFIRMED;
        String ref = kind == Kind.CANCEL ? answer.order() : answer.reservation();
        String sku = answer.lines().firstKey();
        List<LedgerEntry> kept = new ArrayList<>();
        long onHand = 0;
        long reserved = 0;
        for (LedgerEntry entry : books.entries(sku)) {
            if (!entry.ref().equals(ref) || entry.reason() != reason) {
                kept.add(Forgery.numbered(entry, kept.size() + 1L));
                onHand += entry.deltaOnHand();
                reserved += entry.deltaReserved();
            }
        }
        books.ledger.removeIf(entry -> entry.sku().equals(sku));
        books.ledger.addAll(kept);
        books.stock(sku, new StockRow(onHand, reserved, kept.size()));
    }

    private static String filledCart(Forgery books) {
        return books.carts.entrySet().stream()
                .filter(cart -> !cart.getValue().lines().isEmpty())
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    private static CartRow cart(Forgery books, String id) {
        return Objects.requireNonNull(books.carts.get(id), id);
    }

    private static Copy copy(Forgery books, boolean primary) {
        return books.copies.stream()
                .filter(copy -> copy.primary() == primary && copy.key().equals(AMPLE))
                .findFirst()
                .orElseThrow();
    }

    private static void stale(Forgery books, boolean primary) {
        Copy copy = copy(books, primary);
        StockRow row = books.row(AMPLE);
        books.copies.set(
                books.copies.indexOf(copy),
                new Copy(
                        copy.node(),
                        copy.cache(),
                        copy.key(),
                        primary,
                        FinalState.fields(new StockRow(row.onHand(), row.reserved(), row.version() - 1))));
    }
}
