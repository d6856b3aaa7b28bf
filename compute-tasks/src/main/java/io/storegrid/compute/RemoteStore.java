package io.storegrid.compute;

import io.storegrid.compute.gateway.CustomerFile;
import io.storegrid.compute.gateway.OrderQuery;
import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.domain.Order;
import io.storegrid.domain.Versioned;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link StoreAccess} of a node that keeps no data and never reaches PostgreSQL: nodes with data are asked. Time and health
 * are asked for once a second, so that a request need not wait for them. Thread-safe.
 */
final class RemoteStore implements StoreAccess, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteStore.class);
    private static final long ASK_EVERY_MS = 1_000;

    /** A ledger of hundreds of millions of entries takes that long. */
    private static final long VERIFY_TIMEOUT_MS = 3_600_000;

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
    public Map<String, Versioned> rows(String cache, Collection<String> keys) throws SQLException {
        return StoreQuestion.put(ignite, new Rows(cache, keys));
    }

    @Override
    public List<Order> orders(OrderQuery query) throws SQLException {
        return StoreQuestion.put(ignite, new Orders(query));
    }

    @Override
    public CustomerFile customer(String customerId) throws SQLException {
        return StoreQuestion.put(ignite, new Customer(customerId));
    }

    @Override
    public int forgetBuyer(String customerId) throws SQLException {
        return StoreQuestion.put(ignite, new Forget(customerId));
    }

    @Override
    public Map<String, List<String>> violations() throws SQLException {
        return StoreQuestion.put(ignite, new Books());
    }

    @Override
    public Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit) throws SQLException {
        return StoreQuestion.put(ignite, new Ledger(sku, from, limit)).stream().findFirst();
    }

    @Override
    public Optional<InventoryItem> stockAt(String sku, long atMicros) throws SQLException {
        return StoreQuestion.put(ignite, new StockAt(sku, atMicros)).stream().findFirst();
    }

    @Override
    public LedgerVerdict verifyLedger(@Nullable String sku) throws SQLException {
        return StoreQuestion.put(ignite, new Verification(sku), VERIFY_TIMEOUT_MS);
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

    /** A page of orders. Crosses the grid. */
    private static final class Orders extends StoreQuestion<StoreAccess, List<Order>> {

        private static final long serialVersionUID = 1L;

        private final OrderQuery query;

        Orders(OrderQuery query) {
            super(StoreAccess.class);
            this.query = query;
        }

        @Override
        protected List<Order> ask(StoreAccess store) throws SQLException {
            return new ArrayList<>(store.orders(query));
        }
    }

    /** What is kept of one customer. Crosses the grid. */
    private static final class Customer extends StoreQuestion<StoreAccess, CustomerFile> {

        private static final long serialVersionUID = 1L;

        private final String customerId;

        Customer(String customerId) {
            super(StoreAccess.class);
            this.customerId = customerId;
        }

        @Override
        protected CustomerFile ask(StoreAccess store) throws SQLException {
            return store.customer(customerId);
        }
    }

    /** The rows behind keys of a cache. Crosses the grid. */
    private static final class Rows extends StoreQuestion<StoreAccess, Map<String, Versioned>> {

        private static final long serialVersionUID = 1L;

        private final String cache;
        private final String[] keys;

        Rows(String cache, Collection<String> keys) {
            super(StoreAccess.class);
            this.cache = cache;
            this.keys = keys.toArray(new String[0]);
        }

        @Override
        protected Map<String, Versioned> ask(StoreAccess store) throws SQLException {
            return store.rows(cache, List.of(keys));
        }
    }

    /** Erases who placed a customer's orders. Crosses the grid. */
    private static final class Forget extends StoreQuestion<StoreAccess, Integer> {

        private static final long serialVersionUID = 1L;

        private final String customerId;

        Forget(String customerId) {
            super(StoreAccess.class);
            this.customerId = customerId;
        }

        @Override
        protected Integer ask(StoreAccess store) throws SQLException {
            return store.forgetBuyer(customerId);
        }
    }

    /** A page of the ledger, or none. Crosses the grid. */
    private static final class Ledger extends StoreQuestion<StoreAccess, List<LedgerPage>> {

        private static final long serialVersionUID = 1L;

        private final String sku;
        private final @Nullable LedgerMark from;
        private final int limit;

        Ledger(String sku, @Nullable LedgerMark from, int limit) {
            super(StoreAccess.class);
            this.sku = sku;
            this.from = from;
            this.limit = limit;
        }

        @Override
        protected List<LedgerPage> ask(StoreAccess store) throws SQLException {
            return new ArrayList<>(store.ledger(sku, from, limit).stream().toList());
        }
    }

    /** The stock at a moment, or none. Crosses the grid. */
    private static final class StockAt extends StoreQuestion<StoreAccess, List<InventoryItem>> {

        private static final long serialVersionUID = 1L;

        private final String sku;
        private final long atMicros;

        StockAt(String sku, long atMicros) {
            super(StoreAccess.class);
            this.sku = sku;
            this.atMicros = atMicros;
        }

        @Override
        protected List<InventoryItem> ask(StoreAccess store) throws SQLException {
            return new ArrayList<>(store.stockAt(sku, atMicros).stream().toList());
        }
    }

    /** What a verification of the ledger finds. Crosses the grid. */
    private static final class Verification extends StoreQuestion<StoreAccess, LedgerVerdict> {

        private static final long serialVersionUID = 1L;

        private final @Nullable String sku;

        Verification(@Nullable String sku) {
            super(StoreAccess.class);
            this.sku = sku;
        }

        @Override
        protected LedgerVerdict ask(StoreAccess store) throws SQLException {
            return store.verifyLedger(sku);
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
