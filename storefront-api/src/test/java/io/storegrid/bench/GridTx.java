package io.storegrid.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.storegrid.domain.ReservationLine;
import io.storegrid.grid.TestGrid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.configuration.Factory;
import javax.cache.integration.CacheWriterException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.store.CacheStore;
import org.apache.ignite.cache.store.CacheStoreAdapter;
import org.apache.ignite.cache.store.CacheStoreSession;
import org.apache.ignite.cache.store.CacheStoreSessionListener;
import org.apache.ignite.cache.store.jdbc.CacheJdbcStoreSessionListener;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.resources.CacheStoreSessionResource;
import org.apache.ignite.transactions.Transaction;
import org.apache.ignite.transactions.TransactionConcurrency;
import org.apache.ignite.transactions.TransactionIsolation;
import org.jspecify.annotations.Nullable;

/**
 * A reservation as Ignite's manual has it: one pessimistic transaction over two caches that write through, on one JDBC
 * connection by the session listener. The rows are the product's. Only for measuring: what such a transaction does when a
 * node dies is why the product has none.
 */
final class GridTx implements Contender {

    private static final String STOCK = "bench-inventory";
    private static final String HOLDS = "bench-reservations";

    /** Where the stores, which Ignite makes itself, find the pool of the one contender that runs. */
    private static volatile @Nullable HikariDataSource pool;

    private final SqlRows rows = new SqlRows();
    private final TestGrid grid = TestGrid.start(1, rows.database().settings(), "2GB");
    private final Ignite node = grid.node(0);
    private final IgniteCache<String, Units> stock;
    private final IgniteCache<String, Hold> holds;
    private final ExecutorService threads = Executors.newFixedThreadPool(PlainSql.POOL, task -> {
        Thread thread = new Thread(task, "grid-tx");
        thread.setDaemon(true);
        return thread;
    });

