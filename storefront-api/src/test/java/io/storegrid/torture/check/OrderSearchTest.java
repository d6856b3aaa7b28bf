package io.storegrid.torture.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.check.OrderSearch.Result;
import io.storegrid.torture.check.Trace.Change;
import io.storegrid.torture.check.Trace.Look;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The search against trying all orders one by one, and on a history of the size that it is made for. */
class OrderSearchTest {

    private static final long SEED = Long.getLong("torture.search.seed", 1);
    private static final int ROUNDS = Integer.getInteger("torture.search.rounds", 4_000);
    private static final int LARGE = Integer.getInteger("torture.search.operations", 20_000);
    private static final long STEPS_MAX = 5_000_000;
    private static final long NANOS_MAX = Duration.ofSeconds(30).toNanos();

    @Test
    void agreesWithTryingAllOrders() {
        Random random = new Random(SEED);
        int explained = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Trace trace = random(random);
            OrderSearch search = new OrderSearch(trace, STEPS_MAX, NANOS_MAX);
            Result found = search.run();
            boolean possible = new AllOrders(trace).possible();
            explained += possible ? 1 : 0;
            assertEquals(
                    possible ? Result.EXPLAINED : Result.REFUTED,
                    found,
                    "round " + round + " of seed " + SEED + ": " + trace.firstOnHand() + " " + trace.changes() + " "
                            + trace.looks() + " " + search.stuck());
        }
        assertTrue(explained > ROUNDS / 10 && explained < ROUNDS * 9 / 10, explained + " of " + ROUNDS);
    }

    /** What is impossible from any state in which a window may begin is impossible. */
    @Test
    void windowsRefuteOnlyWhatIsImpossible() {
        Random random = new Random(SEED + 1);
        int refuted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Trace trace = random(random);
            boolean possible = new AllOrders(trace).possible();
            OrderSearch search = new OrderSearch(trace, STEPS_MAX, NANOS_MAX);
            for (int at = 0; at < search.events(); at++) {
                if (search.refuted(at, 1 + random.nextInt(8))) {
                    refuted++;
                    assertFalse(
                            possible,
                            "round " + round + " of seed " + (SEED + 1) + ", event " + at + ": " + trace.firstOnHand()
                                    + " " + trace.changes() + " " + trace.looks());
                }
            }
        }
        assertTrue(refuted > ROUNDS / 10, refuted + " windows in " + ROUNDS + " traces");
    }

    @Test
    void largeRunsAreJudgedWithinBounds() {
        History history = SimulatedRun.of(new SimulatedRun.Demand(SEED, LARGE, 16, 20, 0.8, 200, 0.01, 0, 0.3));
        long begun = System.nanoTime();
        Verdict verdict = alone(new StockIsLinearizable(), history);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        System.out.println("[order-search] " + LARGE + " operations, " + verdict.examined() + " changes and looks: "
                + verdict.result() + " in " + took.toMillis() + " ms; " + verdict.notes());
        assertTrue(verdict.holds(), verdict::toString);
    }

    /** One wrong number among thousands of answers, and no ledger to look it up in. */
    @Test
    void oneLieInALargeRunIsFound() {
        // Without rows nobody knows what was held for an order that nobody paid for.
        History sound = SimulatedRun.of(new SimulatedRun.Demand(SEED, LARGE, 16, 20, 0.8, 200, 0.01, 0, 0));
        Forgery books = new Forgery(sound);
        List<Operation> reads = sound.operations().stream()
                .filter(Forgery.done(Kind.READ_FRESH))
                .filter(operation -> operation.request().sku().equals("BOLO-00"))
                .toList();
        Operation read = reads.get(reads.size() / 2);
        Answer.Stock stock = Forgery.answer(read).stock().getOrDefault("BOLO-00", new Answer.Stock(0, 0, 0));
        books.replace(
                read,
                Forgery.with(
                        Forgery.answer(read),
                        "BOLO-00",
                        new Answer.Stock(stock.onHand() + 1, stock.reserved() + 1, stock.version())));
        books.withoutEnd();
        long begun = System.nanoTime();
        Verdict verdict = alone(new StockIsLinearizable(), books.forged());
        System.out.println("[order-search] one lie in " + LARGE + " operations: " + verdict.result() + " in "
                + (System.nanoTime() - begun) / 1_000_000 + " ms; " + verdict.shown());
        assertEquals(1, verdict.violations(), verdict::toString);
        assertTrue(verdict.shown().get(0).contains("BOLO-00"), verdict::toString);
    }

    /** Requests in doubt that nobody can look up may have been done, or never. */
    @Test
    void requestsInDoubtMayHaveBeenDoneOrNot() {
        for (long seed = SEED; seed < SEED + 5; seed++) {
            Forgery books =
                    new Forgery(SimulatedRun.of(new SimulatedRun.Demand(seed, 2_000, 8, 5, 0.8, 40, 0.04, 0.5, 0.3)));
            books.withoutEnd();
            Verdict verdict = alone(new StockIsLinearizable(), books.forged());
            assertEquals(0, verdict.violations(), verdict::toString);
        }
    }

    private static Verdict alone(Checker checker, History history) {
        Findings findings = new Findings(checker.name());
        checker.check(new Books(history, Bounds.STRICT), findings);
        return findings.verdict();
    }

    /** A few changes and looks in windows that overlap; what looks saw is right about every other time. */
    private static Trace random(Random random) {
        long onHand = random.nextInt(4);
        List<Change> changes = new ArrayList<>();
        List<Look> looks = new ArrayList<>();
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            long from = random.nextInt(40);
            long until = random.nextInt(6) == 0 ? Long.MAX_VALUE : from + random.nextInt(15);
            boolean optional = random.nextInt(5) == 0;
            int units = 1 + random.nextInt(2);
            switch (random.nextInt(3)) {
                case 0 -> {
                    changes.add(new Change(
                            "reserve", from, until, until, optional, 0, units, 1, units, -1, Long.MAX_VALUE, null));
                    if (random.nextBoolean()) {
                        int made = changes.size() - 1;
                        long due = from + 1 + random.nextInt(25);
                        switch (random.nextInt(3)) {
                            case 0 ->
                                changes.add(new Change(
                                        "expire",
                                        due - 2,
                                        random.nextInt(3) == 0 ? due + 20 : Long.MAX_VALUE,
                                        due,
                                        random.nextBoolean(),
                                        0,
                                        -units,
                                        1,
                                        0,
                                        made,
                                        due,
                                        null));
                            case 1 ->
                                changes.add(new Change(
                                        "confirm",
                                        due,
                                        due + 8,
                                        due + 8,
                                        false,
                                        -units,
                                        -units,
                                        1,
                                        0,
                                        made,
                                        Long.MAX_VALUE,
                                        null));
                            default ->
                                changes.add(new Change(
                                        "release",
                                        due,
                                        due + 8,
                                        due + 8,
                                        optional,
                                        0,
                                        -units,
                                        1,
                                        0,
                                        made,
                                        Long.MAX_VALUE,
                                        null));
                        }
                    }
                }
                case 1 ->
                    changes.add(new Change(
                            "adjust", from, until, until, optional, units, 0, 1, 0, -1, Long.MAX_VALUE, null));
                default ->
                    changes.add(new Change(
                            "write off", from, until, until, optional, -1, 0, 1, 1, -1, Long.MAX_VALUE, null));
            }
        }
        // What is tried first must not matter; and some changes say what they left.
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            boolean says = change.deltaReserved() == 0 && random.nextInt(5) == 0;
            changes.set(
                    i,
                    new Change(
                            change.told(),
                            change.fromMicros(),
                            change.untilMicros(),
                            random.nextInt(60),
                            change.optional(),
                            change.deltaOnHand(),
                            change.deltaReserved(),
                            random.nextInt(6) == 0 ? 2 : 1,
                            change.need(),
                            change.after(),
                            change.dueMicros(),
                            says
                                    ? new Answer.Stock(
                                            onHand + change.deltaOnHand(), random.nextInt(3), 2 + random.nextInt(3))
                                    : null));
        }
        int seen = random.nextInt(4);
        for (int i = 0; i < seen; i++) {
            long from = random.nextInt(55);
            long until = i == 0 && random.nextInt(4) == 0 ? Long.MAX_VALUE : from + random.nextInt(12);
            if (until == Long.MAX_VALUE || random.nextBoolean()) {
                // Some numbers that the row may well have had.
                long units = onHand;
                long reserved = 0;
                long version = 1;
                for (Change change : changes) {
                    if (random.nextInt(3) > 0) {
                        units += change.deltaOnHand();
                        reserved += change.deltaReserved();
                        version += change.versions();
                    }
                }
                looks.add(new Look("read", from, until, 0, new Answer.Stock(units, reserved, version)));
            } else {
                looks.add(new Look("refused", from, until, 1 + random.nextInt(3), null));
            }
        }
        return Trace.of("BOLO", onHand, changes, looks);
    }

    /** All orders, one after another, each thing as early as it can be. */
    private static final class AllOrders {

        private final Trace trace;
        private final boolean[] done;
        private final boolean[] seen;
        private long onHand;
        private long reserved;
        private long version = 1;

        AllOrders(Trace trace) {
            this.trace = trace;
            this.onHand = trace.firstOnHand();
            this.done = new boolean[trace.changes().size()];
            this.seen = new boolean[trace.looks().size()];
        }

        boolean possible() {
            return possible(0);
        }

        private boolean possible(long now) {
            boolean over = true;
            for (int i = 0; i < done.length; i++) {
                over &= done[i] || trace.changes().get(i).optional();
            }
            boolean allSeen = true;
            for (int i = 0; i < seen.length; i++) {
                if (!seen[i]) {
                    Look look = trace.looks().get(i);
                    boolean last = look.untilMicros() == Long.MAX_VALUE;
                    allSeen &= last && over && explains(look, Long.MAX_VALUE);
                }
            }
            if (over && allSeen) {
                return true;
            }
            for (int i = 0; i < seen.length; i++) {
                Look look = trace.looks().get(i);
                long at = Math.max(now, look.fromMicros());
                if (!seen[i]
                        && look.untilMicros() != Long.MAX_VALUE
                        && at <= look.untilMicros()
                        && explains(look, at)) {
                    seen[i] = true;
                    boolean possible = possible(at);
                    seen[i] = false;
                    if (possible) {
                        return true;
                    }
                }
            }
            for (int i = 0; i < done.length; i++) {
                if (!done[i] && changed(i, now)) {
                    return true;
                }
            }
            return false;
        }

        private boolean changed(int i, long now) {
            Change change = trace.changes().get(i);
            long at = Math.max(now, change.fromMicros());
            long units = onHand + change.deltaOnHand();
            long held = reserved + change.deltaReserved();
            if (at > change.untilMicros()
                    || (change.after() >= 0 && !done[change.after()])
                    || onHand - reserved < change.need()
                    || held < 0
                    || held > units) {
                return false;
            }
            Answer.Stock left = change.left();
            if (left != null && !left.equals(new Answer.Stock(units, held, version + change.versions()))) {
                return false;
            }
            done[i] = true;
            onHand = units;
            reserved = held;
            version += change.versions();
            boolean possible = possible(at);
            done[i] = false;
            onHand -= change.deltaOnHand();
            reserved -= change.deltaReserved();
            version -= change.versions();
            return possible;
        }

        private boolean explains(Look look, long at) {
            Answer.Stock row = look.seen();
            if (row != null) {
                return row.equals(new Answer.Stock(onHand, reserved, version));
            }
            long due = 0;
            for (int i = 0; i < done.length; i++) {
                Change change = trace.changes().get(i);
                due += !done[i] && change.dueMicros() < at ? change.deltaAvailable() : 0;
            }
            return onHand - reserved + due < look.asked();
        }
    }
}
