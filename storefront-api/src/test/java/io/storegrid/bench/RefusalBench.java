package io.storegrid.bench;

import io.storegrid.persistence.Database;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a sold-out SKU costs: requests that are all refused, each refusal recorded under its key. */
final class RefusalBench {

    private static final int STOCK = 1_000;
    private static final int REFUSALS = 10_000;
    private static final int ROUNDS = 5;
    private static final double TRANSACTIONS_MAX = 300;
    private static final List<Integer> CALLERS = List.of(64, 256);

    /** The size that the bars are about. */
    private static final int BAR_CALLERS = 64;

    private static final int LANE_WARM_UP = 100_000;
    private static final int PLAIN_WARM_UP = 12_000;
    private static final long IDLE_MS = 2_000;

    private final Report report;

    RefusalBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section(
                "After a sell-out: " + Report.shown(REFUSALS) + " refused reservations, recorded with their keys");
        report.head(
                "callers",
                "contender",
                "ops/s",
                "p99 µs",
                "JVM µs/op",
                "PostgreSQL µs/op",
                "CPU µs/op",
                "batch",
                "CPU ÷ plain-sql");
        Demand demand = Demand.of(Demand.Shape.HOT, 1, 1);
        try (LaneContender lane = new LaneContender();
                Contender plain = PlainSql.inTransactions()) {
            Turn laneTurn = soldOut(lane, demand, LANE_WARM_UP);
            Turn plainTurn = soldOut(plain, demand, PLAIN_WARM_UP);
            for (int callers : CALLERS) {
                compare(laneTurn, plainTurn, callers);
            }
            transactions(laneTurn, lane.store().nodeDatabase(0));
            for (Turn turn : List.of(laneTurn, plainTurn)) {
                turn.check();
                if (turn.contender().books().holds() != STOCK) {
                    throw new IllegalStateException(turn.contender().name() + " sold another number than it had");
                }
            }
        }
    }

    private static Turn soldOut(Contender contender, Demand demand, int warmUp) {
        contender.stock(demand.all(), STOCK);
        Turn turn = new Turn(contender, demand);
        turn.warmUp(BAR_CALLERS, STOCK + warmUp);
        return turn;
    }

    private void compare(Turn lane, Turn plain, int callers) {
        List<Cost> laneCosts = new ArrayList<>();
        List<Cost> plainCosts = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            laneCosts.add(lane.take(callers, Integer.MAX_VALUE, REFUSALS));
            plainCosts.add(plain.take(callers, Integer.MAX_VALUE, REFUSALS));
        }
        row(callers, lane, laneCosts, plainCosts);
        row(callers, plain, plainCosts, plainCosts);
        if (callers == BAR_CALLERS) {
            report.atMost(
                    "refusals after a sell-out, " + callers + " callers: CPU/op vs plain-sql",
                    "×",
                    0.2,
                    Cost.ratio(laneCosts, plainCosts, Cost::totalMicros));
        }
    }

    private void row(int callers, Turn turn, List<Cost> costs, List<Cost> plain) {
        report.row(
                callers,
                turn.contender().name(),
                Cost.median(costs, Cost::perSecond),
                Cost.median(costs, Cost::p99Micros),
                Cost.median(costs, Cost::jvmMicros),
                Cost.median(costs, Cost::databaseMicros),
                Cost.median(costs, Cost::totalMicros),
                Cost.median(costs, Cost::batch),
                Cost.ratio(costs, plain, Cost::totalMicros));
    }

    private void transactions(Turn lane, Database database) {
        Transactions transactions = new Transactions(database);
        long before = transactions.count();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(IDLE_MS));
        double idle = (transactions.count() - before) * 1e3 / IDLE_MS;
        report.note("");
        for (int callers : CALLERS) {
            List<Double> counts = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                long begin = transactions.count();
                lane.warmUp(callers, REFUSALS);
                counts.add((double) (transactions.count() - begin));
            }
            report.note("PostgreSQL transactions for " + Report.shown(REFUSALS) + " refusals by " + callers
                    + " callers: "
                    + Report.shown(Report.median(counts)) + " (median of " + counts + "), with those of the node's own "
                    + "rounds, which are " + Report.shown(idle) + " a second on an idle node.");
            if (callers == BAR_CALLERS) {
                report.atMost(
                        "the same: PostgreSQL transactions for " + Report.shown(REFUSALS) + " refusals",
                        "",
                        TRANSACTIONS_MAX,
                        Report.median(counts));
            }
        }
    }
}
