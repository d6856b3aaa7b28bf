package io.storegrid.compute;

import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.domain.InventoryItem;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link StoreAccess} of a node that keeps no data and never reaches PostgreSQL: nodes with data are asked. Time and health
 * are asked for once a second, so that a request need not wait for them. Thread-safe.
 */
final class RemoteStore implements StoreAccess, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteStore.class);
    private static final long ASK_EVERY_MS = 1_000;

    private final Ignite ignite;
    private final StoreClock clock = new StoreClock();
    private final ScheduledExecutorService thread = Threads.timer("storegrid-store");
    private volatile boolean up;

    RemoteStore(Ignite ignite) {
        this.ignite = ignite;
    }

    /** Asks once, then goes on asking. */
    void start() {
        look();
        var unused = thread.scheduleWithFixedDelay(this::look, ASK_EVERY_MS, ASK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            long sent = System.nanoTime();
            long[] state = StoreQuestion.put(ignite, new State());
            clock.observe(state[1], sent, System.nanoTime());
            up = state[0] == 1;
        } catch (SQLException | RuntimeException e) {
            up = false;
            LOG.debug("No node with data says how PostgreSQL is", e);
        }
    }

    @Override
    public boolean up() {
        return up;
    }

    @Override
    public long nowMicros() {
        return clock.nowMicros();
    }

    @Override
    public Optional<InventoryItem> stock(String sku) throws SQLException {
        return StoreQuestion.put(ignite, new Stock(sku)).stream().findFirst();
    }

    @Override
    public Map<String, List<String>> violations() throws SQLException {
        return StoreQuestion.put(ignite, new Books());
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    /** Whether PostgreSQL answers (1) and its time. Crosses the grid. */
    private static final class State extends StoreQuestion<StoreAccess, long[]> {

        private static final long serialVersionUID = 1L;

        State() {
            super(StoreAccess.class);
        }

        @Override
        protected long[] ask(StoreAccess store) {
            return new long[] {store.up() ? 1 : 0, store.nowMicros()};
        }
    }

    /** One stock row, or none. Crosses the grid. */
    private static final class Stock extends StoreQuestion<StoreAccess, List<InventoryItem>> {

        private static final long serialVersionUID = 1L;

        private final String sku;

        Stock(String sku) {
            super(StoreAccess.class);
            this.sku = sku;
        }

        @Override
        protected List<InventoryItem> ask(StoreAccess store) throws SQLException {
            return new ArrayList<>(store.stock(sku).stream().toList());
        }
    }

    /** The invariants that do not hold. Crosses the grid. */
    private static final class Books extends StoreQuestion<StoreAccess, Map<String, List<String>>> {

        private static final long serialVersionUID = 1L;

        Books() {
            super(StoreAccess.class);
        }

        @Override
        protected Map<String, List<String>> ask(StoreAccess store) throws SQLException {
            return store.violations();
        }
    }
}