    GridTx() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(rows.database().settings().url());
        config.setUsername(rows.database().settings().user());
        config.setMaximumPoolSize(PlainSql.POOL);
        config.setMinimumIdle(1);
        config.addDataSourceProperty("prepareThreshold", "3");
        use(new HikariDataSource(config));
        stock = node.getOrCreateCache(GridTx.<Units>cache(STOCK, new StockStores()));
        holds = node.getOrCreateCache(GridTx.<Hold>cache(HOLDS, new HoldStores()));
    }

    private static void use(HikariDataSource opened) {
        pool = opened;
    }

    @SuppressWarnings("unchecked") // Ignite has an array of a generic type there.
    private static <V> CacheConfiguration<String, V> cache(String name, Factory<CacheStore<String, V>> stores) {
        CacheConfiguration<String, V> configuration = new CacheConfiguration<>(name);
        configuration.setAtomicityMode(CacheAtomicityMode.TRANSACTIONAL);
        configuration.setCacheStoreFactory(stores);
        configuration.setReadThrough(true);
        configuration.setWriteThrough(true);
        configuration.setCacheStoreSessionListenerFactories(new Sessions());
        return configuration;
    }

    @Override
    public String name() {
        return "grid-tx";
    }

    @Override
    public void stock(List<String> skus, long onHand) {
        rows.stock(skus, onHand);
    }

    @Override
    public CompletableFuture<Boolean> reserve(Order order) {
        return CompletableFuture.supplyAsync(() -> reserveNow(order), threads);
    }

    private boolean reserveNow(Order order) {
        String id = SqlRows.reservationId(order);
        try (Transaction transaction =
                node.transactions().txStart(TransactionConcurrency.PESSIMISTIC, TransactionIsolation.REPEATABLE_READ)) {
            for (ReservationLine line : order.lines()) {
                Units before = stock.get(line.sku());
                if (before == null || before.onHand - before.reserved < line.quantity()) {
                    return false;
                }
                stock.put(line.sku(), new Units(before, line.quantity(), id));
            }
            holds.put(id, new Hold(order));
            transaction.commit();
            return true;
        }
    }

    @Override
    public Books books() {
        long reserved = 0;
        for (Cache.Entry<String, Units> entry : stock) {
            reserved += entry.getValue().reserved;
        }
        return rows.books(OptionalLong.of(reserved));
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        grid.close();
        Objects.requireNonNull(pool).close();
        rows.close();
    }

    /** A stock row and the change that made it. */
    static final class Units {
        private final long onHand;
        private final long reserved;
        private final long version;
        private final long taken;
        private final String ref;

        Units(long onHand, long reserved, long version) {
            this.onHand = onHand;
            this.reserved = reserved;
            this.version = version;
            this.taken = 0;
            this.ref = "";
        }

        Units(Units before, int taken, String ref) {
            this.onHand = before.onHand;
            this.reserved = before.reserved + taken;
            this.version = before.version + 1;
            this.taken = taken;
            this.ref = ref;
        }
    }

    /** A reservation with its lines and key. */
    static final class Hold {
        private final String key;
        private final String entropy;
        private final String[] skus;
        private final int[] quantities;

        Hold(Order order) {
            key = order.key();
            entropy = order.entropy();
            skus = order.lines().stream().map(ReservationLine::sku).toArray(String[]::new);
            quantities =
                    order.lines().stream().mapToInt(ReservationLine::quantity).toArray();
        }

        Order order() {
            ReservationLine[] lines = new ReservationLine[skus.length];
            for (int i = 0; i < skus.length; i++) {
                lines[i] = new ReservationLine(skus[i], quantities[i]);
            }
            return new Order(key, entropy, List.of(lines));
        }
    }

    /** One JDBC transaction for each of the grid's. */
    static final class Sessions implements Factory<CacheStoreSessionListener> {
        private static final long serialVersionUID = 1L;

        @Override
        public CacheStoreSessionListener create() {
            CacheJdbcStoreSessionListener listener = new CacheJdbcStoreSessionListener();
            listener.setDataSource(Objects.requireNonNull(pool));
            return listener;
        }
    }

    /** Makes the store of stock rows. */
    static final class StockStores implements Factory<CacheStore<String, Units>> {
        private static final long serialVersionUID = 1L;

        @Override
        public CacheStore<String, Units> create() {
            return new StockStore();
        }
    }

    /** Makes the store of reservations. */
    static final class HoldStores implements Factory<CacheStore<String, Hold>> {
        private static final long serialVersionUID = 1L;

        @Override
        public CacheStore<String, Hold> create() {
            return new HoldStore();
        }
    }

    private static final class StockStore extends CacheStoreAdapter<String, Units> {

        @CacheStoreSessionResource
        private @Nullable CacheStoreSession session;

        @Override
        public @Nullable Units load(String sku) {
            try (Connection connection = Objects.requireNonNull(pool).getConnection();
                    PreparedStatement read = connection.prepareStatement(
                            "SELECT on_hand, reserved, version FROM inventory WHERE sku = ?")) {
                read.setString(1, sku);
                try (ResultSet row = read.executeQuery()) {
                    return row.next() ? new Units(row.getLong(1), row.getLong(2), row.getLong(3)) : null;
                }
            } catch (SQLException e) {
                throw new CacheWriterException(e);
            }
        }

        @Override
        public void write(Cache.Entry<? extends String, ? extends Units> entry) {
            Units units = entry.getValue();
            Connection connection = connection(session);
            try (PreparedStatement update = connection.prepareStatement(
                            "UPDATE inventory SET reserved = ?, version = ? WHERE sku = ? AND version = ?");
                    PreparedStatement ledger = connection.prepareStatement(PlainSql.LEDGER)) {
                update.setLong(1, units.reserved);
                update.setLong(2, units.version);
                update.setString(3, entry.getKey());
                update.setLong(4, units.version - 1);
                if (update.executeUpdate() != 1) {
                    throw new CacheWriterException("a stock row was not as decided");
                }
                ledger.setString(1, entry.getKey());
                ledger.setLong(2, units.version);
                ledger.setLong(3, units.taken);
                ledger.setString(4, units.ref);
                ledger.executeUpdate();
            } catch (SQLException e) {
                throw new CacheWriterException(e);
            }
        }

        @Override
        public void delete(Object key) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class HoldStore extends CacheStoreAdapter<String, Hold> {

        @CacheStoreSessionResource
        private @Nullable CacheStoreSession session;

        @Override
        public @Nullable Hold load(String id) {
            return null;
        }

        @Override
        public void write(Cache.Entry<? extends String, ? extends Hold> entry) {
            Order order = entry.getValue().order();
            try {
                PlainSql.writeHold(connection(session), entry.getKey(), order);
            } catch (SQLException e) {
                throw new CacheWriterException(e);
            }
        }

        @Override
        public void delete(Object key) {
            throw new UnsupportedOperationException();
        }
    }

    private static Connection connection(@Nullable CacheStoreSession session) {
        return Objects.requireNonNull(Objects.requireNonNull(session).<Connection>attachment());
    }
}
