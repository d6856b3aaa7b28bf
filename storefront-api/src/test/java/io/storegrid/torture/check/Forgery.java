package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Attempt;
import io.storegrid.torture.history.Fault;
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
import io.storegrid.torture.history.Operation.Outcome;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** A sound history that lies are put into, one at a time. What is changed is changed in as many places as the lie needs. */
final class Forgery {

    private final History sound;
    final List<Operation> operations;
    final List<Fault> faults;
    final List<History.ProcessRun> processes;
    final List<History.Probe> probes;
    final List<History.OverdueHold> overdue;
    final SortedMap<String, StockRow> stock;
    final Map<String, HoldRow> holds;
    final List<LedgerEntry> ledger;
    final Map<String, KeyRow> keys;
    final Map<String, CartRow> carts;
    final List<Copy> copies;
    final Map<String, OrderRow> orders;
    final List<PaymentRow> payments;
    private boolean endless;

    Forgery(History sound) {
        FinalState end = sound.rest();
        this.sound = sound;
        operations = new ArrayList<>(sound.operations());
        faults = new ArrayList<>(sound.faults());
        processes = new ArrayList<>(sound.processes());
        probes = new ArrayList<>(sound.probes());
        overdue = new ArrayList<>(sound.overdue());
        stock = new TreeMap<>(end.stock());
        holds = new TreeMap<>(end.holds());
        ledger = new ArrayList<>(end.ledger());
        keys = new HashMap<>(end.keys());
        carts = new TreeMap<>(end.carts());
        copies = new ArrayList<>(end.copies());
        orders = new TreeMap<>(end.orders());
        payments = new ArrayList<>(end.payments());
    }

    History forged() {
        operations.sort(Comparator.comparingLong(Operation::invokedMicros).thenComparingLong(Operation::id));
        FinalState end =
                new FinalState(sound.rest().takenMicros(), stock, holds, ledger, keys, carts, copies, orders, payments);
        return new History(sound.header(), operations, faults, processes, probes, overdue, endless ? null : end);
    }

    long takenMicros() {
        return sound.rest().takenMicros();
    }

    /** Nobody looked at the rows. */
    void withoutEnd() {
        endless = true;
    }

    Operation first(Predicate<Operation> which) {
        return operations.stream()
                .filter(which)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no such operation in this run"));
    }

    Operation last(Predicate<Operation> which) {
        return operations.stream()
                .filter(which)
                .reduce((one, other) -> other)
                .orElseThrow(() -> new IllegalStateException("no such operation in this run"));
    }

    static Predicate<Operation> done(Kind kind) {
        return operation -> operation.ok() && operation.request().kind() == kind;
    }

    static Answer answer(Operation operation) {
        return operation.answer().orElseThrow();
    }

    HoldRow hold(String id) {
        return Objects.requireNonNull(holds.get(id), id);
    }

    /** The last hold in this state. */
    String held(HoldState state) {
        return holds.entrySet().stream()
                .filter(hold -> hold.getValue().state() == state)
                .reduce((one, other) -> other)
                .orElseThrow(() -> new IllegalStateException("no hold is " + state))
                .getKey();
    }

    OrderRow order(String id) {
        return Objects.requireNonNull(orders.get(id), id);
    }

    /** The last order in this state. */
    String ordered(OrderState state) {
        return orders.entrySet().stream()
                .filter(order -> order.getValue().state() == state)
                .reduce((one, other) -> other)
                .orElseThrow(() -> new IllegalStateException("no order is " + state))
                .getKey();
    }

    /** Puts an order into another state, copies too. */
    void order(String id, OrderState state, PaymentState payment) {
        OrderRow row = order(id);
        order(
                id,
                new OrderRow(
                        state,
                        payment,
                        row.cart(),
                        row.reservation(),
                        row.totalMinor(),
                        row.createdMicros(),
                        row.updatedMicros(),
                        row.version(),
                        row.lines()));
    }

    void order(String id, OrderRow row) {
        orders.put(id, row);
        copies.replaceAll(copy -> copy.cache().equals(Copy.ORDERS) && copy.key().equals(id)
                ? new Copy(copy.node(), copy.cache(), id, copy.primary(), FinalState.fields(row))
                : copy);
    }

    void replace(Operation operation, Answer... answers) {
        operations.set(operations.indexOf(operation), answered(operation, List.of(answers)));
    }

    /** The operation with other answers; with none it is in doubt. */
    static Operation answered(Operation operation, List<Answer> answers) {
        Answer first = answers.isEmpty() ? null : answers.get(0);
        return new Operation(
                operation.id(),
                operation.client(),
                operation.request(),
                operation.invokedMicros(),
                first == null ? 0 : first.attempt().endMicros(),
                operation.gaveUpMicros(),
                first == null ? Outcome.UNKNOWN : first.done() ? Outcome.OK : Outcome.REFUSED,
                first == null ? List.of() : operation.attempts(),
                answers);
    }

