package io.storegrid.bench;

import io.storegrid.compute.Reconciler;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.grid.TestStore;
import io.storegrid.persistence.Invariants;
import io.storegrid.persistence.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Many holds due in one second while shoppers go on reserving other things. */
final class ExpiryBench {

    private static final int HOLDS = 100_000;
    private static final int STORM_SKUS = 1_000;
    private static final int OTHER_SKUS = 1_000;
    private static final long AMPLE = Limits.ON_HAND_MAX;
    private static final int CALLERS = 16;
    private static final int FILLERS = 256;
    private static final int WARM_UP = 40_000;
    private static final int SAMPLED = 200;
    private static final double RELEASED_MAX_S = 5;
    private static final double P99_MAX = 3;

    /** Usual days are watched for this long before the holds fall due. */
    private static final long USUAL_MS = 6_000;

    /** How much longer than expected making the holds may take. */
    private static final double FILL_SLACK = 1.6;

    private static final long STORM_MAX_MS = 30_000;
    private static final long POLL_MS = 100;

    private final Report report;

    ExpiryBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section(Report.shown(HOLDS) + " holds due in the same second");
        try (LaneContender lane = new LaneContender()) {
            Demand others = Demand.of(Demand.Shape.UNIFORM, OTHER_SKUS, 1);
            lane.stock(others.all(), AMPLE);
            List<String> skus = new ArrayList<>();
            for (int i = 0; i < STORM_SKUS; i++) {
                skus.add("BENCH-STORM-" + i);
            }
            lane.stock(skus, AMPLE);
            Tally tally = new Tally(lane);
            ClosedLoop.Run warm = ClosedLoop.run(() -> lane.reserve(others.next()), FILLERS, WARM_UP);
            tally.add(warm.held(), warm.refused());
            warmExpiries(lane.store(), skus, warm.perSecond());
            long fillMs = Math.round(HOLDS / warm.perSecond() * 1e3 * FILL_SLACK);
            long dueMillis = (System.currentTimeMillis() + fillMs + USUAL_MS) / 1_000 * 1_000 + 1_200;
            List<String> ids = Collections.synchronizedList(new ArrayList<>(HOLDS));
            fill(lane.store(), skus, dueMillis, HOLDS, ids);
            storm(lane, others, dueMillis, ids, tally);
        }
    }

    /** What only expiries run is compiled too before it is measured. */
    private static void warmExpiries(TestStore store, List<String> skus, double perSecond) {
        long dueMillis = System.currentTimeMillis() + Math.round(WARM_UP / perSecond * 1e3 * FILL_SLACK) + 1_200;
        fill(store, skus, dueMillis, WARM_UP, Collections.synchronizedList(new ArrayList<>(WARM_UP)));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(dueMillis - System.currentTimeMillis()));
        long unused = awaitReleased(store);
    }

    /** Makes holds that end at one instant of the database's clock; the lane may be a batch late with each. */
    private static void fill(TestStore store, List<String> skus, long dueMillis, int holds, List<String> ids) {
        AtomicInteger number = new AtomicInteger();
        ClosedLoop.Run run = ClosedLoop.run(
                () -> {
                    String sku = skus.get(number.getAndIncrement() % skus.size());
                    Order order = Tally.order(List.of(new ReservationLine(sku, 1)));
                    long ttlMs = dueMillis - store.runtime(0).reads().nowMicros() / 1_000;
                    return reserve(store, order, ttlMs, ids);
                },
                FILLERS,
                holds);
        if (run.held() != holds) {
            throw new IllegalStateException("a hold was refused that should live");
        }
    }

    private static CompletableFuture<Boolean> reserve(TestStore store, Order order, long ttlMs, List<String> ids) {
        CommandKey key = new CommandKey(order.key(), SqlRows.fingerprint(order));
        return store.runtime(0)
                .commands()
                .execute(
                        new ReserveStock(key, order.lines(), Math.max(1, ttlMs), null, order.entropy()),
                        TestStore.DEADLINE)
                .thenApply(answer -> {
                    Reservation made = answer.reservation();
                    if (made != null) {
                        ids.add(made.id());
                    }
                    return answer.outcome().accepted();
                });
    }

    private void storm(LaneContender lane, Demand others, long dueMillis, List<String> ids, Tally tally) {
        TestStore store = lane.store();
        ReadGateway reads = store.runtime(0).reads();
        SteadyLoad load = SteadyLoad.start(() -> lane.reserve(others.next()), CALLERS);
        long firstMicros = store.number(due("min(expires_at)", dueMillis));
        long lastMicros = store.number(due("max(expires_at)", dueMillis));
        long leftMs = firstMicros / 1_000 - System.currentTimeMillis();
        if (leftMs < USUAL_MS / 2 || lastMicros - firstMicros > 1_000_000) {
            load.close();
            throw new IllegalStateException("this machine is too slow to make the holds in time [left=" + leftMs
                    + " ms, spread=" + (lastMicros - firstMicros) + " µs]");
        }
        long usualFrom = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(200, leftMs - USUAL_MS));
        LockSupport.parkNanos(firstMicros * 1_000 - nowMicros() * 1_000);
        while (nowMicros() < firstMicros) {
            Thread.onSpinWait();
        }
        long begin = System.nanoTime();
        while (nowMicros() <= lastMicros) {
            LockSupport.parkNanos(100_000);
        }
        long late = stillLive(reads, ids);
        long end = awaitReleased(store);
        load.close();
        tally.add(load.held(), load.refused());

        SteadyLoad.Stretch usual = load.between(usualFrom, begin);
        SteadyLoad.Stretch storm = load.between(begin, end);
        report.head("stretch", "seconds", "reservations/s", "p50 ms", "p99 ms", "p99.9 ms", "longest ms");
        row("usual", usual);
        row("while holds fall due", storm);
        report.note("");
        report.note("Expiries lie " + Report.shown((lastMicros - firstMicros) / 1e3) + " ms apart; " + late + " of "
                + SAMPLED + " holds read right after the last of them were not shown as EXPIRED.");
        report.atMost(
                Report.shown(HOLDS) + " holds due in one second: all released after",
                "s",
                RELEASED_MAX_S,
                (end - begin) / 1e9);
        report.atMost(
                "p99 of " + CALLERS + " callers' reservations meanwhile vs usual",
                "×",
                P99_MAX,
                storm.latencyMs(0.99) / usual.latencyMs(0.99));
        report.atMost("holds read after their time and not shown as EXPIRED", "", 0, (double) late);
        check(store, ids);
        tally.check(HOLDS + WARM_UP);
    }

    private static String due(String what, long dueMillis) {
        return "SELECT (extract(epoch FROM " + what + ") * 1000000)::bigint FROM reservation WHERE state = 'HELD'"
                + " AND expires_at < to_timestamp(" + (dueMillis + 60_000) + " / 1000.0)";
    }

    private static long nowMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    /** How many of some holds whose time is over are shown otherwise. */
    private static long stillLive(ReadGateway reads, List<String> ids) {
        long live = 0;
        for (int i = 0; i < SAMPLED; i++) {
            Reservation hold =
                    reads.reservation(ids.get(i * (ids.size() / SAMPLED))).orElseThrow();
            if (hold.stateAt(reads.nowMicros()) != HoldState.EXPIRED) {
                live++;
            }
        }
        return live;
    }

    private static long awaitReleased(TestStore store) {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STORM_MAX_MS);
        try (Connection connection = store.database().connect()) {
            while (dueLeft(connection)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("holds are still due after " + STORM_MAX_MS + " ms");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(POLL_MS));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return System.nanoTime();
    }

    /** Whether PostgreSQL has a hold whose time is over and that is HELD all the same. */
    static boolean dueLeft(TestDatabase database) {
        try (Connection connection = database.connect()) {
            return dueLeft(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean dueLeft(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT EXISTS (SELECT 1 FROM reservation WHERE state = 'HELD' AND expires_at <= clock_timestamp())")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * Fails unless every one of these holds is EXPIRED, in PostgreSQL and in the grid, their SKUs have nothing reserved, the
     * grid says what PostgreSQL says, and the invariants hold.
     */
    static void check(TestStore store, List<String> ids) {
        if (dueLeft(store.database())) {
            throw new IllegalStateException("a hold is HELD after its time");
        }
        ReadGateway reads = store.runtime(0).reads();
        List<String> wrong = new ArrayList<>();
        for (String id : ids) {
            Reservation hold = reads.reservation(id).orElseThrow();
            if (hold.state() != HoldState.EXPIRED) {
                wrong.add(hold.toString());
            }
            for (ReservationLine line : hold.lines()) {
                InventoryItem item = reads.inventory(line.sku()).orElseThrow();
                if (item.reserved() != 0) {
                    wrong.add(item.toString());
                }
            }
        }
        Reconciler.Report compared = store.runtime(0).reconciler().reconcile();
        if (compared.repaired() + compared.ahead() > 0) {
            wrong.add("grid and PostgreSQL differ: " + compared);
        }
        try (Connection connection = store.nodeDatabase(0).maintenance()) {
            Invariants.violations(connection).forEach(violation -> wrong.add(violation.toString()));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("The books are wrong after the expiries [first of " + wrong.size() + ": "
                    + wrong.subList(0, Math.min(5, wrong.size())) + "]");
        }
    }

    private void row(String name, SteadyLoad.Stretch stretch) {
        report.row(
                name,
                stretch.wallNanos() / 1e9,
                stretch.perSecond(),
                stretch.latencyMs(0.5),
                stretch.latencyMs(0.99),
                stretch.latencyMs(0.999),
                stretch.latencyMs(1));
    }
}
