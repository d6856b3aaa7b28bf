package io.storegrid.grid;

import static io.storegrid.grid.TestStore.await;
import static io.storegrid.grid.TestStore.createCart;
import static io.storegrid.grid.TestStore.entropy;
import static io.storegrid.grid.TestStore.key;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.ChangeCartLine.Mode;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.Refuse;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.Shortage;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Carts on a real grid and a real PostgreSQL; each test ends with every invariant checked. */
@Timeout(120)
class CartIT {

    private static ChangeCartLine add(String cart, String sku, int quantity) {
        return new ChangeCartLine(null, cart, sku, quantity, Mode.ADD, 0);
    }

    private static ChangeCartLine set(String cart, String sku, int quantity) {
        return new ChangeCartLine(null, cart, sku, quantity, Mode.SET, 0);
    }

    private static Cart cart(Answer answer) {
        assertTrue(answer.outcome().accepted(), answer::toString);
        return Objects.requireNonNull(answer.cart());
    }

    private static Reservation hold(Answer answer) {
        assertTrue(answer.outcome().accepted(), answer::toString);
        return Objects.requireNonNull(answer.reservation());
    }

    /** A refusal for what was read before, and one key for both: whoever comes second hears what the first was told. */
    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void recordsWhatWasRefusedBeforeTheLane(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            CommandKey late = key();
            String id = cart(store.execute(createCart())).id();
            Refuse refuse = new Refuse(late, id, Outcome.PRODUCT_NOT_FOUND, "COCADA");
            Answer refused = store.execute(refuse);
            assertEquals(Outcome.PRODUCT_NOT_FOUND, refused.outcome());
            assertEquals("COCADA", refused.ref());
            Answer cameBack = store.execute(new ChangeCartLine(late, id, "COCADA", 1, Mode.ADD, 0));
            assertEquals(Outcome.PRODUCT_NOT_FOUND, cameBack.outcome());
            assertTrue(cameBack.replayed());
            assertEquals("COCADA", cameBack.ref());

            CommandKey early = key();
            Answer added = store.execute(new ChangeCartLine(early, id, "PACOCA", 1, Mode.ADD, 0));
            Answer left = store.execute(new Refuse(early, id, Outcome.PRODUCT_NOT_FOUND, "PACOCA"));
            assertTrue(left.replayed());
            assertEquals(cart(added), cart(left));
            assertEquals(1, store.number("SELECT count(*) FROM cart_line"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void losesNoLineToConcurrentClients(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            String id = cart(store.execute(createCart())).id();
            List<CompletableFuture<Answer>> clients = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                clients.add(store.send(add(id, "SKU-" + i % 30, 1)));
            }
            clients.forEach(
                    client -> assertEquals(Outcome.CHANGED, await(client).outcome()));
            Cart cart = store.anyRuntime().reads().cart(id).orElseThrow();
            assertEquals(30, cart.lines().size());
            assertTrue(cart.lines().stream().allMatch(line -> line.quantity() == 10));
            assertEquals(301, cart.version());
            assertEquals(300, store.number("SELECT sum(quantity) FROM cart_line"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void followsACartThroughItsLife(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            CreateCart command =
                    new CreateCart(null, CartId.of(entropy()), "BRL", "cliente-7", List.of(new CartLine("A", 2)));
            String id = cart(store.execute(command)).id();
            assertEquals(
                    List.of(new CartLine("A", 2), new CartLine("B", 1)),
                    cart(store.execute(add(id, "B", 1))).lines());
            assertEquals(
                    List.of(new CartLine("A", 5), new CartLine("B", 1)),
                    cart(store.execute(set(id, "A", 5))).lines());
            assertEquals(
                    List.of(new CartLine("B", 1)),
                    cart(store.execute(set(id, "A", 0))).lines());
            Answer nothing = store.execute(set(id, "A", 0));
            assertEquals(Outcome.UNCHANGED, nothing.outcome());
            assertEquals(
                    Outcome.QUANTITY_LIMIT, store.execute(add(id, "B", 10_000)).outcome());
            Answer stale = store.execute(new ChangeCartLine(null, id, "B", 1, Mode.ADD, 1));
            assertEquals(Outcome.VERSION_CONFLICT, stale.outcome());
            assertEquals(4, stale.currentVersion());
            assertEquals(
                    List.of(new CartLine("B", 1), new CartLine("A", 1)),
                    cart(store.execute(add(id, "A", 1))).lines(),
                    "a line that comes back is the last");
            assertEquals(
                    Outcome.CHANGED, store.execute(new DeleteCart(null, id, 0)).outcome());
            assertEquals(
                    Outcome.CART_NOT_FOUND,
                    store.execute(new DeleteCart(null, id, 0)).outcome());
            assertEquals(Outcome.CART_NOT_FOUND, store.execute(add(id, "A", 1)).outcome());
            assertFalse(store.anyRuntime().reads().cart(id).isPresent());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void isNeverBlockedByItsOwnHold(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("A", 10);
            store.stock("B", 4);
            String id = cart(store.execute(createCart())).id();
            assertEquals(
                    Outcome.EMPTY_CART,
                    store.execute(new ReserveCart(key(), id, 60_000, entropy())).outcome());
            store.execute(add(id, "A", 8));
            Answer first = store.execute(new ReserveCart(key(), id, 60_000, entropy()));
            assertEquals(Outcome.CREATED, first.outcome());
            store.execute(add(id, "A", 2));
            store.execute(add(id, "B", 4));
            Answer second = store.execute(new ReserveCart(key(), id, 60_000, entropy()));
            assertEquals(Outcome.CHANGED, second.outcome());
            assertNotEquals(hold(first).id(), hold(second).id());
            assertEquals(
                    HoldState.RELEASED,
                    store.anyRuntime()
                            .reads()
                            .reservation(hold(first).id())
                            .orElseThrow()
                            .state());
            assertEquals(14, store.number("SELECT sum(reserved) FROM inventory"));

            store.execute(add(id, "B", 1));
            Answer refused = store.execute(new ReserveCart(key(), id, 60_000, entropy()));
            assertEquals(List.of(new Shortage("B", 5, 4)), refused.shortages());
            assertEquals(
                    HoldState.HELD,
                    store.anyRuntime()
                            .reads()
                            .reservation(hold(second).id())
                            .orElseThrow()
                            .state(),
                    "a refused replacement leaves the hold as it was");

            store.execute(new DeleteCart(null, id, 0));
            assertEquals(0, store.number("SELECT sum(reserved) FROM inventory"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void forgetsDeadCartsAndOldRecordsOnly(int nodes) throws SQLException {
        try (TestStore store = TestStore.start(nodes)) {
            String dead = cart(store.execute(createCart())).id();
            String old = cart(store.execute(createCart())).id();
            String young = cart(store.execute(createCart())).id();
            store.execute(add(dead, "A", 1));
            store.execute(add(young, "A", 1));
            store.execute(new DeleteCart(null, dead, 0));
            store.database().execute("UPDATE cart SET updated_at = now() - interval '2 days' WHERE deleted");
            store.database().execute("UPDATE cart SET expires_at = now() - interval '2 days' WHERE id = '" + old + "'");
            store.database()
                    .execute("UPDATE idempotency SET created_at = now() - interval '3 days'"
                            + " WHERE key = (SELECT min(key) FROM idempotency)");
            store.runtime(0).housekeeper().clear();
            assertEquals(1, store.number("SELECT count(*) FROM cart"));
            assertEquals(1, store.number("SELECT count(*) FROM cart_line"));
            assertEquals(2, store.number("SELECT count(*) FROM idempotency"));
            assertEquals(Outcome.CART_NOT_FOUND, store.execute(add(old, "A", 1)).outcome());
            assertEquals(1, cart(store.execute(set(young, "A", 1))).quantityOf("A"), "the young one is as it was");
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void mergesTwoCartsOnce(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            store.stock("A", 10);
            String to = cart(store.execute(createCart())).id();
            String from = cart(store.execute(createCart())).id();
            store.execute(add(to, "A", 2));
            store.execute(add(from, "A", 3));
            store.execute(add(from, "B", 1));
            store.execute(set(from, "B", 0));
            store.execute(add(from, "C", 1));
            store.execute(set(from, "C", 0));
            store.execute(new ReserveCart(key(), from, 60_000, entropy()));
            Answer merged = store.execute(new MergeCarts(null, to, from, 0));
            assertEquals(List.of(new CartLine("A", 5)), cart(merged).lines());
            assertEquals(0, store.number("SELECT sum(reserved) FROM inventory"));
            assertEquals(
                    Outcome.UNCHANGED,
                    store.execute(new MergeCarts(null, to, from, 0)).outcome());
            assertTrue(
                    store.anyRuntime().reads().cart(from).orElseThrow().lines().isEmpty());
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void reservesCartsThatCrossWithoutDeadlock(int nodes) {
        try (TestStore store = TestStore.start(nodes)) {
            for (int i = 0; i < 4; i++) {
                store.stock("SKU-" + i, 60);
            }
            List<CompletableFuture<Answer>> holds = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                String id = cart(store.execute(createCart())).id();
                store.execute(add(id, "SKU-" + i % 4, 1));
                store.execute(add(id, "SKU-" + (i + 1) % 4, 1));
                holds.add(store.send(new ReserveCart(key(), id, 60_000, entropy())));
                holds.add(store.send(new ReserveCart(key(), id, 60_000, entropy())));
            }
            holds.forEach(answer -> hold(await(answer)));
            assertEquals(120, store.number("SELECT sum(reserved) FROM inventory"));
            assertEquals(60, store.number("SELECT count(*) FROM reservation WHERE state = 'HELD'"));
        }
    }
}