    /** One more operation, asked and answered within a millisecond. */
    Operation add(Request request, long invokedMicros, int status, String code, UnaryOperator<Answer> answer) {
        Attempt attempt = new Attempt("no-1", invokedMicros, invokedMicros + 1_000, status, code);
        Answer plain = new Answer(
                attempt, false, "forged", "", null, 0, 0, "", "", 0, new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        Operation blank = new Operation(
                1_000_000 + operations.size(),
                99,
                request,
                invokedMicros,
                0,
                0,
                Outcome.UNKNOWN,
                List.of(attempt),
                List.of());
        Operation added = answered(blank, List.of(answer.apply(plain)));
        operations.add(added);
        if (!request.key().isEmpty()) {
            keys.put(request.key(), new KeyRow(status < 400 ? "CHANGED" : "REFUSED", "", invokedMicros));
        }
        return added;
    }

    static Answer with(Answer answer, HoldState state) {
        return new Answer(
                answer.attempt(),
                answer.replayed(),
                answer.digest(),
                answer.reservation(),
                state,
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                answer.stock(),
                answer.shortages(),
                answer.order(),
                answer.orderState());
    }

    static Answer with(Answer answer, String order, OrderState state) {
        return new Answer(
                answer.attempt(),
                answer.replayed(),
                answer.digest(),
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                answer.stock(),
                answer.shortages(),
                order,
                state);
    }

    static Answer with(Answer answer, String digest) {
        return new Answer(
                answer.attempt(),
                true,
                digest,
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                answer.stock(),
                answer.shortages(),
                answer.order(),
                answer.orderState());
    }

    static Answer with(Answer answer, String sku, Answer.Stock stock) {
        SortedMap<String, Answer.Stock> one = new TreeMap<>();
        one.put(sku, stock);
        return new Answer(
                answer.attempt(),
                answer.replayed(),
                answer.digest(),
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                one,
                answer.shortages(),
                answer.order(),
                answer.orderState());
    }

    static Answer with(Answer answer, String sku, Answer.Shortage shortage) {
        SortedMap<String, Answer.Shortage> one = new TreeMap<>();
        one.put(sku, shortage);
        return new Answer(
                answer.attempt(),
                answer.replayed(),
                answer.digest(),
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                answer.stock(),
                one,
                answer.order(),
                answer.orderState());
    }

    static SortedMap<String, Integer> lines(String sku, int units) {
        SortedMap<String, Integer> lines = new TreeMap<>();
        lines.put(sku, units);
        return lines;
    }

    /** Appends to a SKU's ledger and moves its row along, copies too. */
    void enter(String sku, long deltaOnHand, long deltaReserved, LedgerReason reason, String ref, long atMicros) {
        StockRow row = row(sku);
        stock(sku, new StockRow(row.onHand() + deltaOnHand, row.reserved() + deltaReserved, row.version() + 1));
        ledger.add(new LedgerEntry(sku, row.version() + 1, deltaOnHand, deltaReserved, reason, ref, atMicros));
    }

    /** A hold that the books know well, and nobody else. */
    void makeHold(String id, String sku, int units) {
        long at = takenMicros() - 1_000_000;
        HoldRow row = new HoldRow(HoldState.HELD, "", at, at + 1_800_000_000L, 1, lines(sku, units));
        holds.put(id, row);
        copies.add(new Copy("no-1", Copy.RESERVATIONS, id, true, FinalState.fields(row)));
        enter(sku, 0, units, LedgerReason.RESERVED, id, at);
    }

    /** Takes a hold out of all books, as if it had never been, and closes the gap. */
    void forget(String id) {
        HoldRow row = hold(id);
        holds.remove(id);
        copies.removeIf(copy -> copy.key().equals(id));
        for (String sku : row.lines().keySet()) {
            List<LedgerEntry> kept = new ArrayList<>();
            long onHand = 0;
            long reserved = 0;
            for (LedgerEntry entry : entries(sku)) {
                if (!entry.ref().equals(id)) {
                    onHand += entry.deltaOnHand();
                    reserved += entry.deltaReserved();
                    kept.add(numbered(entry, kept.size() + 1L));
                }
            }
            ledger.removeIf(entry -> entry.sku().equals(sku));
            ledger.addAll(kept);
            stock(sku, new StockRow(onHand, reserved, kept.size()));
        }
    }

    void stock(String sku, StockRow row) {
        stock.put(sku, row);
        for (int i = 0; i < copies.size(); i++) {
            Copy copy = copies.get(i);
            if (copy.cache().equals(Copy.INVENTORY) && copy.key().equals(sku)) {
                copies.set(i, new Copy(copy.node(), copy.cache(), sku, copy.primary(), FinalState.fields(row)));
            }
        }
    }

    StockRow row(String sku) {
        return Objects.requireNonNull(stock.get(sku), sku);
    }

    /** A SKU's ledger in order. */
    List<LedgerEntry> entries(String sku) {
        return ledger.stream()
                .filter(entry -> entry.sku().equals(sku))
                .sorted(Comparator.comparingLong(LedgerEntry::version))
                .toList();
    }

    static LedgerEntry numbered(LedgerEntry entry, long version) {
        return new LedgerEntry(
                entry.sku(),
                version,
                entry.deltaOnHand(),
                entry.deltaReserved(),
                entry.reason(),
                entry.ref(),
                entry.atMicros());
    }
}
