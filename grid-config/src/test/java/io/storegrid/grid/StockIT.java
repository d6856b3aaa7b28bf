package io.storegrid.grid;

import static io.storegrid.grid.TestStore.await;
import static io.storegrid.grid.TestStore.confirm;
import static io.storegrid.grid.TestStore.key;
import static io.storegrid.grid.TestStore.release;
import static io.storegrid.grid.TestStore.reserve;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.SetStock;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock and holds on a real grid and a real PostgreSQL; each test ends with every invariant checked. */
@Timeout(120)
class StockIT {

    private static Reservation hold(Answer answer) {
        assertTrue(answer.outcome().accepted(), answer::toString);
        return Objects.requireNonNull(answer.reservation());
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void followsAHoldThroughItsLife(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("BRIGADEIRO-100", 10);
            Reservation sold = hold(store.execute(reserve("BRIGADEIRO-100", 4)));
            Reservation given = hold(store.execute(reserve("BRIGADEIRO-100", 5)));
            assertEquals(
                    new InventoryItem("BRIGADEIRO-100", 10, 9, 3),
                    store.anyRuntime().reads().inventory("BRIGADEIRO-100").orElseThrow());

            Answer short1 = store.execute(reserve("BRIGADEIRO-100", 2));
            assertEquals(Outcome.INSUFFICIENT_STOCK, short1.outcome());
            assertEquals(List.of(new Shortage("BRIGADEIRO-100", 2, 1)), short1.shortages());

            Answer confirmed = store.execute(confirm(sold.id()));
            assertEquals(HoldState.CONFIRMED, hold(confirmed).state());
            assertEquals(2, hold(confirmed).version());
            assertEquals(
                    Outcome.RESERVATION_NOT_HELD,
                    store.execute(confirm(sold.id())).outcome());
            assertEquals(
                    Outcome.RESERVATION_NOT_HELD,
                    store.execute(release(sold.id())).outcome());
            assertEquals(Outcome.CHANGED, store.execute(release(given.id())).outcome());
            assertEquals(Outcome.UNCHANGED, store.execute(release(given.id())).outcome());
            assertEquals(
                    Outcome.RESERVATION_NOT_HELD,
                    store.execute(confirm(given.id())).outcome());
            assertEquals(
                    new InventoryItem("BRIGADEIRO-100", 6, 0, 5),
                    store.anyRuntime().reads().inventory("BRIGADEIRO-100").orElseThrow());
            assertEquals(
                    HoldState.CONFIRMED,
                    store.anyRuntime()
                            .reads()
                            .reservation(sold.id())
                            .orElseThrow()
                            .state());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void sellsExactlyWhatThereIs(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("OVO-DE-PASCOA", 50);
            List<CompletableFuture<Answer>> buyers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                buyers.add(store.send(reserve("OVO-DE-PASCOA", 1)));
            }
            Map<Outcome, Integer> outcomes = new HashMap<>();
            buyers.forEach(buyer -> outcomes.merge(await(buyer).outcome(), 1, Integer::sum));
            assertEquals(Map.of(Outcome.CREATED, 50, Outcome.INSUFFICIENT_STOCK, 450), outcomes);
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void sellsExactlyWhatThereIsOfManySkus(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            for (int i = 0; i < 10; i++) {
                store.stock("TRUFA-" + i, 5);
            }
            List<CompletableFuture<Answer>> buyers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                buyers.add(store.send(reserve("TRUFA-" + i % 10, 1)));
            }
            Map<Outcome, Integer> outcomes = new HashMap<>();
            buyers.forEach(buyer -> outcomes.merge(await(buyer).outcome(), 1, Integer::sum));
            assertEquals(Map.of(Outcome.CREATED, 50, Outcome.INSUFFICIENT_STOCK, 450), outcomes);
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void takesAllLinesOrNoneInWhateverOrderTheyCross(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            for (int i = 0; i < 6; i++) {
                store.stock("BOMBOM-" + i, 100);
            }
            List<CompletableFuture<Answer>> buyers = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                int a = i % 6;
                int b = (i + 1 + i / 6 % 5) % 6;
                buyers.add(store.send(reserve(
                        key(),
                        300_000,
                        new ReservationLine("BOMBOM-" + Math.max(a, b), 1),
                        new ReservationLine("BOMBOM-" + Math.min(a, b), 1))));
            }
            int sold = 0;
            for (CompletableFuture<Answer> buyer : buyers) {
                Answer answer = await(buyer);
                assertTrue(
                        answer.outcome() == Outcome.CREATED || answer.outcome() == Outcome.INSUFFICIENT_STOCK,
                        answer::toString);
                sold += answer.outcome() == Outcome.CREATED ? 1 : 0;
            }
            assertEquals(2L * sold, store.number("SELECT sum(reserved) FROM inventory"));
            assertTrue(sold > 200 && sold <= 300, "sold " + sold);
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void reportsEveryShortageAtOnce(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("A-1", 1);
            store.stock("B-2", 2);
            store.stock("C-3", 3);
            Answer refused = store.execute(reserve(
                    key(),
                    300_000,
                    new ReservationLine("C-3", 2),
                    new ReservationLine("B-2", 3),
                    new ReservationLine("A-1", 1),
                    new ReservationLine("A-1", 1)));
            assertEquals(List.of(new Shortage("A-1", 2, 1), new Shortage("B-2", 3, 2)), refused.shortages());
            Answer missing = store.execute(
                    reserve(key(), 300_000, new ReservationLine("A-1", 9), new ReservationLine("NADA", 1)));
            assertEquals(Outcome.INVENTORY_NOT_FOUND, missing.outcome());
            assertEquals("NADA", missing.ref());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void doesOneThingForOneKey(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("PE-DE-MOLEQUE", 100);
            CommandKey key = key("once");
            List<CompletableFuture<Answer>> twins = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                twins.add(store.send(reserve(key, 300_000, new ReservationLine("PE-DE-MOLEQUE", 1))));
            }
            Set<String> ids = new HashSet<>();
            int first = 0;
            for (CompletableFuture<Answer> twin : twins) {
                Answer answer = await(twin);
                ids.add(hold(answer).id());
                first += answer.replayed() ? 0 : 1;
            }
            assertEquals(1, ids.size());
            assertEquals(1, first);
            assertEquals(1, store.number("SELECT reserved FROM inventory"));

            String id = ids.iterator().next();
            store.execute(confirm(id));
            Answer replay = store.execute(reserve(key, 300_000, new ReservationLine("PE-DE-MOLEQUE", 1)));
            assertTrue(replay.replayed());
            assertEquals(HoldState.HELD, hold(replay).state(), "the answer of then, not the state of now");

            Answer reused = store.execute(
                    reserve(new CommandKey("once", new byte[] {1}), 300_000, new ReservationLine("PE-DE-MOLEQUE", 2)));
            assertEquals(Outcome.KEY_REUSED, reused.outcome());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void recordsRefusalsWithTheirKeys(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("CAJUZINHO", 1);
            CommandKey key = key("refused");
            assertEquals(
                    Outcome.INSUFFICIENT_STOCK,
                    store.execute(reserve(key, 300_000, new ReservationLine("CAJUZINHO", 2)))
                            .outcome());
            store.execute(new AdjustStock(key(), "CAJUZINHO", 10, "entrega", "adj-1"));
            Answer again = store.execute(reserve(key, 300_000, new ReservationLine("CAJUZINHO", 2)));
            assertEquals(Outcome.INSUFFICIENT_STOCK, again.outcome());
            assertTrue(again.replayed());
            assertEquals(
                    Outcome.CREATED,
                    store.execute(reserve(key(), 300_000, new ReservationLine("CAJUZINHO", 2)))
                            .outcome());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void countsAndAdjustsStock(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("COXINHA", 10);
            assertEquals(
                    Outcome.VERSION_CONFLICT,
                    store.execute(new SetStock(null, "COXINHA", 7, 0, "t")).outcome());
            Reservation hold = hold(store.execute(reserve("COXINHA", 6)));
            Answer stale = store.execute(new SetStock(null, "COXINHA", 7, 1, "t"));
            assertEquals(Outcome.VERSION_CONFLICT, stale.outcome());
            assertEquals(2, stale.currentVersion());
            assertEquals(
                    Outcome.BELOW_RESERVED,
                    store.execute(new SetStock(null, "COXINHA", 5, 2, "t")).outcome());
            Answer counted = store.execute(new SetStock(null, "COXINHA", 8, 2, "t"));
            assertEquals(new InventoryItem("COXINHA", 8, 6, 3), counted.inventory());
            Answer tooMuch = store.execute(new AdjustStock(key(), "COXINHA", -3, "quebra", "adj-1"));
            assertEquals(List.of(new Shortage("COXINHA", 3, 2)), tooMuch.shortages());
            Answer adjusted = store.execute(new AdjustStock(key(), "COXINHA", -2, "quebra", "adj-2"));
            assertEquals(new InventoryItem("COXINHA", 6, 6, 4), adjusted.inventory());
            assertEquals("adj-2", adjusted.ref());
            assertEquals(
                    Outcome.INVENTORY_NOT_FOUND,
                    store.execute(new AdjustStock(key(), "NADA", 1, "entrega", "adj-3"))
                            .outcome());
            store.execute(confirm(hold.id()));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void reclaimsWhatIsDueBeforeItRefuses(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("QUINDIM", 10);
            for (int i = 0; i < 5; i++) {
                hold(store.execute(reserve(key(), 300_000, new ReservationLine("QUINDIM", 2))));
            }
            // Due from now on: the clock that counts is PostgreSQL's.
            store.database().execute("UPDATE reservation SET expires_at = now() - interval '1 second'");
            Answer answer = store.execute(reserve("QUINDIM", 7));
            assertEquals(Outcome.CREATED, answer.outcome());
            TestGrid.await(
                    Duration.ofSeconds(5),
                    "the other holds to expire",
                    () -> store.number("SELECT count(*) FROM reservation WHERE state = 'EXPIRED'") == 5);
            assertEquals(7, store.number("SELECT reserved FROM inventory"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void refusesToConfirmWhatIsOver(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("BEIJINHO", 10);
            Reservation late = hold(store.execute(reserve(key(), 1_000, new ReservationLine("BEIJINHO", 1))));
            TestGrid.await(
                    Duration.ofSeconds(5),
                    "the hold's time to be over",
                    () -> late.dueAt(store.anyRuntime().reads().nowMicros()));
            Answer confirmed = store.execute(confirm(late.id()));
            assertEquals(Outcome.RESERVATION_NOT_HELD, confirmed.outcome());
            assertEquals(
                    HoldState.EXPIRED,
                    Objects.requireNonNull(confirmed.reservation()).state());
            assertEquals(
                    Outcome.RESERVATION_NOT_HELD,
                    store.execute(new ExtendHold(null, late.id(), 60_000)).outcome());

            Reservation kept = hold(store.execute(reserve(key(), 60_000, new ReservationLine("BEIJINHO", 1))));
            Answer extended = store.execute(new ExtendHold(null, kept.id(), 600_000));
            assertEquals(Outcome.CHANGED, extended.outcome());
            assertTrue(hold(extended).expiresAtMicros() > kept.expiresAtMicros());
            assertEquals(
                    Outcome.EXTENSION_LIMIT,
                    store.execute(new ExtendHold(null, kept.id(), 1_800_001)).outcome());
            assertEquals(
                    HoldState.CONFIRMED, hold(store.execute(confirm(kept.id()))).state());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void settlesOnceWhenTwoClientsRace(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("PACOCA", 1_000);
            List<Reservation> holds = new ArrayList<>();
            List<CompletableFuture<Answer>> made = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                made.add(store.send(reserve("PACOCA", 2)));
            }
            made.forEach(answer -> holds.add(hold(await(answer))));
            List<CompletableFuture<Answer>> confirms = new ArrayList<>();
            List<CompletableFuture<Answer>> releases = new ArrayList<>();
            for (Reservation hold : holds) {
                confirms.add(store.send(confirm(hold.id())));
                releases.add(store.send(release(hold.id())));
            }
            for (int i = 0; i < holds.size(); i++) {
                boolean sold = await(confirms.get(i)).outcome().accepted();
                boolean givenBack = await(releases.get(i)).outcome().accepted();
                assertTrue(sold ^ givenBack, "sold " + sold + ", given back " + givenBack);
            }
            assertEquals(0, store.number("SELECT reserved FROM inventory"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void answersFromEveryNodeAlike(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("ALFAJOR", 10);
            Reservation hold = hold(store.execute(reserve("ALFAJOR", 3)));
            for (int i = 0; i < nodes; i++) {
                assertEquals(
                        new InventoryItem("ALFAJOR", 10, 3, 2),
                        store.runtime(i).reads().inventory("ALFAJOR").orElseThrow());
                assertEquals(
                        hold, store.runtime(i).reads().reservation(hold.id()).orElseThrow());
                assertNotNull(store.runtime(i).reads().freshInventory("ALFAJOR").orElseThrow());
                assertFalse(store.runtime(i).reads().inventory("NADA").isPresent());
            }
        }
    }
}
