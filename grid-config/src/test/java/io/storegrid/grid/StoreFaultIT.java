package io.storegrid.grid;

import static io.storegrid.grid.TestStore.confirm;
import static io.storegrid.grid.TestStore.key;
import static io.storegrid.grid.TestStore.reserve;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Reconciler;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.domain.Answer;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What callers see while PostgreSQL is away, and that nothing is lost by it; every test ends with every invariant checked. */
@Timeout(180)
class StoreFaultIT {

    private static final Duration PROMISE = Duration.ofSeconds(2);

    private static final Duration LONG_REFUSAL = Duration.ofMillis(5_400);

    private enum Trouble {
        /** The server dies with all that it did not write: what was acknowledged must have been written. */
        KILLED,
        /** The server is there and says nothing: the only way out is our own clock. */
        HANGS
    }

    private static void begin(Trouble trouble, EmbeddedDatabase server) {
        if (trouble == Trouble.KILLED) {
            server.kill();
        } else {
            server.pause();
        }
    }

    private static void end(Trouble trouble, EmbeddedDatabase server) {
        if (trouble == Trouble.KILLED) {
            server.start();
        } else {
            server.resume();
        }
    }

    private static FaultCode fault(CompletableFuture<Answer> answer, Duration within) throws Exception {
        try {
            Answer given = answer.get(within.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("answered while the store was away: " + given);
        } catch (ExecutionException e) {
            return ((Fault) Objects.requireNonNull(e.getCause())).code();
        } catch (TimeoutException e) {
            throw new AssertionError("no word within " + within, e);
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void readsGoOnAndWritesAreRefusedInTime(Trouble trouble) throws Exception {
        EmbeddedDatabase server = TestDatabase.server();
        try (TestStore store = TestStore.start(1)) {
            store.stock("BRIGADEIRO", 100);
            store.execute(reserve("BRIGADEIRO", 1));
            begin(trouble, server);
            try {
                for (int i = 0; i < 5; i++) {
                    FaultCode code = fault(store.send(reserve("BRIGADEIRO", 1)), PROMISE);
                    assertTrue(
                            code == FaultCode.STORE_UNAVAILABLE || code == FaultCode.OUTCOME_UNKNOWN,
                            () -> "told " + code);
                    assertEquals(
                            new InventoryItem("BRIGADEIRO", 100, 1, 2),
                            store.runtime(0).reads().inventory("BRIGADEIRO").orElseThrow());
                }
                // Once it is known, the answer needs no waiting at all.
                assertEquals(
                        FaultCode.STORE_UNAVAILABLE,
                        fault(store.send(reserve("BRIGADEIRO", 1)), Duration.ofMillis(200)));
            } finally {
                end(trouble, server);
            }
            TestGrid.await(Duration.ofSeconds(20), "writes to be taken again", () -> {
                try {
                    return store.send(reserve("BRIGADEIRO", 1))
                                    .get(10, TimeUnit.SECONDS)
                                    .outcome()
                            == Outcome.CREATED;
                } catch (Exception e) {
                    return false;
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void losesNothingUnderLoad(Trouble trouble) throws Exception {
        EmbeddedDatabase server = TestDatabase.server();
        try (TestStore store = TestStore.start(1)) {
            for (int i = 0; i < 8; i++) {
                store.stock("SKU-" + i, 1_000_000);
            }
            ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
            AtomicLong refused = new AtomicLong();
            AtomicBoolean stop = new AtomicBoolean();
            AtomicLong slowestNanos = new AtomicLong();
            List<Thread> clients = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                int client = c;
                Thread thread = new Thread(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        CommandKey key = key("c" + client + "-" + i);
                        ReservationLine one = new ReservationLine("SKU-" + client, 1);
                        ReservationLine other = new ReservationLine("SKU-" + (client + i) % 8, 1);
                        while (!acknowledged.containsKey(key.key())) {
                            long begun = System.nanoTime();
                            try {
                                Answer answer = store.send(reserve(key, 300_000, one, other))
                                        .get(30, TimeUnit.SECONDS);
                                acknowledged.put(
                                        key.key(),
                                        Objects.requireNonNull(answer.reservation())
                                                .id());
                            } catch (Exception e) {
                                // What a client does: the same key again, after a moment.
                                refused.incrementAndGet();
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                            }
                            slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
                        }
                    }
                });
                thread.start();
                clients.add(thread);
            }
            TestGrid.await(Duration.ofSeconds(30), "some load", () -> acknowledged.size() > 500);
            begin(trouble, server);
            TestGrid.await(Duration.ofSeconds(30), "refusals", () -> refused.get() > 50);
            end(trouble, server);
            int before = acknowledged.size();
            TestGrid.await(Duration.ofSeconds(30), "load again", () -> acknowledged.size() > before + 500);
            stop.set(true);
            for (Thread client : clients) {
                client.join(30_000);
            }
            assertTrue(
                    slowestNanos.get() < PROMISE.toNanos() + TimeUnit.MILLISECONDS.toNanos(500),
                    "slowest word after " + TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()) + " ms");
            for (var entry : acknowledged.entrySet()) {
                assertTrue(
                        store.runtime(0).reads().reservation(entry.getValue()).isPresent(),
                        () -> "acknowledged and gone: " + entry);
            }
            assertEquals(acknowledged.size(), store.number("SELECT count(*) FROM reservation"), "one effect per key");
        }
    }

    @Test
    void findsOutWhatACommitDidWhoseAnswerWasLost() throws Exception {
        StoreProxy[] cutter = new StoreProxy[1];
        try (TestStore store = TestStore.startBehind(straight -> behind(cutter, straight))) {
            store.stock("PUDIM", 1_000);
            String cart = Objects.requireNonNull(
                            store.execute(TestStore.createCart()).cart())
                    .id();
            for (int round = 0; round < 5; round++) {
                cutter[0].cut(1);
                List<CompletableFuture<Answer>> callers = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    callers.add(store.send(reserve("PUDIM", 1)));
                }
                for (CompletableFuture<Answer> caller : callers) {
                    assertEquals(Outcome.CREATED, TestStore.await(caller).outcome());
                }
                assertEquals(round + 1, cutter[0].cuts(), "no answer was cut");
            }
            assertEquals(100, store.number("SELECT reserved FROM inventory"), "one unit for each key");
            assertEquals(5, store.count("storegrid.lane.commit.unknown"));

            // Without a key, and with an effect that adds up, nobody can tell and nobody may guess.
            cutter[0].cut(1);
            CompletableFuture<Answer> unkeyed =
                    store.send(new ChangeCartLine(null, cart, "PUDIM", 1, ChangeCartLine.Mode.ADD, 0));
            assertEquals(FaultCode.OUTCOME_UNKNOWN, fault(unkeyed, Duration.ofSeconds(5)));
            assertEquals(1, store.number("SELECT sum(quantity) FROM cart_line"), "it was done");
            assertEquals(
                    3,
                    Objects.requireNonNull(store.execute(
                                            new ChangeCartLine(null, cart, "PUDIM", 2, ChangeCartLine.Mode.ADD, 0))
                                    .cart())
                            .quantityOf("PUDIM"),
                    "the next command is decided on the row, not on the lost picture");
        } finally {
            cutter[0].close();
        }
    }

    @Test
    void neverSaysThatNothingWasDoneOnceACommitWasSent() throws Exception {
        StoreProxy[] cutter = new StoreProxy[1];
        try (TestStore store = TestStore.startBehind(straight -> behind(cutter, straight))) {
            store.stock("PUDIM", 1_000);
            cutter[0].refuseAfterCut(true);
            cutter[0].cut(1);
            CommandKey key = key("lost");
            CompletableFuture<Answer> lost = store.send(reserve(key, 300_000, new ReservationLine("PUDIM", 3)));
            assertEquals(FaultCode.OUTCOME_UNKNOWN, fault(lost, Duration.ofSeconds(10)));
            assertEquals(3, store.number("SELECT reserved FROM inventory"), "it was done");
            assertEquals(FaultCode.STORE_UNAVAILABLE, fault(store.send(reserve("PUDIM", 1)), PROMISE));
            cutter[0].refuseAfterCut(false);
            TestGrid.await(Duration.ofSeconds(20), "the key to tell", () -> {
                try {
                    Answer told = store.send(reserve(key, 300_000, new ReservationLine("PUDIM", 3)))
                            .get(10, TimeUnit.SECONDS);
                    return told.replayed() && told.outcome() == Outcome.CREATED;
                } catch (Exception e) {
                    return false;
                }
            });
            assertEquals(3, store.number("SELECT reserved FROM inventory"));
        } finally {
            cutter[0].close();
        }
    }

    /** A pool that was refused for so long would try again after five seconds, which nobody has to sit out. */
    @Test
    void takesWritesAgainSoonHoweverLongItWasRefused() throws Exception {
        StoreProxy[] door = new StoreProxy[1];
        try (TestStore store = TestStore.startBehind(straight -> behind(door, straight))) {
            store.stock("COCADA", 1_000);
            long refusedFrom = System.nanoTime();
            door[0].refuse(true);
            while (System.nanoTime() - refusedFrom < LONG_REFUSAL.toNanos()) {
                FaultCode code = fault(store.send(reserve("COCADA", 1)), PROMISE);
                assertTrue(
                        code == FaultCode.STORE_UNAVAILABLE || code == FaultCode.OUTCOME_UNKNOWN, () -> "told " + code);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            door[0].refuse(false);
            TestGrid.await(PROMISE, "writes to be taken again", () -> {
                try {
                    return store.send(reserve("COCADA", 1))
                                    .get(10, TimeUnit.SECONDS)
                                    .outcome()
                            == Outcome.CREATED;
                } catch (Exception e) {
                    return false;
                }
            });
        } finally {
            door[0].close();
        }
    }

    /** HikariCP asks a pool's first connection for its isolation, once: with no answer it had none to give to any other. */
    @Test
    void readsAlthoughTheFirstConnectionBrokeWhileItWasSetUp() throws Exception {
        try (TestDatabase fresh = TestDatabase.create();
                StoreProxy door = new StoreProxy(fresh.settings());
                Database database = Database.open(door.settings(fresh.settings()), 1, 1)) {
            door.breakAt("TRANSACTION ISOLATION LEVEL");
            TestGrid.await(Duration.ofSeconds(20), "a connection to be had", () -> {
                try (Connection connection = database.reader()) {
                    return connection.isValid(1);
                } catch (SQLException e) {
                    return false;
                }
            });
            assertFalse(door.toBreak());
        }
    }

    private static DatabaseSettings behind(StoreProxy[] cutter, DatabaseSettings straight) {
        try {
            cutter[0] = new StoreProxy(straight);
            return cutter[0].settings(straight);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What another node's pool or driver threw has to be read where the comparison was asked for. */
    @Test
    void saysThatItCannotCompareWhileTheServerIsAway() {
        EmbeddedDatabase server = TestDatabase.server();
        try (TestStore store = TestStore.start(3)) {
            store.stock("BRIGADEIRO", 10);
            server.kill();
            try {
                for (int i = 0; i < 3; i++) {
                    Reconciler reconciler = store.runtime(i).reconciler();
                    Fault told = assertThrows(Fault.class, reconciler::reconcile);
                    assertEquals(FaultCode.STORE_UNAVAILABLE, told.code());
                }
            } finally {
                server.start();
            }
        }
    }

    @Test
    void confirmsWhatWasHeldBeforeTheServerDied() {
        EmbeddedDatabase server = TestDatabase.server();
        try (TestStore store = TestStore.start(3)) {
            store.stock("TRUFA", 10);
            Answer held = store.execute(reserve("TRUFA", 4));
            server.kill();
            server.start();
            String id = Objects.requireNonNull(held.reservation()).id();
            TestGrid.await(Duration.ofSeconds(20), "the store to be back", () -> {
                try {
                    return store.send(confirm(id)).get(10, TimeUnit.SECONDS).outcome() == Outcome.CHANGED;
                } catch (Exception e) {
                    return false;
                }
            });
            assertEquals(6, store.number("SELECT on_hand FROM inventory"));
        }
    }
}
