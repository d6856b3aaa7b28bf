package io.storegrid.bench;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.command.SetStock;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.grid.TestGrid;
import io.storegrid.grid.TestStore;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the bench measures by and checks with: each instrument is shown something that it has to notice. */
@Timeout(120)
class BenchPartsIT {

    private static final long BURN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int PROBES_MAX = 9;
    private static final String SKU = "BENCH-1";

    @Test
    void countsTransactionsAndNotItsOwn() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Database pools = Database.open(database.settings(), 2, 2)) {
            // What a pool says to a new connection is no transaction of the bench.
            pools.writer().close();
            pools.laneReader().close();
            pools.reader().close();
            Transactions transactions = new Transactions(pools);
            long before = transactions.count();
            try (Connection writer = pools.writer();
                    Connection reader = pools.laneReader()) {
                for (int i = 0; i < 20; i++) {
                    run(writer, "UPDATE inventory SET version = version + 1");
                    run(writer, "SELECT 1");
                    writer.commit();
                    run(writer, "SELECT 1");
                    writer.rollback();
                    run(reader, "SELECT 1");
                }
            }
            long counted = transactions.count() - before;
            for (int i = 0; i < 5; i++) {
                transactions.count();
            }
            long again = transactions.count() - before;
            // A pool asks a connection that was idle for half a second whether it lives.
            assertTrue(counted >= 60 && counted <= 60 + PROBES_MAX, () -> counted + " of 60 were counted");
            assertTrue(again >= counted && again <= counted + PROBES_MAX, () -> again + " after nothing was done");
        }
    }

    @Test
    void noticesARowThatIsNotAsAcknowledged() {
        try (LaneContender lane = new LaneContender()) {
            lane.stock(List.of(SKU), 40);
            Tally tally = new Tally(lane);
            ClosedLoop.Run run = tally.run(SKU, 8, 50);
            assertEquals(40, run.held());
            assertEquals(10, run.refused());
            tally.check();
            lane.store().database().execute("DELETE FROM idempotency WHERE ctid = (SELECT min(ctid) FROM idempotency)");
            assertThrows(IllegalStateException.class, tally::check);
        }
    }

    @Test
    void seesAHoldThatIsHeldPastItsTime() {
        try (TestDatabase database = TestDatabase.create()) {
            database.execute("""
                    INSERT INTO reservation (id, state, created_at, expires_at, version)
                    VALUES ('a', 'HELD', now(), now() + interval '1 hour', 1), ('b', 'EXPIRED', now(), now(), 2)""");
            assertFalse(ExpiryBench.dueLeft(database));
            database.execute("UPDATE reservation SET expires_at = created_at WHERE id = 'a'");
            assertTrue(ExpiryBench.dueLeft(database));
        }
    }

    @Test
    void noticesAnExpiryThatTheGridDoesNotShow() {
        TestStore store = TestStore.start(1);
        try {
            store.execute(new SetStock(null, SKU, 10, 0, "test"));
            Answer answer = store.execute(TestStore.reserve(TestStore.key(), 1, new ReservationLine(SKU, 1)));
            Reservation hold = Objects.requireNonNull(answer.reservation());
            TestGrid.await(Duration.ofSeconds(20), "the hold to be swept", () -> settled(store, hold.id()));
            assertDoesNotThrow(() -> ExpiryBench.check(store, List.of(hold.id())));
            store.grid()
                    .node(0)
                    .<String, Reservation>cache(StoreCaches.RESERVATIONS)
                    .withSkipStore()
                    .put(hold.id(), hold);
            assertThrows(IllegalStateException.class, () -> ExpiryBench.check(store, List.of(hold.id())));
        } finally {
            store.stop();
        }
    }

    private static boolean settled(TestStore store, String id) {
        return store.runtime(0).reads().reservation(id).orElseThrow().state() == HoldState.EXPIRED
                && store.runtime(0).reads().inventory(SKU).orElseThrow().reserved() == 0;
    }

    @Test
    void keepsSlowAnswersInTheStretchTheyWereAskedIn() {
        long start = System.nanoTime();
        CompletableFuture<Boolean> slow = new CompletableFuture<>();
        CompletableFuture<Boolean> last = new CompletableFuture<>();
        List<CompletableFuture<Boolean>> answers = List.of(slow, last);
        Iterator<CompletableFuture<Boolean>> next = answers.iterator();
        SteadyLoad load = SteadyLoad.start(next::next, 1);
        long asked = System.nanoTime();
        while (System.nanoTime() - asked < BURN_NANOS) {
            Thread.onSpinWait();
        }
        long answeredAt = System.nanoTime();
        slow.complete(true);
        long afterwards = System.nanoTime();
        load.stop();
        last.complete(false);
        load.close();
        SteadyLoad.Stretch first = load.between(start, asked);
        assertEquals(1, first.sortedNanos().length);
        assertTrue(first.latencyMs(0.99) * 1e6 >= BURN_NANOS, () -> first.latencyMs(0.99) + " ms");
        assertEquals(0, load.between(asked, answeredAt).sortedNanos().length);
        assertEquals(1, load.between(answeredAt, afterwards).sortedNanos().length);
        assertEquals(1, load.held());
        assertEquals(1, load.refused());
    }

    @Test
    void failsWhenAnOperationOfASteadyLoadFails() {
        CompletableFuture<Boolean> lost = CompletableFuture.failedFuture(new IllegalStateException("lost"));
        SteadyLoad load = SteadyLoad.start(() -> lost, 4);
        assertThrows(IllegalStateException.class, load::close);
    }

    @Test
    void chargesWhatAProcessBurnsToItAndNamesTheThread() throws Exception {
        long self = ProcessHandle.current().pid();
        Map<String, Long> before = IdleBench.threads(self);
        CpuSpan cpu = CpuSpan.here();
        cpu.begin();
        CountDownLatch burnt = new CountDownLatch(1);
        CountDownLatch seen = new CountDownLatch(1);
        Thread burner = new Thread(
                () -> {
                    burn();
                    burnt.countDown();
                    await(seen);
                },
                "bench-burner");
        burner.start();
        await(burnt);
        Map<String, Long> after = IdleBench.threads(self);
        seen.countDown();
        burner.join();
        cpu.end();
        assertTrue(cpu.oursMicros() * 1e3 >= BURN_NANOS * 0.9, () -> cpu.oursMicros() + " µs");
        String dearest = IdleBench.dearest(before, after, 1e6);
        assertTrue(dearest.contains("bench-burner"), dearest);
        assertTrue(IdleBench.memoryKb(self, "VmHWM") >= IdleBench.memoryKb(self, "VmRSS") / 2);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static void burn() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        while (threads.getCurrentThreadCpuTime() < BURN_NANOS) {
            Thread.onSpinWait();
        }
    }

    @Test
    void seesWhatEntriesTakeOutsideOfTheHeap() {
        try (TestStore store = TestStore.start(1)) {
            double before = MemoryBench.offHeapInUse(store);
            List<CompletableFuture<Answer>> made = new ArrayList<>();
            String note = "n".repeat(1_000);
            for (int i = 0; i < 2_000; i++) {
                made.add(store.send(new SetStock(null, "BENCH-" + i + '-' + note.substring(0, 40), 1, 0, note)));
            }
            made.forEach(TestStore::await);
            double each = (MemoryBench.offHeapInUse(store) - before) / made.size();
            assertTrue(each > 60 && each < 2_000, () -> each + " bytes for a stock row");
        }
    }

    @Test
    void noticesARowThatANodeDidNotWrite(@TempDir Path directory) throws IOException {
        try (NodesBench.Nodes nodes = new NodesBench.Nodes(directory, 1)) {
            nodes.load(500, 64);
            nodes.check();
            nodes.database()
                    .execute(
                            "UPDATE inventory SET reserved = reserved + 1 WHERE sku = (SELECT min(sku) FROM inventory)");
            assertThrows(IllegalStateException.class, nodes::check);
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
