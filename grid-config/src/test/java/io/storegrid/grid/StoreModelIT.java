package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.jspecify.annotations.Nullable;

/**
 * Random commands against a real grid and PostgreSQL: one after another they do what {@link StoreModel} says; from eight
 * threads at once they keep every invariant and lose no unit. A failure prints its seed and the shortest sequence found.
 */
class StoreModelIT {

    private static final int SKUS = 4;
    private static final int CARTS = 3;
    private static final int THREADS = 8;
    private static final long[] FIRST_STOCK = {5, 8, 3};

    private static final AtomicInteger TRIES = new AtomicInteger();

    enum Kind {
        RESERVE,
        CONFIRM,
        RELEASE,
        EXTEND,
        ADJUST,
        SET,
        RESERVE_CART,
        ADD_LINE,
        SET_LINE,
        MERGE,
        DELETE,
        REPEAT,
        REUSE
    }

    /**
     * One step, before it is known what there is.
     *
     * @param x which SKU, hold, cart or earlier command, modulo how many there are
     * @param y a second one, or a choice
     */
    record Step(Kind kind, int x, int y, int quantity, boolean keyed) {}

    private @Nullable TestStore started;
    private @Nullable ExecutorService pool;

    @BeforeProperty
    void start() {
        started = TestStore.start(1);
        pool = Executors.newFixedThreadPool(THREADS);
    }

    @AfterProperty
    void stop() {
        threads().shutdownNow();
        store().close();
    }

    private TestStore store() {
        return Objects.requireNonNull(started);
    }

    private ExecutorService threads() {
        return Objects.requireNonNull(pool);
    }

