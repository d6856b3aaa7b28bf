package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.torture.check.Books.Effect;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a client was told is done is there at the end (I11): each hold with its lines, each settlement, each
 * adjustment with the stock it was answered with, each order in a state that can follow, each cancellation, the idempotency
 * record of each answer, and each cart's lines. A cart that had
 * one request after another, none of them in doubt, must have exactly the lines that follow; otherwise the units that were only
 * ever added are bounded from both sides. Linear in the number of operations.
 */
final class AcknowledgedIsThere implements Checker {

    /** Refusals that are recorded under their key: those decided on stock or state. */
    private static final Set<String> RECORDED =
            Set.of("insufficient-stock", "reservation-not-held", "extension-limit", Books.DECLINED);

    @Override
    public String name() {
        return "what was acknowledged is there (I11)";
    }

    @Override
    public void check(Books books, Findings findings) {
        Map<String, List<Operation>> carts = new TreeMap<>();
        for (Operation operation : books.operations()) {
            Request request = operation.request();
            if (request.kind().changesCart()) {
                String cart = request.kind() == Kind.CREATE_CART
                        ? operation.answer().map(Answer::cart).orElse("")
                        : request.target();
                if (!cart.isEmpty()) {
                    carts.computeIfAbsent(cart, id -> new ArrayList<>()).add(operation);
                }
            }
            for (Answer answer : operation.answers()) {
                told(operation, answer, books, findings);
            }
        }
        carts.forEach((id, operations) -> cart(id, operations, books, findings));
    }

    private static void told(Operation operation, Answer answer, Books books, Findings findings) {
        FinalState end = books.end();
        Request request = operation.request();
        boolean recorded = !request.key().isEmpty()
                && !request.kind().reads()
                && (answer.done() || RECORDED.contains(answer.code()));
        if (recorded) {
            findings.require(
                    end.keys().containsKey(request.key()), "no record of what was answered: {}", operation.told());
        }
        if (Books.declined(operation)) {
            ordered(operation, answer, end.orders().get(answer.order()), findings);
        }
        if (!answer.done()) {
            return;
        }
        switch (request.kind()) {
            case RESERVE, RESERVE_CART ->
                reserved(operation, answer, end.holds().get(answer.reservation()), findings);
            case CONFIRM, RELEASE -> settled(operation, answer, end.holds().get(request.target()), findings);
            case EXTEND -> {
                HoldRow row = end.holds().get(request.target());
                findings.require(
                        row != null && row.expiresMicros() >= answer.expiresMicros(),
                        "extended to {} and not there: {}, row {}",
                        answer.expiresMicros(),
                        operation.told(),
                        row);
            }
            case ADJUST -> adjusted(operation, answer, books, findings);
            case CHECKOUT, CANCEL -> ordered(operation, answer, end.orders().get(answer.order()), findings);
            case READ_CACHED, READ_FRESH, READ_HOLD, CREATE_CART, ADD_LINE, SET_LINE, REMOVE_LINE -> {
                // Reads leave nothing; carts are looked at as a whole.
            }
        }
    }

    private static void reserved(Operation operation, Answer answer, @Nullable HoldRow row, Findings findings) {
        boolean asked = operation.request().kind() != Kind.RESERVE
                || answer.lines().equals(operation.request().lines());
        findings.require(asked, "held other lines than asked: {}, told {}", operation.told(), answer.lines());
        findings.require(
                row != null
                        && row.lines().equals(answer.lines())
                        && row.createdMicros() == answer.createdMicros()
                        && row.expiresMicros() >= answer.expiresMicros()
                        && row.cart().equals(answer.cart()),
                "acknowledged hold {} is {}: told {} created {}, {}",
                answer.reservation(),
                row == null ? "gone" : row,
                answer.lines(),
                answer.createdMicros(),
                operation.told());
    }

    private static void ordered(Operation operation, Answer answer, @Nullable OrderRow row, Findings findings) {
        OrderState told = answer.orderState();
        if (row == null || told == null) {
            findings.violation("acknowledged order {} is {}: {}", answer.order(), row, operation.told());
            return;
        }
        findings.require(
                follows(told, row.state()),
                "acknowledged order {} was {} and cannot have become {}: {}",
                answer.order(),
                told,
                row,
                operation.told());
        boolean cancels = operation.request().kind() == Kind.CANCEL;
        findings.require(
                cancels == (told == OrderState.CANCELLED),
                "{} was answered with an order that is {}: {}",
                operation.request().kind(),
                told,
                operation.told());
        findings.require(
                (cancels ? answer.order() : row.cart())
                        .equals(operation.request().target()),
                "order {} of cart {} was the answer: {}",
                answer.order(),
                row.cart(),
                operation.told());
        if (answer.done()) {
            findings.require(
                    row.lines().equals(answer.lines())
                            && row.createdMicros() == answer.createdMicros()
                            && row.version() >= answer.version()
                            && (!told.sold() || row.reservation().equals(answer.reservation())),
                    "acknowledged order {} of {} held by {} is {}: {}",
                    answer.order(),
                    answer.lines(),
                    answer.reservation(),
                    row,
                    operation.told());
        }
    }

    /** Whether an order that was in one state may be in the other later. */
    private static boolean follows(OrderState one, OrderState other) {
        return one == other
                || Arrays.stream(OrderState.values()).anyMatch(next -> one.leadsTo(next) && follows(next, other));
    }

