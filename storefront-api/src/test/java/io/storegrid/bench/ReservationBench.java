package io.storegrid.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Reservations in process: the lane beside the baselines, for each shape of demand and number of callers. */
final class ReservationBench {

    private static final int[] CALLERS = {1, 16, 64, 256};
    private static final int SKUS = 1_000;
    private static final long AMPLE = 1_000_000_000_000L;
    private static final int CEILING_BATCH = 64;

    private final Report report;
    private final int rounds;
    private final double seconds;

    /** @param seconds how long one turn lasts, about */
    ReservationBench(Report report, int rounds, double seconds) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    void run(List<Demand.Shape> shapes) {
        for (Demand.Shape shape : shapes) {
            run(Demand.of(shape, SKUS, 1));
        }
    }

    private void run(Demand demand) {
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
            for (Supplier<Contender> made : List.<Supplier<Contender>>of(
                    LaneContender::new,
                    PlainSql::inTransactions,
                    PlainSqlCte::new,
                    GridTx::new,
                    () -> new Ceiling(CEILING_BATCH))) {
                Turn turn = new Turn(made.get(), demand);
                turns.add(turn);
                turn.contender().stock(demand.all(), AMPLE);
                turn.warmUp(64, warmUp(turn.contender()));
            }
            for (int callers : CALLERS) {
                compare(demand, turns, callers);
            }
            turns.forEach(Turn::check);
        } finally {
            turns.forEach(turn -> turn.contender().close());
        }
    }

    /** Operations after which the code of a contender is compiled. */
    private static int warmUp(Contender contender) {
        return contender instanceof LaneContender || contender instanceof Ceiling ? 200_000 : 12_000;
    }

    private void compare(Demand demand, List<Turn> turns, int callers) {
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Turn turn : turns) {
                if (turn.contender() instanceof Ceiling && callers < CEILING_BATCH) {
                    continue;
                }
                costs.computeIfAbsent(turn.contender().name(), name -> new ArrayList<>())
                        .add(turn.take(callers, seconds, 150_000));
            }
        }
        List<Cost> plain = List.copyOf(costs.get("plain-sql"));
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
                Cost.ratio(some, plain, Cost::totalMicros)));
        bars(demand, callers, costs, plain);
    }

    private void bars(Demand demand, int callers, Map<String, List<Cost>> costs, List<Cost> plain) {
        List<Cost> lane = List.copyOf(costs.get("lane"));
        if (demand.shape() == Demand.Shape.UNIFORM && callers >= 64) {
            report.atMost(
                    "reservation in process, uniform, " + callers + " callers: CPU/op vs plain-sql",
                    "×",
                    0.1,
                    Cost.ratio(lane, plain, Cost::totalMicros));
            report.atMost(
                    "the same vs ceiling at batch " + CEILING_BATCH,
                    "×",
                    2.5,
                    Cost.ratio(lane, List.copyOf(costs.get("ceiling-" + CEILING_BATCH)), Cost::totalMicros));
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
