package io.storegrid.grid;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.Reconciler;
import io.storegrid.compute.StoreRuntime;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.Invariants;
import io.storegrid.persistence.LedgerAudit;
import io.storegrid.persistence.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;

/**
 * The whole store below HTTP in one JVM: a grid of several nodes with lanes, gateways and sweepers on a real PostgreSQL.
 * {@link #close} checks every invariant and that each copy in the grid equals its row, so each test that uses this is
 * judged by the same checker.
 */
public final class TestStore implements AutoCloseable {

    /** Longer than any command takes, short enough that a hang is a failure. */
    public static final Duration DEADLINE = Duration.ofSeconds(20);

    private final TestDatabase database;
    private final TestGrid grid;
    private final List<StoreRuntime> runtimes = new ArrayList<>();
    private final List<SimpleMeterRegistry> registries = new ArrayList<>();
    private volatile boolean quorum = true;

    private TestStore(int nodes, LaneSettings settings, String memory, UnaryOperator<DatabaseSettings> way) {
        database = TestDatabase.create();
        grid = TestGrid.start(nodes, way.apply(database.settings()), memory);
        for (Ignite node : grid.nodes()) {
            SimpleMeterRegistry registry = new SimpleMeterRegistry();
            StoreRuntime runtime = new StoreRuntime(node, TestGrid.database(node), settings, () -> quorum, registry);
            try {
                runtime.start();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            registries.add(registry);
            runtimes.add(runtime);
        }
    }

    /** A store of {@code nodes} nodes with default lanes and no rows. */
    public static TestStore start(int nodes) {
        return new TestStore(nodes, LaneSettings.DEFAULT, TestGrid.MEMORY, UnaryOperator.identity());
    }

    /** A store of {@code nodes} nodes with lanes as given and no rows. */
    public static TestStore start(int nodes, LaneSettings settings) {
        return new TestStore(nodes, settings, TestGrid.MEMORY, UnaryOperator.identity());
    }

    /** As the other, with {@code memory} outside the heap for each node, as the setting has it. */
    public static TestStore start(int nodes, LaneSettings settings, String memory) {
        return new TestStore(nodes, settings, memory, UnaryOperator.identity());
    }

    /** A store of one node that reaches PostgreSQL in another way than straight. */
    public static TestStore startBehind(UnaryOperator<DatabaseSettings> way) {
        return new TestStore(1, LaneSettings.DEFAULT, TestGrid.MEMORY, way);
    }

    /** Whether the nodes see enough of their grid to take writes. */
    public void quorum(boolean seen) {
        quorum = seen;
    }

    public StoreRuntime runtime(int node) {
        return runtimes.get(node);
    }

    /** Takes node number {@code node} out, in order. */
    public void stop(int node) {
        runtimes.remove(node).close();
        registries.remove(node);
        grid.stop(grid.node(node));
    }

    /** The runtime of any node. */
    public StoreRuntime anyRuntime() {
        return runtimes.get(ThreadLocalRandom.current().nextInt(runtimes.size()));
    }

    public TestGrid grid() {
        return grid;
    }

    public TestDatabase database() {
        return database;
    }

    /** The sum of a counter over all nodes. */
    public double count(String counter) {
        return registries.stream()
                .flatMap(registry -> registry.find(counter).counters().stream())
                .mapToDouble(io.micrometer.core.instrument.Counter::count)
                .sum();
    }

    /** How many times a summary recorded over all nodes. */
    public long recordings(String summary) {
        return summaries(summary).mapToLong(DistributionSummary::count).sum();
    }

    /** The sum of what a summary recorded over all nodes. */
    public double recorded(String summary) {
        return summaries(summary).mapToDouble(DistributionSummary::totalAmount).sum();
    }

    private Stream<DistributionSummary> summaries(String name) {
        return registries.stream().flatMap(registry -> registry.find(name).summaries().stream());
    }

    public CompletableFuture<Answer> send(Command command) {
        return anyRuntime().commands().execute(command, DEADLINE);
    }

    /** Executes a command through any node and waits for its answer. */
    public Answer execute(Command command) {
        return await(send(command));
    }

    public static Answer await(CompletableFuture<Answer> answer) {
        try {
            return answer.get(DEADLINE.toMillis() + 5_000, TimeUnit.MILLISECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer", e);
        }
    }

    /** Makes the first stock of {@code sku}. */
    public void stock(String sku, long onHand) {
        Answer answer = execute(new SetStock(null, sku, onHand, 0, "test"));
        if (!answer.outcome().accepted()) {
            throw new AssertionError("stock was not made: " + answer);
        }
    }

    public static CommandKey key() {
        return key(UUID.randomUUID().toString());
    }

    public static CommandKey key(String text) {
        return new CommandKey(text, text.getBytes(StandardCharsets.UTF_8));
    }

    public static String entropy() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    public static ReserveStock reserve(CommandKey key, long ttlMs, ReservationLine... lines) {
        return new ReserveStock(key, ReservationLine.summed(List.of(lines)), ttlMs, null, entropy());
    }

    public static ReserveStock reserve(String sku, int quantity) {
        return reserve(key(), 300_000, new ReservationLine(sku, quantity));
    }

    public static SettleHold confirm(String id) {
        return new SettleHold(key(), id, HoldState.CONFIRMED);
    }

    public static SettleHold release(String id) {
        return new SettleHold(null, id, HoldState.RELEASED);
    }

    public static CreateCart createCart() {
        return new CreateCart(key(), CartId.of(entropy()), "BRL", null, List.of());
    }

    /** The first column of the first row. */
    public long number(String sql) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    /** Fails unless every invariant holds, the ledger's chains are whole and every copy equals its row. To be called at rest. */
    public void check() {
        TestGrid.await(
                Duration.ofSeconds(10),
                "the lanes to come to rest",
                () -> runtimes.stream().allMatch(runtime -> runtime.depth() == 0));
        try (Connection connection = database.connect()) {
            List<Invariants.Violation> violations = Invariants.violations(connection);
            if (!violations.isEmpty()) {
                throw new AssertionError("invariants broken: " + violations);
            }
            LedgerVerdict ledger = LedgerAudit.verify(connection, null);
            if (!ledger.verified()) {
                throw new AssertionError("the ledger's chains are broken: " + ledger.problems());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        // The applier answers before it is idle, and a sweeper may be at work: rest is when nothing differs.
        List<String> differences = differences();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        while (!differences.isEmpty() && System.nanoTime() - deadline < 0) {
            differences = differences();
        }
        if (!differences.isEmpty()) {
            throw new AssertionError("I12 the grid differs from PostgreSQL: "
                    + differences.subList(0, Math.min(10, differences.size())));
        }
    }

    /** A node whose connections a test had cut cannot compare until it has found PostgreSQL again. */
    private List<String> differences() {
        Reconciler reconciler = runtimes.get(0).reconciler();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return reconciler.differences();
            } catch (IgniteException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError("the grid could not be compared with PostgreSQL", e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    /** Checks, and stops everything whatever the check said. */
    @Override
    public void close() {
        try {
            check();
        } finally {
            stop();
        }
    }

    /** Stops everything and checks nothing: for those with more rows than {@link #check} is made for, who check themselves. */
    public void stop() {
        runtimes.forEach(StoreRuntime::close);
        grid.close();
        database.close();
    }

    /** The database of one node. */
    public Database nodeDatabase(int node) {
        return TestGrid.database(grid.node(node));
    }
}
