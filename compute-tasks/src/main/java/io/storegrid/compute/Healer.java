package io.storegrid.compute;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.lane.ApplyNewest;
import io.storegrid.domain.Versioned;
import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.OrderSql;
import io.storegrid.persistence.ProductSql;
import io.storegrid.persistence.ReservationSql;
import io.storegrid.persistence.StockSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.IgniteCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the grid show what PostgreSQL has: reads the rows of keys that were marked and applies them if newer (PROTOCOL 21).
 * A marked key stays marked until that succeeded. Thread-safe.
 */
public final class Healer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Healer.class);
    private static final int KEYS_AT_ONCE = 500;
    private static final long ROUND_MS = 200;
    private static final Duration COMMIT_ON_ITS_WAY = DatabaseSettings.IDLE_IN_TRANSACTION_TIMEOUT.plusSeconds(1);

    private final Database database;
    private final StoreCaches caches;
    private final Map<String, Set<String>> marked = new ConcurrentHashMap<>();
    private final Counter repaired;
    private final Counter compared;
    private final Counter ahead;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-healer");
    private final Alarm due = new Alarm(thread, this::round);

    public Healer(Database database, StoreCaches caches, MeterRegistry registry) {
        this.database = database;
        this.caches = caches;
        this.repaired = Counter.builder("storegrid.cache.repairs")
                .description("Cache entries that were older than their row and were brought up to date")
                .register(registry);
        this.compared = Counter.builder("storegrid.cache.compared")
                .description("Copies compared with their rows, by the reconciler")
                .register(registry);
        this.ahead = Counter.builder("storegrid.cache.ahead")
                .description("Copies that were newer than any row and were replaced: defects")
                .register(registry);
    }

    /** Remembers keys of a cache whose entries may be older than their rows. */
    public void mark(String cache, Collection<String> keys) {
        marked.computeIfAbsent(cache, name -> ConcurrentHashMap.newKeySet()).addAll(keys);
        due.set(ROUND_MS);
    }

    /**
     * Remembers keys whose rows a transaction of unknown outcome may have changed: healed at once, and once more when a
     * COMMIT that was still on its way has had all the time that PostgreSQL gives it.
     */
    public void doubt(String cache, Collection<String> keys) {
        List<String> doubted = List.copyOf(keys);
        mark(cache, doubted);
        var unused = thread.schedule(() -> mark(cache, doubted), COMMIT_ON_ITS_WAY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Brings entries up to date now. Blocking. */
    public int heal(String cache, Collection<String> keys) throws SQLException {
        int healed = 0;
        for (Map.Entry<String, Versioned> row : rows(cache, keys).entrySet()) {
            if (apply(cache, row.getKey(), row.getValue())) {
                healed++;
            }
        }
        repaired.increment(healed);
        return healed;
    }

    /** The rows behind keys of a cache; absent ones left out. Blocking. */
    public Map<String, Versioned> rows(String cache, Collection<String> keys) throws SQLException {
        try (Connection connection = database.reader()) {
            return rows(connection, cache, keys);
        }
    }

    static Map<String, Versioned> rows(Connection connection, String cache, Collection<String> keys)
            throws SQLException {
        Map<String, Versioned> rows = new HashMap<>();
        switch (cache) {
            case StoreCaches.INVENTORY -> rows.putAll(StockSql.rows(connection, keys));
            case StoreCaches.RESERVATIONS ->
                ReservationSql.read(connection, keys).forEach((key, reading) -> rows.put(key, reading.reservation()));
            case StoreCaches.CARTS -> rows.putAll(CartSql.read(connection, keys));
            case StoreCaches.ORDERS -> rows.putAll(OrderSql.read(connection, keys));
            default -> rows.putAll(ProductSql.read(connection, keys));
        }
        return rows;
    }

    /** Counts what a pass of the reconciler found. */
    void countCompared(long copies, long older, long newer) {
        compared.increment((double) copies);
        repaired.increment((double) older);
        ahead.increment((double) newer);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    @SuppressWarnings("unchecked")
    private boolean apply(String cache, String key, Versioned row) {
        IgniteCache<String, Versioned> target = (IgniteCache<String, Versioned>) (IgniteCache<String, ?>)
                switch (cache) {
                    case StoreCaches.INVENTORY -> caches.inventory();
                    case StoreCaches.RESERVATIONS -> caches.reservations();
                    case StoreCaches.CARTS -> caches.carts();
                    case StoreCaches.ORDERS -> caches.orders();
                    default -> caches.products();
                };
        return target.withSkipStore().invoke(key, ApplyNewest.onEveryCopy(row));
    }

    private void round() {
        for (Map.Entry<String, Set<String>> entry : marked.entrySet()) {
            List<String> some = new ArrayList<>();
            for (String key : entry.getValue()) {
                some.add(key);
                if (some.size() == KEYS_AT_ONCE) {
                    break;
                }
            }
            if (some.isEmpty()) {
                continue;
            }
            // Unmarked first: a mark that comes while we read stands for a row that we may not have seen.
            entry.getValue().removeAll(some);
            try {
                heal(entry.getKey(), some);
            } catch (SQLException | RuntimeException e) {
                mark(entry.getKey(), some);
                LOG.debug("Healing has to wait [cache={}, keys={}]", entry.getKey(), some.size(), e);
            }
            if (!entry.getValue().isEmpty()) {
                due.set(ROUND_MS);
            }
        }
    }
}
