package io.storegrid.grid;

import static io.storegrid.grid.TestStore.await;
import static io.storegrid.grid.TestStore.key;
import static io.storegrid.grid.TestStore.release;
import static io.storegrid.grid.TestStore.reserve;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.GridCacheContext;
import org.apache.ignite.internal.processors.cache.GridCacheEntryEx;
import org.apache.ignite.internal.processors.cache.IgniteInternalCache;
import org.apache.ignite.internal.processors.cache.version.GridCacheVersion;
import org.apache.ignite.internal.processors.dr.GridDrType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a lane owes its callers beside the rules: isolation, bounds, expiry in time, and the fence. */
@Timeout(120)
class LaneIT {

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void settlesTenThousandDueHoldsWithinASecond(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            for (int i = 0; i < 20; i++) {
                store.stock("SKU-" + i, 100_000);
            }
            // Warm by count of operations: cold code is several times dearer, and not what is asked about here.
            holdAndExpire(store, 5_000);
            // Others use this machine too, and a stall of theirs says nothing about us: one of five has to be in time.
            // On a
            // slow machine in time is half as long again as as many releases take, which come to the lane all at once.
            List<Long> lateMs = new ArrayList<>();
            List<Long> allowedMs = new ArrayList<>();
            do {
                holdAndExpire(store, 10_000);
                lateMs.add(store.number(
                        "SELECT 1000 * extract(epoch FROM max(g.at) - max(r.expires_at)) FROM stock_ledger g"
                                + " JOIN reservation r ON r.id = g.ref WHERE g.reason = 'EXPIRED'"));
                allowedMs.add(last(lateMs) <= 1_000 ? 1_000 : Math.max(1_000, holdAndRelease(store, 10_000) * 3 / 2));
            } while (lateMs.size() < 5 && last(lateMs) > last(allowedMs));
            System.out.println("[lane] the last of 10 000 holds was settled so many ms after its time: " + lateMs
                    + ", allowed were " + allowedMs);
            assertTrue(
                    last(lateMs) <= last(allowedMs),
                    "the last hold was settled so many ms after its time: " + lateMs + ", allowed were " + allowedMs);
            assertEquals(0, store.number("SELECT sum(reserved) FROM inventory"));
        }
    }

    @Test
    void leavesDueHoldsToTheMajority() {
        try (TestStore store = TestStore.start(1)) {
            store.stock("COCADA", 5);
            assertEquals(
                    Outcome.CREATED,
                    await(store.send(reserve(key(), 1_000, new ReservationLine("COCADA", 1))))
                            .outcome());
            store.quorum(false);
            TestGrid.await(
                    Duration.ofSeconds(30),
                    "the hold to be long over",
                    () -> store.number("SELECT count(*) FROM reservation"
                                    + " WHERE expires_at < clock_timestamp() - interval '1500 ms'")
                            == 1);
            assertEquals(1, store.number("SELECT count(*) FROM reservation WHERE state = 'HELD'"));
            store.quorum(true);
            TestGrid.await(
                    Duration.ofSeconds(30),
                    "the hold to be settled",
                    () -> store.number("SELECT count(*) FROM reservation WHERE state = 'EXPIRED'") == 1);
        }
    }

    private static long last(List<Long> values) {
        return values.get(values.size() - 1);
    }

    private static List<String> hold(TestStore store, int count) {
        List<String> ids = new ArrayList<>();
        List<CompletableFuture<Answer>> holds = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            holds.add(store.send(reserve(key(), 1_800_000, new ReservationLine("SKU-" + i % 20, 1))));
            if (i % 1_000 == 999) {
                for (CompletableFuture<Answer> hold : holds) {
                    Answer held = await(hold);
                    assertEquals(Outcome.CREATED, held.outcome());
                    ids.add(Objects.requireNonNull(held.reservation()).id());
                }
                holds.clear();
            }
        }
        return ids;
    }

    /** Makes holds and has all of them released at once; how many milliseconds that took. */
    private static long holdAndRelease(TestStore store, int count) {
        List<String> ids = hold(store, count);
        long begin = System.nanoTime();
        ids.stream()
                .map(id -> store.send(release(id)))
                .toList()
                .forEach(released ->
                        assertEquals(Outcome.CHANGED, await(released).outcome()));
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    /** Makes holds that are all due at one moment, and returns when none is held. */
    private static void holdAndExpire(TestStore store, int count) {
        var unused = hold(store, count);
        store.database()
                .execute(
                        "UPDATE reservation SET expires_at = clock_timestamp() + interval '1500 ms' WHERE state = 'HELD'");
        // Seldom and on one connection: whoever asks more often takes the processor from what is measured.
        try (Connection connection = store.database().connect();
                PreparedStatement left =
                        connection.prepareStatement("SELECT count(*) FROM reservation WHERE state = 'HELD'")) {
            TestGrid.await(Duration.ofSeconds(30), "all holds to be settled", () -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                try (ResultSet row = left.executeQuery()) {
                    return row.next() && row.getLong(1) == 0;
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void isolatesAPoisonedCommand() {
        try (TestStore store = TestStore.start(1)) {
            store.stock("COCADA", 1_000);
            List<CompletableFuture<Answer>> mates = new ArrayList<>();
            List<CompletableFuture<Answer>> poisoned = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                mates.add(store.send(reserve("COCADA", 1)));
                if (i % 50 == 25) {
                    // PostgreSQL's text has no NUL: nothing before the statement itself can see that.
                    poisoned.add(store.send(new AdjustStock(key(), "COCADA", 1, "entrega", "veneno\0" + i)));
                }
            }
            mates.forEach(mate -> assertEquals(Outcome.CREATED, await(mate).outcome()));
            for (CompletableFuture<Answer> bad : poisoned) {
                CompletionException why = assertThrows(CompletionException.class, bad::join);
                assertEquals(
                        FaultCode.INTERNAL,
                        assertInstanceOf(Fault.class, why.getCause()).code());
            }
            assertEquals(200, store.number("SELECT reserved FROM inventory"));
        }
    }

    @Test
    void refusesAtOnceWhatItCannotHold() throws Exception {
        LaneSettings small = new LaneSettings(1, 16, 4, Duration.ofMillis(1_500), 1_000);
        try (TestStore store = TestStore.start(1, small)) {
            store.stock("RAPADURA", 1_000);
            try (Connection blocker = store.database().connect();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("SELECT * FROM inventory FOR UPDATE");
                List<CompletableFuture<Answer>> waiting = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    waiting.add(store.send(reserve("RAPADURA", 1)));
                }
                CompletableFuture<Answer> tooMany = store.send(reserve("RAPADURA", 1));
                ExecutionException why =
                        assertThrows(ExecutionException.class, () -> tooMany.get(500, TimeUnit.MILLISECONDS));
                assertEquals(
                        FaultCode.OVERLOADED,
                        assertInstanceOf(Fault.class, why.getCause()).code());
                blocker.rollback();
                for (CompletableFuture<Answer> one : waiting) {
                    assertEquals(Outcome.CREATED, await(one).outcome());
                }
            }
        }
    }

    @Test
    void keepsOthersGoingWhileSomeoneHoldsOneRow() throws Exception {
        try (TestStore store = TestStore.start(1)) {
            store.stock("PRESO", 1_000);
            store.stock("LIVRE", 1_000);
            try (Connection blocker = store.database().connect();
                    Statement statement = blocker.createStatement()) {
                blocker.setAutoCommit(false);
                statement.execute("SELECT * FROM inventory WHERE sku = 'PRESO' FOR UPDATE");
                List<CompletableFuture<Answer>> free = new ArrayList<>();
                List<CompletableFuture<Answer>> stuck = new ArrayList<>();
                for (int i = 0; i < 60; i++) {
                    (i % 20 == 7 ? stuck : free).add(store.send(reserve(i % 20 == 7 ? "PRESO" : "LIVRE", 1)));
                }
                for (CompletableFuture<Answer> one : free) {
                    assertEquals(Outcome.CREATED, await(one).outcome());
                }
                for (CompletableFuture<Answer> one : stuck) {
                    CompletionException why = assertThrows(CompletionException.class, one::join);
                    assertEquals(
                            FaultCode.OVERLOADED,
                            assertInstanceOf(Fault.class, why.getCause()).code());
                }
                assertTrue(store.runtime(0).health().up(), "a locked row was taken for an outage");
                blocker.rollback();
            }
            assertEquals(Outcome.CREATED, store.execute(reserve("PRESO", 1)).outcome());
        }
    }

    @Test
    void tellsATwinOfARunningRequestToWait() throws Exception {
        try (TestStore store = TestStore.start(1);
                Connection other = store.database().connect();
                Statement statement = other.createStatement()) {
            store.stock("SONHO", 10);
            other.setAutoCommit(false);
            statement.execute("INSERT INTO idempotency VALUES ('api', 'running', '\\x01', 'CREATED', '{}', now())");
            CompletableFuture<Answer> twin =
                    store.send(reserve(key("running"), 60_000, new ReservationLine("SONHO", 1)));
            CompletionException why = assertThrows(CompletionException.class, twin::join);
            assertEquals(
                    FaultCode.IN_PROGRESS,
                    assertInstanceOf(Fault.class, why.getCause()).code());
            other.rollback();
            assertEquals(
                    Outcome.CREATED,
                    store.execute(reserve(key("running"), 60_000, new ReservationLine("SONHO", 1)))
                            .outcome());
        }
    }

    @Test
    void decidesAgainWhenAnotherWriterWasThere() {
        try (TestStore store = TestStore.start(1)) {
            store.stock("MARIA-MOLE", 10);
            store.execute(reserve("MARIA-MOLE", 1));
            // What a zombie or another owner would do: the lane's picture still says 9 available.
            store.database()
                    .execute("WITH up AS (UPDATE inventory SET on_hand = on_hand - 7, version = version + 1"
                            + " RETURNING sku, version) INSERT INTO stock_ledger"
                            + " SELECT sku, version, -7, 0, 'ADJUSTED', 'outro', now(), ledger_hash((SELECT g.hash FROM"
                            + " stock_ledger g WHERE g.sku = up.sku AND g.version = up.version - 1), sku, version, -7, 0,"
                            + " 'ADJUSTED', now(), 'outro') FROM up");
            Answer refused = store.execute(reserve("MARIA-MOLE", 5));
            assertEquals(Outcome.INSUFFICIENT_STOCK, refused.outcome());
            assertEquals(2, refused.shortages().get(0).available());
            assertEquals(1, store.count("storegrid.lane.fence.rejects"));

            store.database()
                    .execute("WITH up AS (UPDATE inventory SET on_hand = on_hand + 100, version = version + 1"
                            + " RETURNING sku, version) INSERT INTO stock_ledger"
                            + " SELECT sku, version, 100, 0, 'ADJUSTED', 'outro', now(), ledger_hash((SELECT g.hash FROM"
                            + " stock_ledger g WHERE g.sku = up.sku AND g.version = up.version - 1), sku, version, 100, 0,"
                            + " 'ADJUSTED', now(), 'outro') FROM up");
            Answer adjusted = store.execute(new AdjustStock(key(), "MARIA-MOLE", 1, "entrega", "adj-9"));
            assertEquals(
                    new InventoryItem("MARIA-MOLE", 104, 1, 5),
                    adjusted.inventory(),
                    "what the row became, not what memory had");
            Answer replayed = store.execute(new AdjustStock(key("again"), "MARIA-MOLE", 1, "entrega", "adj-10"));
            assertEquals(
                    replayed.inventory(),
                    store.execute(new AdjustStock(key("again"), "MARIA-MOLE", 1, "entrega", "adj-10"))
                            .inventory());
        }
    }

    @Test
    void healsAStaleCopyOnEveryNode() {
        try (TestStore store = TestStore.start(3)) {
            store.stock("CANJICA", 10);
            store.execute(reserve("CANJICA", 3));
            IgniteCache<String, InventoryItem> cache = store.grid().node(0).cache(StoreCaches.INVENTORY);
            cache.withSkipStore().put("CANJICA", new InventoryItem("CANJICA", 10, 0, 1));
            assertFalse(store.runtime(0).reconciler().differences().isEmpty());
            var report = store.runtime(1).reconciler().reconcile();
            // One repair sets primary and backup; whether the other node still finds its copy old is a matter of time.
            assertTrue(report.repaired() >= 1 && report.ahead() == 0, report::toString);
            assertEquals(List.of(), store.runtime(2).reconciler().differences());

            cache.withSkipStore().put("CANJICA", new InventoryItem("CANJICA", 10, 0, 99));
            assertTrue(store.runtime(0).reconciler().reconcile().ahead() >= 1);
        }
    }

    @Test
    void healsABackupThatMissedAChange() throws Exception {
        try (TestStore store = TestStore.start(2)) {
            store.stock("CANJICA", 10);
            Ignite backup = store.grid()
                    .nodes()
                    .get(
                            store.grid()
                                            .node(0)
                                            .affinity(StoreCaches.INVENTORY)
                                            .isBackup(
                                                    store.grid()
                                                            .node(0)
                                                            .cluster()
                                                            .localNode(),
                                                    "CANJICA")
                                    ? 0
                                    : 1);
            store.execute(reserve("CANJICA", 3));
            plant(backup, new InventoryItem("CANJICA", 10, 0, 1));
            List<String> differences = store.runtime(0).reconciler().differences();
            assertEquals(1, differences.size(), differences::toString);
            assertTrue(differences.get(0).startsWith(backup.name()), differences::toString);
            assertEquals(1, store.runtime(1).reconciler().reconcile().repaired());
            assertEquals(List.of(), store.runtime(0).reconciler().differences());
        }
    }

    /** Sets one node's copy and no other: there is no such thing in Ignite's API. */
    private static void plant(Ignite node, InventoryItem stale) throws Exception {
        IgniteInternalCache<Object, Object> cache = ((IgniteEx) node).cachex(StoreCaches.INVENTORY);
        GridCacheContext<Object, Object> context = cache.context();
        cache.clearLocally(stale.sku());
        context.shared().database().checkpointReadLock();
        try {
            GridCacheEntryEx entry = context.cache().entryEx(stale.sku());
            assertTrue(entry.initialValue(
                    context.toCacheObject(stale),
                    new GridCacheVersion(1, 1, 1, 0),
                    0,
                    0,
                    false,
                    context.affinity().affinityTopologyVersion(),
                    GridDrType.DR_NONE,
                    false,
                    false));
        } finally {
            context.shared().database().checkpointReadUnlock();
        }
    }

    @Test
    void healsWhatALostNodeLeftBehind() {
        try (TestStore store = TestStore.start(3)) {
            for (int i = 0; i < 30; i++) {
                store.stock("SKU-" + i, 10);
                store.execute(reserve("SKU-" + i, 3));
                // As if the owner had committed and died before it could tell the caches.
                store.grid()
                        .node(0)
                        .<String, InventoryItem>cache(StoreCaches.INVENTORY)
                        .withSkipStore()
                        .put("SKU-" + i, new InventoryItem("SKU-" + i, 10, 0, 1));
            }
            store.stop(2);
            TestGrid.await(
                    Duration.ofSeconds(15),
                    "the copies to be compared",
                    () -> store.runtime(0).reconciler().differences().isEmpty());
        }
    }

    @Test
    void writesAPlainPutThroughTheFence() {
        try (TestStore store = TestStore.start(3)) {
            store.stock("PAMONHA", 10);
            store.execute(reserve("PAMONHA", 3));
            IgniteCache<String, InventoryItem> cache = store.grid().node(1).cache(StoreCaches.INVENTORY);
            cache.put("PAMONHA", new InventoryItem("PAMONHA", 25, 3, 3));
            assertEquals(25, store.number("SELECT on_hand FROM inventory"));
            assertThrows(CacheException.class, () -> cache.put("PAMONHA", new InventoryItem("PAMONHA", 99, 3, 3)));
            assertThrows(CacheException.class, () -> cache.put("PAMONHA", new InventoryItem("PAMONHA", 99, 0, 4)));
            cache.put("NOVO", InventoryItem.initial("NOVO", 5));
            assertEquals(25, store.number("SELECT on_hand FROM inventory WHERE sku = 'PAMONHA'"));
            assertEquals(Outcome.CREATED, store.execute(reserve("PAMONHA", 22)).outcome());
            assertThrows(
                    CacheException.class,
                    () -> store.grid()
                            .node(0)
                            .cache(StoreCaches.RESERVATIONS)
                            .put("rsv_0000" + "0".repeat(32), Objects.requireNonNull(heldOne(store))));
        }
    }

    private static Reservation heldOne(TestStore store) {
        Answer answer =
                store.execute(reserve(new CommandKey("held", new byte[0]), 60_000, new ReservationLine("NOVO", 1)));
        assertEquals(
                HoldState.HELD, Objects.requireNonNull(answer.reservation()).state());
        return answer.reservation();
    }
}