    private static void settled(Operation operation, Answer answer, @Nullable HoldRow row, Findings findings) {
        if (operation.request().kind() == Kind.CONFIRM
                && row != null
                && !row.order().isEmpty()) {
            findings.violation("a client confirmed what an order pays for, row {}: {}", row, operation.told());
        }
        HoldState told = operation.request().kind() == Kind.CONFIRM ? HoldState.CONFIRMED : answer.state();
        findings.require(
                row != null && row.state() == told, "acknowledged as {}, row {}: {}", told, row, operation.told());
        findings.require(
                answer.state() == told
                        && (operation.request().kind() == Kind.CONFIRM
                                || told == HoldState.RELEASED
                                || told == HoldState.EXPIRED),
                "{} was answered with state {}: {}",
                operation.request().kind(),
                answer.state(),
                operation.told());
    }

    private static void adjusted(Operation operation, Answer answer, Books books, Findings findings) {
        String sku = operation.request().sku();
        List<LedgerEntry> entries = books.entriesOf(answer.adjustment());
        boolean one = entries.size() == 1
                && entries.get(0).sku().equals(sku)
                && entries.get(0).reason() == LedgerReason.ADJUSTED
                && entries.get(0).deltaOnHand() == operation.request().delta()
                && entries.get(0).deltaReserved() == 0;
        findings.require(one, "adjustment {} has entries {}: {}", answer.adjustment(), entries, operation.told());
        Ledger ledger = books.ledgers().get(sku);
        Answer.Stock stock = answer.stock().get(sku);
        if (one && ledger != null && stock != null) {
            int at = ledger.indexOf(entries.get(0).version());
            findings.require(
                    stock.version() == entries.get(0).version()
                            && stock.onHand() == ledger.onHand(at)
                            && stock.reserved() == ledger.reserved(at),
                    "adjustment {} was answered with {}, its entry {} left {} on hand and {} reserved",
                    answer.adjustment(),
                    stock,
                    entries.get(0),
                    ledger.onHand(at),
                    ledger.reserved(at));
        }
    }

    private static void cart(String id, List<Operation> operations, Books books, Findings findings) {
        CartRow row = books.end().carts().get(id);
        boolean told = operations.stream().anyMatch(Operation::ok);
        if (row == null) {
            findings.require(!told, "acknowledged cart {} is gone, {} commands", id, operations.size());
            return;
        }
        for (Operation operation : operations) {
            operation
                    .answer()
                    .filter(Answer::done)
                    .ifPresent(answer -> findings.require(
                            row.version() >= answer.version(),
                            "cart {} is at version {}, acknowledged was {}: {}",
                            id,
                            row.version(),
                            answer.version(),
                            operation.told()));
        }
        boolean certain = operations.stream().noneMatch(operation -> books.effect(operation) == Effect.MAYBE);
        if (certain && oneAfterAnother(operations, books)) {
            SortedMap<String, Integer> lines = new TreeMap<>();
            for (Operation operation : operations) {
                if (books.effect(operation) == Effect.DONE) {
                    apply(operation.request(), lines);
                }
            }
            findings.require(
                    lines.equals(row.lines()), "cart {} has {}, its commands come to {}", id, row.lines(), lines);
        } else {
            bounded(id, operations, row, books, findings);
        }
    }

    /** Whether each command was over before the next began; one without an answer may be carried out at any later time. */
    private static boolean oneAfterAnother(List<Operation> operations, Books books) {
        long busyUntil = Long.MIN_VALUE;
        for (Operation operation : operations) {
            if (books.effect(operation) != Effect.DONE) {
                continue;
            }
            if (operation.invokedMicros() < busyUntil) {
                return false;
            }
            busyUntil = operation.latestMicros();
        }
        return true;
    }

    private static void apply(Request request, SortedMap<String, Integer> lines) {
        for (Map.Entry<String, Integer> line : request.lines().entrySet()) {
            int before = lines.getOrDefault(line.getKey(), 0);
            int after = switch (request.kind()) {
                case CREATE_CART, ADD_LINE -> before + line.getValue();
                case SET_LINE -> line.getValue();
                default -> 0;
            };
            if (after > 0) {
                lines.put(line.getKey(), after);
            } else {
                lines.remove(line.getKey());
            }
        }
    }

    /** The lines that were only ever added to: at least what is certain, at most what is possible. */
    private static void bounded(String id, List<Operation> operations, CartRow row, Books books, Findings findings) {
        Map<String, Integer> least = new HashMap<>();
        Map<String, Integer> most = new HashMap<>();
        Set<String> set = new TreeSet<>();
        for (Operation operation : operations) {
            Request request = operation.request();
            boolean adds = request.kind() == Kind.ADD_LINE || request.kind() == Kind.CREATE_CART;
            for (Map.Entry<String, Integer> line : request.lines().entrySet()) {
                if (!adds) {
                    set.add(line.getKey());
                    continue;
                }
                Effect effect = books.effect(operation);
                least.merge(line.getKey(), effect == Effect.DONE ? line.getValue() : 0, Integer::sum);
                most.merge(line.getKey(), effect == Effect.NOT_DONE ? 0 : line.getValue(), Integer::sum);
            }
        }
        Set<String> skus = new TreeSet<>(most.keySet());
        skus.addAll(row.lines().keySet());
        skus.removeAll(set);
        for (String sku : skus) {
            int has = row.lines().getOrDefault(sku, 0);
            findings.require(
                    least.getOrDefault(sku, 0) <= has && has <= most.getOrDefault(sku, 0),
                    "cart {} has {} of {}, added were at least {} and at most {}",
                    id,
                    has,
                    sku,
                    least.getOrDefault(sku, 0),
                    most.getOrDefault(sku, 0));
        }
    }
}