    @Provide
    Arbitrary<Step> step() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(
                Tuple.of(6, Kind.RESERVE),
                Tuple.of(3, Kind.CONFIRM),
                Tuple.of(3, Kind.RELEASE),
                Tuple.of(2, Kind.EXTEND),
                Tuple.of(3, Kind.ADJUST),
                Tuple.of(2, Kind.SET),
                Tuple.of(4, Kind.RESERVE_CART),
                Tuple.of(5, Kind.ADD_LINE),
                Tuple.of(4, Kind.SET_LINE),
                Tuple.of(2, Kind.MERGE),
                Tuple.of(1, Kind.DELETE),
                Tuple.of(2, Kind.REPEAT),
                Tuple.of(1, Kind.REUSE));
        Arbitrary<Integer> any = Arbitraries.integers().between(0, 11);
        return Combinators.combine(kinds, any, any, Arbitraries.integers().between(0, 6), Arbitraries.of(true, false))
                .as(Step::new);
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        return step().list().ofMinSize(30).ofMaxSize(50);
    }

    @Provide
    Arbitrary<List<List<Step>>> stepsOfEachThread() {
        return step().list().ofSize(30).list().ofSize(THREADS);
    }

    /** The SKUs, carts, holds and earlier commands of one try. Thread-safe. */
    private static final class World {

        final List<String> skus = new ArrayList<>();
        final List<String> carts = new ArrayList<>();
        final List<String> holds = new CopyOnWriteArrayList<>();
        final List<Command> keyed = new CopyOnWriteArrayList<>();

        World() {
            int number = TRIES.incrementAndGet();
            for (int i = 0; i < SKUS; i++) {
                skus.add("DOCE-" + number + "-" + i);
            }
            for (int i = 0; i < CARTS; i++) {
                carts.add(CartId.of(TestStore.entropy()));
            }
            // One that nobody ever made.
            holds.add(ReservationId.of(0, TestStore.entropy()));
        }

        /** Stock of all SKUs but the last, and all carts, the last one in another currency. */
        List<Command> beginning() {
            List<Command> commands = new ArrayList<>();
            for (int i = 0; i < FIRST_STOCK.length; i++) {
                commands.add(new SetStock(null, skus.get(i), FIRST_STOCK[i], 0, "first"));
            }
            for (int i = 0; i < CARTS; i++) {
                commands.add(new CreateCart(null, carts.get(i), i == CARTS - 1 ? "USD" : "BRL", null, List.of()));
            }
            return commands;
        }

        private static <T> T pick(List<T> from, int number) {
            return from.get(number % from.size());
        }

        /** The newest holds are picked most: old ones are settled. */
        private String hold(int number) {
            return holds.get(Math.max(0, holds.size() - 1 - number % 5));
        }

        /** @param versionOf the version that a SKU is believed to have */
        Command command(Step step, ToLongFunction<String> versionOf) {
            CommandKey key = step.keyed ? TestStore.key() : null;
            String sku = pick(skus, step.x);
            String cart = pick(carts, step.x);
            String id = hold(step.x);
            Command command = switch (step.kind) {
                case RESERVE -> new ReserveStock(key, lines(step), 300_000, null, TestStore.entropy());
                case CONFIRM -> new SettleHold(key, id, HoldState.CONFIRMED);
                case RELEASE -> new SettleHold(key, id, HoldState.RELEASED);
                case EXTEND -> new ExtendHold(key, id, pick(List.of(1_000, 600_000, 1_200_000, 1_900_000), step.y));
                case ADJUST -> new AdjustStock(key, sku, step.quantity == 0 ? 10 : step.quantity - 4, "test", "adj");
                case SET ->
                    new SetStock(key, sku, 2L * step.quantity, versionOf.applyAsLong(sku) + step.y % 3 / 2, "set");
                case RESERVE_CART -> new ReserveCart(key, cart, 300_000, TestStore.entropy());
                case ADD_LINE ->
                    new ChangeCartLine(
                            key,
                            cart,
                            pick(skus, step.y),
                            step.quantity == 0 ? 9_998 : step.quantity,
                            ChangeCartLine.Mode.ADD,
                            0);
                case SET_LINE ->
                    new ChangeCartLine(
                            key, cart, pick(skus, step.y), Math.max(0, step.quantity - 3), ChangeCartLine.Mode.SET, 0);
                case MERGE -> new MergeCarts(key, cart, pick(carts, step.x + 1 + step.y % 2), 0);
                case DELETE -> new DeleteCart(key, cart, 0);
                case REPEAT ->
                    keyed.isEmpty()
                            ? new DeleteCart(key, CartId.of(TestStore.entropy()), 0)
                            : pick(keyed, step.x * 12 + step.y);
                case REUSE -> {
                    CommandKey used = keyed.isEmpty()
                            ? null
                            : pick(keyed, step.x * 12 + step.y).key();
                    CommandKey other =
                            used == null ? key : new CommandKey(used.key(), new byte[] {(byte) step.quantity});
                    yield new AdjustStock(other, sku, 1, "test", "adj");
                }
            };
            if (command.key() != null && step.kind != Kind.REUSE) {
                keyed.add(command);
            }
            return command;
        }

        private List<ReservationLine> lines(Step step) {
            List<ReservationLine> lines = new ArrayList<>();
            for (int i = 0; i <= step.y % 3; i++) {
                lines.add(new ReservationLine(pick(skus, step.x + i), 1 + (step.quantity + i) % 5));
            }
            return ReservationLine.summed(lines);
        }

        void learn(Answer answer) {
            Reservation made = answer.reservation();
            if (made != null && !holds.contains(made.id())) {
                holds.add(made.id());
            }
        }
    }

    @Property(tries = 40)
    void doesOneAfterAnotherWhatTheModelSays(@ForAll("steps") List<Step> steps) {
        World world = new World();
        StoreModel model = new StoreModel();
        world.beginning().forEach(command -> compare(model, world, command));
        for (Step step : steps) {
            compare(model, world, world.command(step, sku -> version(model, sku)));
        }
    }

    private static long version(StoreModel model, String sku) {
        StoreModel.Stock row = model.stock.get(sku);
        return row == null ? 0 : row.version();
    }

    private void compare(StoreModel model, World world, Command command) {
        StoreModel.Told told = model.execute(command);
        Answer answer = store().execute(command);
        world.learn(answer);
        assertEquals(told, new StoreModel.Told(answer.outcome(), answer.shortages(), answer.replayed()));

        ReadGateway reads = store().runtime(0).reads();
        for (String sku : world.skus) {
            InventoryItem item = reads.inventory(sku).orElse(null);
            assertEquals(
                    model.stock.get(sku),
                    item == null ? null : new StoreModel.Stock(item.onHand(), item.reserved(), item.version()));
        }
        assertEquals(
                model.holds.keySet(),
                Set.copyOf(world.holds.subList(1, world.holds.size()).stream()
                        .map(StoreModel::entropyOf)
                        .toList()));
        for (String id : world.holds.subList(1, world.holds.size())) {
            compare(
                    model.holds.get(StoreModel.entropyOf(id)),
                    reads.reservation(id).orElseThrow());
        }
        for (String id : world.carts) {
            StoreModel.Cart expected = model.carts.get(id);
            compare(
                    expected == null || expected.deleted ? null : expected,
                    reads.cart(id).orElse(null));
        }
    }

    private static void compare(StoreModel.@Nullable Hold expected, Reservation hold) {
        assertNotNull(expected);
        assertEquals(expected.state, hold.state());
        assertEquals(expected.version, hold.version());
        assertEquals(
                expected.lines,
                hold.lines().stream().collect(Collectors.toMap(ReservationLine::sku, ReservationLine::quantity)));
    }

    private static void compare(StoreModel.@Nullable Cart expected, @Nullable Cart cart) {
        if (expected == null || cart == null) {
            assertEquals(expected == null, cart == null);
            return;
        }
        assertEquals(
                expected.lines.entrySet().stream()
                        .map(line -> new CartLine(line.getKey(), line.getValue()))
                        .toList(),
                cart.lines());
        assertEquals(expected.version, cart.version());
        String hold = cart.reservationId();
        assertEquals(expected.hold, hold == null ? null : StoreModel.entropyOf(hold));
    }

    @Property(tries = 25)
    void losesNoUnitWhateverComesAtOnce(@ForAll("stepsOfEachThread") List<List<Step>> steps) throws Exception {
        World world = new World();
        world.beginning().forEach(store()::execute);
        AtomicLongArray came = new AtomicLongArray(FIRST_STOCK);
        List<Future<?>> running = new ArrayList<>();
        for (List<Step> mine : steps) {
            running.add(threads().submit(() -> mine.forEach(step -> act(world, step, came))));
        }
        for (Future<?> thread : running) {
            thread.get(60, TimeUnit.SECONDS);
        }

        ReadGateway reads = store().runtime(0).reads();
        List<Reservation> holds = world.holds.stream()
                .flatMap(id -> reads.reservation(id).stream())
                .toList();
        for (int i = 0; i < FIRST_STOCK.length; i++) {
            String sku = world.skus.get(i);
            InventoryItem item = reads.freshInventory(sku).orElseThrow();
            assertEquals(units(holds, sku, HoldState.HELD), item.reserved(), sku);
            assertEquals(came.get(i) - units(holds, sku, HoldState.CONFIRMED), item.onHand(), sku);
        }
        store().check();
    }

    private void act(World world, Step step, AtomicLongArray came) {
        // What a stock-take adds depends on what it found: left to the other property.
        Step one = step.kind == Kind.SET ? new Step(Kind.ADJUST, step.x, step.y, step.quantity, step.keyed) : step;
        Command command = world.command(one, sku -> 0);
        Answer answer = store().execute(command);
        world.learn(answer);
        if (command instanceof AdjustStock adjust && answer.outcome() == Outcome.CREATED && !answer.replayed()) {
            came.addAndGet(world.skus.indexOf(adjust.sku()), adjust.delta());
        }
    }

    private static long units(List<Reservation> holds, String sku, HoldState state) {
        return holds.stream()
                .filter(hold -> hold.state() == state)
                .flatMap(hold -> hold.lines().stream())
                .filter(line -> line.sku().equals(sku))
                .mapToLong(ReservationLine::quantity)
                .sum();
    }
}
