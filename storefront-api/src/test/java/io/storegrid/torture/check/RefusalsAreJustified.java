package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.torture.check.Books.Hold;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.PaymentRow;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Nobody was refused without need.
 *
 * <p>{@code insufficient-stock}: for each SKU named, there was a version of its stock that may have been the current one at an
 * instant between question and answer, at which the units available, those of holds past their time included, were fewer than
 * asked for, and as many as the refusal says. Which versions may have been current follows from the ledger's order and times,
 * from when their requests were sent and answered, and from {@link Bounds#lag}; a wide window justifies more than it should, so
 * this flags only what is surely wrong. Units that the cart's own hold gives back count as available.
 *
 * <p>{@code reservation-not-held}: the hold was, or by its time may have been, in the state that the refusal names. A hold, a
 * stock, a cart or an order that was acknowledged before is never "not found". A hold that is still HELD is refused to all but
 * the order that pays for it, while one may.
 *
 * <p>{@code cart-not-open}: the cart may have been an order. {@code payment-declined}: the provider has no money of that order,
 * and declined it. {@code not-cancellable}: the order was not known to be paid, or somebody may have cancelled it.
 *
 * <p>For each refusal the versions in its window and their overdue holds are looked at; the holds are sorted by their end.
 */
final class RefusalsAreJustified implements Checker {

    @Override
    public String name() {
        return "refusals are justified";
    }

    @Override
    public void check(Books books, Findings findings) {
        Map<String, LateHolds> late = LateHolds.of(books);
        Map<String, List<Hold>> ofCarts = new HashMap<>();
        for (Hold hold : books.holds().values()) {
            if (!hold.cart().isEmpty()) {
                ofCarts.computeIfAbsent(hold.cart(), cart -> new ArrayList<>()).add(hold);
            }
        }
        for (Operation operation : books.operations()) {
            Answer answer = operation.answer().orElse(null);
            if (answer == null || answer.done()) {
                continue;
            }
            switch (answer.code()) {
                case "insufficient-stock" -> shortage(operation, answer, books, late, ofCarts, findings);
                case "reservation-not-held" -> notHeld(operation, answer, books, findings);
                case "reservation-not-found" -> {
                    Hold hold = books.holds().get(operation.request().target());
                    findings.require(
                            hold == null
                                    || hold.makers().stream()
                                            .noneMatch(maker -> (maker.ok() || Books.declined(maker))
                                                    && maker.completedMicros() < operation.invokedMicros()),
                            "an acknowledged hold was not found: {}",
                            operation.told());
                }
                case "inventory-not-found" ->
                    findings.require(
                            !books.history()
                                    .header()
                                    .firstStock()
                                    .keySet()
                                    .containsAll(operation.request().lines().keySet()),
                            "stock that was there from the first was not found: {}",
                            operation.told());
                case "cart-not-open" ->
                    findings.require(
                            mayHaveBeenAnOrder(operation, books),
                            "a cart was refused as no longer open that no order was made of: {}",
                            operation.told());
                case Books.DECLINED -> declined(operation, answer, books, findings);
                case "not-cancellable" ->
                    findings.require(
                            !cancellable(operation, books),
                            "an order could be cancelled, and that was refused: {}",
                            operation.told());
                case "order-not-found" ->
                    findings.require(
                            books.operations().stream()
                                    .noneMatch(placer -> placer.request().kind() == Kind.CHECKOUT
                                            && placer.completedMicros() < operation.invokedMicros()
                                            && books.order(placer)
                                                    .equals(operation.request().target())),
                            "an acknowledged order was not found: {}",
                            operation.told());
                default -> {
                    // Decided on the request alone, or by no rule that is checked here.
                }
            }
        }
    }

    private static boolean mayHaveBeenAnOrder(Operation operation, Books books) {
        String cart = operation.request().target();
        return books.end().orders().values().stream()
                .filter(order -> order.cart().equals(cart))
                .filter(order -> order.createdMicros() - books.decisionMicros(order.createdMicros())
                        <= operation.completedMicros())
                .anyMatch(order ->
                        !reopened(order) || books.committedBy(order.updatedMicros()) >= operation.invokedMicros());
    }

    /** Whether the order's cart took changes again. */
    private static boolean reopened(OrderRow order) {
        return order.state() == OrderState.PAYMENT_FAILED
                || order.state() == OrderState.REFUND_DUE
                || order.state() == OrderState.REFUNDED;
    }

    private static void declined(Operation operation, Answer answer, Books books, Findings findings) {
        for (PaymentRow payment : books.end().payments()) {
            if (payment.order().equals(answer.order())) {
                findings.require(
                        payment.takenMinor() == 0
                                && (payment.state().equals("DECLINED")
                                        || payment.state().equals("CANCELLED")),
                        "called declined, the provider says {}: {}",
                        payment,
                        operation.told());
            }
        }
    }

    /** Whether the order was paid for before anybody asked, and nobody else may have cancelled it. */
    private static boolean cancellable(Operation operation, Books books) {
        String order = operation.request().target();
        boolean paid = books.operations().stream()
                .anyMatch(checkout -> checkout.request().kind() == Kind.CHECKOUT
                        && Books.toldSold(checkout)
                        && checkout.completedMicros() < operation.invokedMicros()
                        && books.order(checkout).equals(order));
        return paid
                && books.cancels(order).stream()
                        .noneMatch(cancel -> cancel.invokedMicros() <= operation.completedMicros());
    }

    private static void shortage(
            Operation operation,
            Answer answer,
            Books books,
            Map<String, LateHolds> late,
            Map<String, List<Hold>> ofCarts,
            Findings findings) {
        findings.require(!answer.shortages().isEmpty(), "refused for want of nothing: {}", operation.told());
        answer.shortages().forEach((sku, shortage) -> {
            Request request = operation.request();
            long asked = switch (request.kind()) {
                case RESERVE -> request.lines().getOrDefault(sku, 0);
                case ADJUST -> -request.delta();
                default -> shortage.requested();
            };
            findings.require(
                    asked == shortage.requested() && shortage.available() < asked,
                    "{} of {} were asked for, the refusal says {}: {}",
                    asked,
                    sku,
                    shortage,
                    operation.told());
            Ledger ledger = books.ledgers().get(sku);
            if (ledger == null) {
                findings.violation("{} was short and has no ledger: {}", sku, operation.told());
                return;
            }
            boolean ofACart = request.kind() == Kind.RESERVE_CART || request.kind() == Kind.CHECKOUT;
            List<Hold> own = ofACart ? ofCarts.getOrDefault(request.target(), List.of()) : List.of();
            String why = unjustified(operation, sku, shortage, ledger, LateHolds.of(late, sku), own, books);
            findings.require(why.isEmpty(), "{}", why);
        });
    }

    /** Why no version in the window justifies the shortage; empty when one does. */
    private static String unjustified(
            Operation operation,
            String sku,
            Answer.Shortage shortage,
            Ledger ledger,
            LateHolds late,
            List<Hold> own,
            Books books) {
        Set<String> mine = own.stream().map(Hold::id).collect(Collectors.toSet());
        long clock = books.bounds().clockMicros();
        long from = operation.invokedMicros();
        long to = operation.completedMicros();
        long least = Long.MAX_VALUE;
        long most = Long.MIN_VALUE;
        int first = ledger.firstPossible(from);
        int last = first;
        for (int i = first; i < ledger.size() && ledger.earliest(i) <= to; i++) {
            last = i;
            long given = ledger.available(i) + given(own, sku, i, ledger, books);
            long dueFrom = late.due(i, Math.max(from, ledger.earliest(i)) - clock, mine);
            long dueTo = late.due(i, Math.min(to, ledger.latest(i + 1)) + clock, mine);
            least = Math.min(least, given + dueFrom);
            most = Math.max(most, given + dueTo);
            boolean said = given + dueFrom <= shortage.available() && shortage.available() <= given + dueTo;
            if (said && given + dueFrom < shortage.requested()) {
                return "";
            }
        }
        if (least > most) {
            return sku + " has no version that may have been the current one: " + operation.told();
        }
        return sku + " had between " + least + " and " + most + " available at versions "
                + ledger.entry(first).version() + " to " + ledger.entry(last).version()
                + " while it was refused for " + shortage + ": " + operation.told();
    }

    /** Units that the caller's own hold, there at the entry, would give back: because it is replaced, or because it is due. */
    private static long given(List<Hold> own, String sku, int at, Ledger ledger, Books books) {
        long given = 0;
        for (Hold hold : own) {
            int from = Integer.MAX_VALUE;
            int to = Integer.MAX_VALUE;
            for (LedgerEntry entry : books.entriesOf(hold.id())) {
                if (!entry.sku().equals(sku)) {
                    continue;
                }
                if (entry.reason() == LedgerReason.RESERVED) {
                    from = ledger.indexOf(entry.version());
                } else {
                    to = ledger.indexOf(entry.version());
                }
            }
            if (from <= at && at < to) {
                given += hold.lines().getOrDefault(sku, 0);
            }
        }
        return given;
    }

    private static void notHeld(Operation operation, Answer answer, Books books, Findings findings) {
        Hold hold = books.holds().get(operation.request().target());
        HoldState said = answer.state();
        if (hold == null || hold.row() == null || said == null) {
            findings.require(
                    hold != null && said != null,
                    "refused as not held, state {}, and nobody knows the hold: {}",
                    said,
                    operation.told());
            return;
        }
        if (said == HoldState.HELD) {
            findings.require(
                    mayHaveBeenAnOrders(hold, operation, books),
                    "refused as held by an order, and no order may have held it: {}",
                    operation.told());
            return;
        }
        boolean kindAllows = operation.request().kind() != Kind.RELEASE || said == HoldState.CONFIRMED;
        findings.require(
                kindAllows,
                "{} was refused in state {}: {}",
                operation.request().kind(),
                said,
                operation.told());
        if (said == HoldState.EXPIRED) {
            findings.require(
                    operation.completedMicros() + books.bounds().clockMicros()
                            >= hold.row().expiresMicros(),
                    "refused as EXPIRED {} us before its time {}: {}",
                    hold.row().expiresMicros() - operation.completedMicros(),
                    hold.row().expiresMicros(),
                    operation.told());
            return;
        }
        LedgerEntry left = settlement(hold, books);
        Ledger ledger = left == null ? null : books.ledgers().get(left.sku());
        long earliest =
                left == null || ledger == null ? Long.MAX_VALUE : ledger.earliest(ledger.indexOf(left.version()));
        findings.require(
                hold.row().state() == said && earliest <= operation.completedMicros(),
                "refused as {}, but it is {} and was not settled before {}: {}",
                said,
                hold.row().state(),
                earliest,
                operation.told());
    }

    /** Whether the hold may have been an order's, and not yet settled, at a moment between question and answer. */
    private static boolean mayHaveBeenAnOrders(Hold hold, Operation operation, Books books) {
        LedgerEntry left = settlement(hold, books);
        Ledger ledger = left == null ? null : books.ledgers().get(left.sku());
        if (left != null
                && ledger != null
                && ledger.latest(ledger.indexOf(left.version())) < operation.invokedMicros()) {
            return false;
        }
        return hold.orderers().stream()
                .filter(checkout -> checkout.invokedMicros() <= operation.completedMicros())
                .map(checkout -> books.end().orders().get(books.order(checkout)))
                .anyMatch(order -> order == null
                        || !reopened(order)
                        || books.committedBy(order.updatedMicros()) >= operation.invokedMicros());
    }

    private static @Nullable LedgerEntry settlement(Hold hold, Books books) {
        return books.entriesOf(hold.id()).stream()
                .filter(entry -> entry.reason() != LedgerReason.RESERVED)
                .findFirst()
                .orElse(null);
    }
}
