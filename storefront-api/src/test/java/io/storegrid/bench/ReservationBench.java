package io.storegrid.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Reservations in process: the lane beside the baselines, for each shape of demand and number of callers. */
final class ReservationBench {

    private static final int SKUS = 1_000;
    private static final long AMPLE = 1_000_000_000_000L;
    private static final int CEILING_BATCH = 64;

    private static final Map<String, Supplier<Contender>> CONTENDERS = new LinkedHashMap<>();

    static {
        CONTENDERS.put("lane", LaneContender::new);
        CONTENDERS.put("plain-sql", PlainSql::inTransactions);
        CONTENDERS.put("plain-sql-cte", PlainSqlCte::new);
        CONTENDERS.put("grid-tx", GridTx::new);
        CONTENDERS.put("ceiling", () -> new Ceiling(CEILING_BATCH));
    }

    /** Passes of the first warm-up, after which compilers have little left to do. */
    private static final int PASSES = 8;

    private final Report report;
    private final List<Integer> callers;
    private final Set<String> without;
    private final int rounds;
    private final double seconds;

    /**
     * @param without contenders that stay out; figures beside one that does are not given
     * @param seconds how long one turn lasts, about
     */
    ReservationBench(Report report, List<Integer> callers, Set<String> without, int rounds, double seconds) {
        if (!CONTENDERS.keySet().containsAll(without)) {
            throw new IllegalArgumentException("contenders are " + CONTENDERS.keySet());
        }
        this.report = report;
        this.callers = callers;
        this.without = without;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void run(List<Demand.Shape> shapes) {
        for (Demand.Shape shape : shapes) {
            run(Demand.of(shape, SKUS, 1), shape == shapes.get(0));
        }
    }

    /** @param cold whether this is the first shape, so that no contender's code is compiled yet */
    private void run(Demand demand, boolean cold) {
        report.section("Reservations in process, " + demand.shape().label() + ", one line");
        report.head(
                "callers",
                "contender",
                "ops/s",
                "p50 µs",
                "p99 µs",
                "JVM µs/op",
                "PostgreSQL µs/op",
                "CPU µs/op",
                "batch",
                "CPU ÷ plain-sql");
        List<Turn> turns = new ArrayList<>();
        try {
            for (Map.Entry<String, Supplier<Contender>> made : CONTENDERS.entrySet()) {
                if (without.contains(made.getKey())) {
                    continue;
                }
                Turn turn = new Turn(made.getValue().get(), demand);
                turns.add(turn);
                turn.contender().stock(demand.all(), AMPLE);
            }
            warmUp(turns, 64, cold ? PASSES : 1, Integer.MAX_VALUE);
            for (int callers : this.callers) {
                if (cold) {
                    // Other batch sizes go through other code: each is compiled before it is measured.
                    warmUp(turns, callers, 2, Math.min(callers * 1_500, 25_000));
                }
                compare(demand, turns, callers);
            }
            turns.forEach(Turn::check);
        } finally {
            turns.forEach(turn -> turn.contender().close());
        }
    }

    /**
     * Lets contenders run by turns without measuring, a number of operations each. By turns, because compiled code that all of them
     * go through is thrown away and compiled again when another one comes, some three times before it suits all: the compiler
     * then took more of a turn than the lane did.
     */
    private static void warmUp(List<Turn> turns, int callers, int passes, int operationsMax) {
        for (int pass = 0; pass < passes; pass++) {
            for (Turn turn : turns) {
                if (!neverFills(turn, callers)) {
                    turn.warmUp(callers, Math.min(operationsMax, operations(turn.contender())));
                }
            }
        }
    }

    /** Operations of one pass: some seconds of each contender. */
    private static int operations(Contender contender) {
        boolean batches = contender instanceof LaneContender || contender instanceof Ceiling;
        return batches ? 50_000 : 1_500;
    }

    /** Whether every batch would have to be waited out. */
    private static boolean neverFills(Turn turn, int callers) {
        return turn.contender() instanceof Ceiling && callers < CEILING_BATCH;
    }

    private void compare(Demand demand, List<Turn> turns, int callers) {
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Turn turn : turns) {
                if (neverFills(turn, callers)) {
                    continue;
                }
                costs.computeIfAbsent(turn.contender().name(), name -> new ArrayList<>())
                        .add(turn.take(callers, seconds, 150_000));
            }
        }
        List<Cost> plain = costs.getOrDefault("plain-sql", List.of());
        costs.forEach((name, some) -> report.row(
                callers,
                name,
                Cost.median(some, Cost::perSecond),
                Cost.median(some, Cost::p50Micros),
                Cost.median(some, Cost::p99Micros),
                Cost.median(some, Cost::jvmMicros),
                Cost.median(some, Cost::databaseMicros),
                Cost.median(some, Cost::totalMicros),
                Cost.median(some, Cost::batch),
                plain.isEmpty() ? "" : Cost.ratio(some, plain, Cost::totalMicros)));
        bars(demand, callers, costs, plain);
    }

    private void bars(Demand demand, int callers, Map<String, List<Cost>> costs, List<Cost> plain) {
        List<Cost> lane = costs.getOrDefault("lane", List.of());
        List<Cost> ceiling = costs.getOrDefault("ceiling-" + CEILING_BATCH, List.of());
        if (lane.isEmpty() || plain.isEmpty()) {
            return;
        }
        if (demand.shape() == Demand.Shape.UNIFORM && callers >= 64) {
            report.atMost(
                    "reservation in process, uniform, " + callers + " callers: CPU/op vs plain-sql",
                    "×",
                    0.1,
                    Cost.ratio(lane, plain, Cost::totalMicros));
            if (!ceiling.isEmpty()) {
                report.atMost(
                        "the same vs ceiling at batch " + CEILING_BATCH,
                        "×",
                        2.5,
                        Cost.ratio(lane, ceiling, Cost::totalMicros));
            }
        }
        if (demand.shape() == Demand.Shape.UNIFORM && callers == 1) {
            report.atMost("one caller: p50 latency vs plain-sql", "×", 1.5, Cost.ratio(lane, plain, Cost::p50Micros));
        }
        if (demand.shape() == Demand.Shape.HOT && callers == 64) {
            report.atLeast(
                    "one hot SKU, 64 callers: throughput vs plain-sql",
                    "×",
                    30,
                    Cost.ratio(lane, plain, Cost::perSecond));
        }
    }
}
