package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Effect;
import io.storegrid.torture.check.Books.Hold;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.StockRow;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A history projected on one SKU: what changed its stock, what was seen of it, and when each may have happened.
 *
 * <p>The sequential object is one stock row, {@code (onHand, reserved, version)}, and every change is a fixed difference with a
 * condition on the units available. A request with several lines is one change for each SKU, each of which must be explained
 * by itself; a refusal for want of another SKU is nothing here. Requests that nobody got an answer to took effect if their
 * idempotency record, or their hold's row, says so at the end; where there is no end they may have, or not. Expiries are
 * changes that nobody asked for, allowed from the hold's end on. What may be an order is not taken from the ledger. Only what is
 * tried first is ({@link Change#guessMicros}), and whether a hold that clients tried to release was released by its cart's next
 * hold instead is told by its entry's time.
 */
final class Trace {

    /** For how long after its end an expiry is looked for first; a guess that makes the search faster, and nothing else. */
    private static final long EXPIRY_USUAL_MICROS = TimeUnit.SECONDS.toMicros(1);

    /**
     * One change.
     *
     * @param told who did it, for people
     * @param fromMicros not before
     * @param untilMicros not after; {@link Long#MAX_VALUE} for ever
     * @param guessMicros when it is likely to have been done by; decides only what is tried first
     * @param optional it may never have been done
     * @param need units that must be available before
     * @param after the change that must come first, as an index; negative for none
     * @param dueMicros from then on its units count as available though it was not done yet; {@link Long#MAX_VALUE} for never
     * @param left what the row is known to have been right after it; null when that is not known
     */
    record Change(
            String told,
            long fromMicros,
            long untilMicros,
            long guessMicros,
            boolean optional,
            long deltaOnHand,
            long deltaReserved,
            int versions,
            long need,
            int after,
            long dueMicros,
            Answer.@Nullable Stock left) {

        long deltaAvailable() {
            return deltaOnHand - deltaReserved;
        }

        @Override
        public String toString() {
            return told + " (on hand " + deltaOnHand + ", reserved " + deltaReserved
                    + (need > 0 ? ", needs " + need + " available" : "")
                    + (left == null ? "" : ", left " + left)
                    + ", between " + fromMicros + " and "
                    + (untilMicros == Long.MAX_VALUE ? "the end" : Long.toString(untilMicros)) + ")";
        }
    }

    /**
     * One look at the row.
     *
     * @param asked of a refusal the units that were not available; 0 when the whole row was seen
     * @param seen the row; null for a refusal
     */
    record Look(String told, long fromMicros, long untilMicros, long asked, Answer.@Nullable Stock seen) {
        @Override
        public String toString() {
            return told + (seen == null ? " (less than " + asked + " available)" : " (saw " + seen + ")");
        }
    }

    private final String sku;
    private final long firstOnHand;
    private final List<Change> changes = new ArrayList<>();
    private final List<Look> looks = new ArrayList<>();
    private String doubt = "";

    private Trace(String sku, long firstOnHand) {
        this.sku = sku;
        this.firstOnHand = firstOnHand;
    }

    String sku() {
        return sku;
    }

    long firstOnHand() {
        return firstOnHand;
    }

    /** What has to be known and is not; empty for nothing. */
    String doubt() {
        return doubt;
    }

    List<Change> changes() {
        return changes;
    }

    List<Look> looks() {
        return looks;
    }

    /** A trace put together by hand. */
    static Trace of(String sku, long firstOnHand, List<Change> changes, List<Look> looks) {
        Trace trace = new Trace(sku, firstOnHand);
        trace.changes.addAll(changes);
        trace.looks.addAll(looks);
        return trace;
    }

    /** The traces of all SKUs that the run began with. Takes time in proportion to operations and holds. */
    static SortedMap<String, Trace> of(Books books) {
        SortedMap<String, Trace> traces = new TreeMap<>();
        books.history().header().firstStock().forEach((sku, onHand) -> traces.put(sku, new Trace(sku, onHand)));
        Map<String, Hold> replacedBy = replaced(books, traces);
        Set<String> gone = new HashSet<>();
        replacedBy.values().forEach(hold -> gone.add(hold.id()));
        for (Hold hold : books.holds().values()) {
            Hold old = replacedBy.get(hold.id());
            for (String sku : hold.lines().keySet()) {
                Trace trace = traces.get(sku);
                if (trace != null) {
                    int made = trace.made(hold, old, books);
                    trace.settled(hold, made, gone.contains(hold.id()), books);
                }
            }
            if (old != null) {
                for (String sku : old.lines().keySet()) {
                    Trace trace = traces.get(sku);
                    if (trace != null && !hold.lines().containsKey(sku)) {
                        trace.made(hold, old, books);
                    }
                }
            }
        }
        for (Operation operation : books.operations()) {
            for (Trace trace : tracesOf(operation, traces)) {
                trace.add(operation, books);
            }
            Kind kind = operation.request().kind();
            Effect effect = books.effect(operation);
            boolean unknown = effect == Effect.MAYBE
                    || (kind == Kind.CHECKOUT
                            && effect == Effect.DONE
                            && books.ref(operation).isEmpty());
            if ((kind == Kind.RESERVE_CART || kind == Kind.CHECKOUT) && unknown) {
                doubtful(operation, books, traces);
            }
        }
        cancelled(books, traces);
        if (books.history().end() != null) {
            long taken = books.end().takenMicros();
            traces.forEach((sku, trace) -> {
                StockRow row = books.end().stock().get(sku);
                if (row != null) {
                    trace.looks.add(new Look(
                            "the row at the end",
                            taken,
                            Long.MAX_VALUE,
                            0,
                            new Answer.Stock(row.onHand(), row.reserved(), row.version())));
                }
            });
        }
        return traces;
    }

    /** What a cart had when it may have been reserved nobody knows: it may have been any of what it ever had. */
    private static void doubtful(Operation unknown, Books books, SortedMap<String, Trace> traces) {
        String cart = unknown.request().target();
        for (Operation operation : books.operations()) {
            boolean same = operation.invokedMicros() <= unknown.latestMicros()
                    && (operation.request().target().equals(cart)
                            || operation.answer().map(Answer::cart).orElse("").equals(cart));
            for (String sku : same ? operation.request().lines().keySet() : Set.<String>of()) {
                Trace trace = traces.get(sku);
                if (trace != null) {
                    trace.doubt = "what was asked for by " + unknown.told();
                }
            }
        }
    }

    /** What cancelled orders gave back. */
    private static void cancelled(Books books, SortedMap<String, Trace> traces) {
        Map<String, SortedMap<String, Integer>> lines = new TreeMap<>();
        for (Operation operation : books.operations()) {
            operation
                    .answer()
                    .filter(answer ->
                            !answer.order().isEmpty() && !answer.lines().isEmpty())
                    .ifPresent(answer -> lines.put(answer.order(), answer.lines()));
        }
        if (books.history().end() != null) {
            books.end().orders().forEach((id, row) -> lines.put(id, row.lines()));
        }
        lines.forEach((id, units) -> {
            List<Operation> cancels = books.cancels(id);
            if (cancels.isEmpty()) {
                return;
            }
            long from = Long.MAX_VALUE;
            long until = Long.MAX_VALUE;
            boolean done = false;
            StringBuilder told = new StringBuilder(id).append(" cancelled");
            for (Operation cancel : cancels) {
                long[] window = window(cancel, books);
                from = Math.min(from, window[0]);
                until = Math.min(until, window[1]);
                done |= books.effect(cancel) == Effect.DONE;
                told.append(" by ").append(cancel.told());
            }
            for (Map.Entry<String, Integer> line : units.entrySet()) {
                Trace trace = traces.get(line.getKey());
                if (trace != null) {
                    trace.changes.add(new Change(
                            told.toString(),
                            from,
                            until,
                            trace.guess(id, LedgerReason.RESTOCKED, until, books),
                            !done,
                            line.getValue(),
                            0,
                            1,
                            0,
                            -1,
                            Long.MAX_VALUE,
                            null));
                }
            }
        });
    }

    private static List<Trace> tracesOf(Operation operation, SortedMap<String, Trace> traces) {
        List<Trace> touched = new ArrayList<>(1);
        Answer answer = operation.answer().orElse(null);
        Iterable<String> skus = answer != null && !answer.shortages().isEmpty()
                ? answer.shortages().keySet()
                : operation.request().lines().keySet();
        for (String sku : skus) {
            Trace trace = traces.get(sku);
            if (trace != null) {
                touched.add(trace);
            }
        }
        return touched;
    }

    /** Adjustments, fresh reads, refusals, and holds that nobody can say the id of. */
    private void add(Operation operation, Books books) {
        Request request = operation.request();
        Answer answer = operation.answer().orElse(null);
        Effect effect = books.effect(operation);
        if (request.kind() == Kind.ADJUST && effect != Effect.NOT_DONE) {
            long[] window = window(operation, books);
            changes.add(new Change(
                    operation.told(),
                    window[0],
                    window[1],
                    guess(books.ref(operation), LedgerReason.ADJUSTED, window[1], books),
                    effect == Effect.MAYBE,
                    request.delta(),
                    0,
                    1,
                    Math.max(0, -request.delta()),
                    -1,
                    Long.MAX_VALUE,
                    answer == null ? null : answer.stock().get(sku)));
        } else if (request.kind() == Kind.RESERVE && effect == Effect.MAYBE) {
            int units = request.lines().getOrDefault(sku, 0);
            changes.add(new Change(
                    operation.told(),
                    operation.invokedMicros(),
                    Long.MAX_VALUE,
                    operation.invokedMicros() + EXPIRY_USUAL_MICROS,
                    true,
                    0,
                    units,
                    1,
                    units,
                    -1,
                    Long.MAX_VALUE,
                    null));
            long ends = operation.invokedMicros() + TimeUnit.SECONDS.toMicros(request.ttlSeconds());
            expires(
                    operation.told(),
                    changes.size() - 1,
                    units,
                    ends,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    ends + EXPIRY_USUAL_MICROS,
                    true);
        }
        if (answer == null) {
            return;
        }
        if (request.kind() == Kind.READ_FRESH && answer.done()) {
            looks.add(new Look(
                    operation.told(),
                    operation.invokedMicros(),
                    operation.completedMicros(),
                    0,
                    answer.stock().get(sku)));
        } else if (answer.shortages().containsKey(sku)) {
            looks.add(new Look(
                    operation.told(),
                    operation.invokedMicros(),
                    operation.completedMicros(),
                    answer.shortages().get(sku).requested(),
                    null));
        }
    }

    /**
     * A hold's beginning, and with it the end of the one that it replaces.
     *
     * @return the change's index
     */
    private int made(Hold hold, @Nullable Hold old, Books books) {
        int units = hold.lines().getOrDefault(sku, 0);
        int back = old == null ? 0 : old.lines().getOrDefault(sku, 0);
        long from = Long.MAX_VALUE;
        long until = Long.MAX_VALUE;
        StringBuilder told = new StringBuilder(hold.id()).append(" made");
        for (Operation maker : hold.makers()) {
            long[] window = window(maker, books);
            from = Math.min(from, window[0]);
            until = Math.min(until, window[1]);
            told.append(" by ").append(maker.told());
        }
        boolean unasked = hold.makers().isEmpty();
        HoldRow row = hold.row();
        if (unasked && row != null) {
            // Nobody asked for it, which others flag; here it is one more change at the time that it says.
            from = row.createdMicros() - books.decisionMicros(row.createdMicros());
        }
        changes.add(new Change(
                told.toString(),
                from,
                until,
                old == null || units > 0
                        ? guess(hold.id(), LedgerReason.RESERVED, until, books)
                        : guess(old.id(), LedgerReason.RELEASED, until, books),
                row == null && hold.makers().stream().noneMatch(Operation::ok),
                0,
                (long) units - back,
                (units > 0 ? 1 : 0) + (back > 0 ? 1 : 0),
                Math.max(0, units - back),
                -1,
                Long.MAX_VALUE,
                null));
        return changes.size() - 1;
    }

    private void settled(Hold hold, int made, boolean replaced, Books books) {
        int units = hold.lines().getOrDefault(sku, 0);
        HoldState state = state(hold);
        if (replaced) {
            return;
        }
        if (state == HoldState.EXPIRED || state == HoldState.HELD) {
            boolean held = state == HoldState.HELD;
            long until = Long.MAX_VALUE;
            for (Operation operation : hold.settlers()) {
                if (operation.ok() && operation.answer().map(Answer::state).orElse(null) == HoldState.EXPIRED) {
                    until = Math.min(until, operation.completedMicros());
                }
            }
            // Without a row nobody knows what became of it: besides running out it may have been settled by a request
            // in doubt.
            if (hold.row() == null) {
                for (Operation operation : hold.settlers()) {
                    if (books.effect(operation) == Effect.MAYBE) {
                        settle(
                                operation.told(),
                                operation.invokedMicros(),
                                Long.MAX_VALUE,
                                operation.invokedMicros() + EXPIRY_USUAL_MICROS,
                                made,
                                units,
                                operation.request().kind(),
                                true);
                    }
                }
            }
            long clock = books.bounds().clockMicros();
            long last = hold.lastExpiresMicros();
            long from = (hold.row() == null ? Math.min(hold.firstExpiresMicros(), last) : last) - clock;
            expires(
                    hold.id() + " expired",
                    made,
                    units,
                    from,
                    last == Long.MAX_VALUE ? last : last + clock,
                    until,
                    guess(hold.id(), LedgerReason.EXPIRED, Math.min(until, from + EXPIRY_USUAL_MICROS), books),
                    held);
            return;
        }
        Kind kind = state == HoldState.CONFIRMED ? Kind.CONFIRM : Kind.RELEASE;
        long from = Long.MAX_VALUE;
        long until = Long.MAX_VALUE;
        StringBuilder told = new StringBuilder(hold.id()).append(' ').append(state);
        for (Operation operation : hold.settlers()) {
            if (operation.request().kind() == kind && books.effect(operation) != Effect.NOT_DONE) {
                long[] window = window(operation, books);
                from = Math.min(from, window[0]);
                until = Math.min(until, window[1]);
                told.append(" by ").append(operation.told());
            }
        }
        for (Operation checkout : state == HoldState.CONFIRMED ? hold.payers() : List.<Operation>of()) {
            from = Math.min(from, checkout.invokedMicros());
            // Whoever was told nothing of the sale does not know when it was: the order's next step may have been
            // another's.
            until = Books.toldSold(checkout) ? Math.min(until, checkout.completedMicros()) : until;
            told.append(" for ").append(checkout.told());
        }
        if (from == Long.MAX_VALUE) {
            // Nobody asked for it; others flag that.
            from = changes.get(made).fromMicros();
        }
        long guess = guess(hold.id(), LedgerReason.valueOf(state.name()), until, books);
        settle(told.toString(), from, until, guess, made, units, kind, false);
    }

    private void settle(
            String told,
            long fromMicros,
            long untilMicros,
            long guessMicros,
            int made,
            int units,
            Kind kind,
            boolean optional) {
        changes.add(new Change(
                told,
                fromMicros,
                untilMicros,
                guessMicros,
                optional,
                kind == Kind.CONFIRM ? -units : 0,
                -units,
                1,
                0,
                made,
                Long.MAX_VALUE,
                null));
    }

    private void expires(
            String told,
            int made,
            int units,
            long fromMicros,
            long dueMicros,
            long untilMicros,
            long guessMicros,
            boolean optional) {
        changes.add(new Change(
                told, fromMicros, untilMicros, guessMicros, optional, 0, -units, 1, 0, made, dueMicros, null));
    }

    /** About when a change was made: by the ledger if that has it, else {@code otherwise}. */
    private long guess(String ref, LedgerReason reason, long otherwise, Books books) {
        Ledger ledger = books.ledgers().get(sku);
        for (LedgerEntry entry : books.entriesOf(ref)) {
            if (ledger != null && entry.sku().equals(sku) && entry.reason() == reason) {
                return ledger.moment(ledger.indexOf(entry.version()));
            }
        }
        return otherwise;
    }

    /** How the hold ended, by its row, else by what was acknowledged. */
    private static HoldState state(Hold hold) {
        HoldRow row = hold.row();
        if (row != null) {
            return row.state();
        }
        if (!hold.payers().isEmpty()) {
            return HoldState.CONFIRMED;
        }
        for (Operation operation : hold.settlers()) {
            if (operation.ok()) {
                return operation.request().kind() == Kind.CONFIRM
                        ? HoldState.CONFIRMED
                        : operation.answer().map(Answer::state).orElse(HoldState.RELEASED);
            }
        }
        return HoldState.HELD;
    }

    /** When a request took effect: between question and answer, without an answer around the time of its record. */
    private static long[] window(Operation operation, Books books) {
        if (operation.unknown() && books.history().end() != null) {
            KeyRow record = books.end().keys().get(operation.request().key());
            if (record != null) {
                return new long[] {
                    Math.max(
                            operation.invokedMicros(),
                            record.createdMicros() - books.bounds().clockMicros()),
                    books.committedBy(record.createdMicros())
                };
            }
        }
        return new long[] {operation.invokedMicros(), operation.latestMicros()};
    }

    /** The hold that each hold of a cart replaced, by the id of the newer one. */
    private static Map<String, Hold> replaced(Books books, SortedMap<String, Trace> traces) {
        Map<String, List<Hold>> ofCarts = new HashMap<>();
        for (Hold hold : books.holds().values()) {
            if (!hold.cart().isEmpty()) {
                ofCarts.computeIfAbsent(hold.cart(), cart -> new ArrayList<>()).add(hold);
            }
        }
        Map<String, Hold> replaced = new HashMap<>();
        for (List<Hold> holds : ofCarts.values()) {
            holds.sort(Comparator.comparingLong(Hold::createdMicros));
            for (int i = 1; i < holds.size(); i++) {
                Hold old = holds.get(i - 1);
                Hold next = holds.get(i);
                if (old.row() == null) {
                    guess(old, next, books, replaced, traces);
                } else if (state(old) == HoldState.RELEASED
                        && old.row().order().isEmpty()
                        && released(old, next, books)) {
                    replaced.put(next.id(), old);
                }
            }
        }
        return replaced;
    }

    /** Whether {@code next} released {@code old}, and no client did. */
    private static boolean released(Hold old, Hold next, Books books) {
        boolean asked = old.settlers().stream()
                .anyMatch(operation ->
                        operation.request().kind() == Kind.RELEASE && books.effect(operation) != Effect.NOT_DONE);
        if (!asked) {
            return reservesCart(next);
        }
        for (LedgerEntry entry : books.entriesOf(old.id())) {
            if (entry.reason() == LedgerReason.RELEASED) {
                return reservesCart(next) && entry.atMicros() == next.createdMicros();
            }
        }
        return false;
    }

    /** The same without rows: a hold that nobody else can have ended before was. */
    private static void guess(
            Hold old, Hold next, Books books, Map<String, Hold> replaced, SortedMap<String, Trace> traces) {
        if (!reservesCart(next)) {
            return;
        }
        long clock = books.bounds().clockMicros();
        long from =
                next.makers().stream().mapToLong(Operation::invokedMicros).min().orElse(0);
        long until = next.makers().stream()
                .filter(Operation::ok)
                .mapToLong(Operation::completedMicros)
                .min()
                .orElse(Long.MAX_VALUE);
        boolean over = old.lastExpiresMicros() < from - clock || !old.payers().isEmpty();
        boolean certain = until + clock < old.firstExpiresMicros();
        for (Operation operation : old.settlers()) {
            Answer answer = operation.answer().orElse(null);
            if (answer == null) {
                certain &= operation.invokedMicros() > until;
            } else if (answer.done() && answer.state() != HoldState.RELEASED) {
                // Confirmed or run out: nobody released it.
                over = true;
            } else if (answer.done()) {
                // A release is answered alike when it was released before.
                over |= operation.completedMicros() < from;
                certain &= operation.invokedMicros() > until;
            }
        }
        if (over) {
            return;
        }
        if (certain) {
            replaced.put(next.id(), old);
        } else {
            for (String sku : old.lines().keySet()) {
                Trace trace = traces.get(sku);
                if (trace != null) {
                    trace.doubt = "whether " + next.id() + " replaced " + old.id();
                }
            }
        }
    }

    private static boolean reservesCart(Hold hold) {
        return hold.makers().stream()
                .map(maker -> maker.request().kind())
                .anyMatch(kind -> kind == Kind.RESERVE_CART || kind == Kind.CHECKOUT);
    }
}
