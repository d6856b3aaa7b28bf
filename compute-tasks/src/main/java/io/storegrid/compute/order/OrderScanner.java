package io.storegrid.compute.order;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.StoreHealth;
import io.storegrid.compute.Threads;
import io.storegrid.domain.Order;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.OrderSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up what a crash, or a provider that did not answer, left to be done for orders. Each node with data looks for steps
 * that are due by PostgreSQL's clock and takes them with {@code FOR UPDATE SKIP LOCKED}, each for a while only, so a node
 * that takes one and dies loses it to another. Thread-safe.
 */
public final class OrderScanner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OrderScanner.class);

    private static final int STEPS_AT_ONCE = 64;

    /** Between two looks at least, and what a failed look waits. */
    private static final long ROUND_MIN_MS = 100;

    private static final long BATCH_WAIT_S = 30;

    /**
     * How often and how patiently.
     *
     * @param look between two looks at most, when nothing is known to be due
     * @param pause how long a step is left to whoever took it; doubled with each try. Longer than a provider's longest answer
     * @param pauseMax the longest that it becomes
     */
    public record Pace(Duration look, Duration pause, Duration pauseMax) {

        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(2), Duration.ofSeconds(10), Duration.ofMinutes(5));
    }

    private final Database database;
    private final StoreHealth health;
    private final BooleanSupplier quorum;
    private final OrderSaga saga;
    private final Pace pace;
    private final Counter resumed;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-orders");

    /** @param quorum whether this node sees enough of the grid to take writes; asked for each round */
    public OrderScanner(
            Database database,
            StoreHealth health,
            BooleanSupplier quorum,
            OrderSaga saga,
            Pace pace,
            MeterRegistry registry) {
        this.database = database;
        this.health = health;
        this.quorum = quorum;
        this.saga = saga;
        this.pace = pace;
        resumed = Counter.builder("storegrid.order.steps.resumed")
                .description("Steps of orders that were taken up because whoever was to do them did not")
                .register(registry);
    }

    /** Begins to look. */
    public void start() {
        again(ROUND_MIN_MS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void again(long delayMs) {
        if (!thread.isShutdown()) {
            var unused = thread.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void round() {
        long delayMs = pace.look().toMillis();
        try {
            if (health.up() && quorum.getAsBoolean()) {
                delayMs = Math.min(Math.max(scan(), ROUND_MIN_MS), delayMs);
            }
        } catch (SQLException e) {
            LOG.debug("Orders have to wait for PostgreSQL", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("Looking after orders failed", e);
        } finally {
            again(delayMs);
        }
    }

    /** Does what is due; milliseconds until the next step is. */
    private long scan() throws SQLException, InterruptedException {
        long nextMs;
        try (Connection connection = database.reader()) {
            nextMs = OrderSql.nextStepIn(connection);
        }
        if (nextMs > 0) {
            return nextMs;
        }
        List<Order> orders;
        try (Connection connection = database.maintenance()) {
            List<String> ids = OrderSql.claimSteps(
                    connection, pace.pause().toMillis(), pace.pauseMax().toMillis(), STEPS_AT_ONCE);
            orders = List.copyOf(OrderSql.read(connection, ids).values());
        }
        List<CompletableFuture<?>> running = new ArrayList<>();
        for (Order order : orders) {
            resumed.increment();
            running.add(saga.step(order, health.nowMicros()));
        }
        try {
            CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0]))
                    .get(BATCH_WAIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Some steps have to wait", e);
        }
        return ROUND_MIN_MS;
    }
}
