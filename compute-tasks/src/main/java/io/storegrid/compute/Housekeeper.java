package io.storegrid.compute;

import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.IdempotencySql;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.WebhookSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears out what nobody can ask for any more: idempotency records and events past their retention, and carts that were deleted
 * or ran out. Done by the oldest node only, a bounded number of rows at a time. What it deletes takes no commands, so it need not
 * go through a lane. Thread-safe.
 */
public final class Housekeeper implements AutoCloseable {

    /** Twice what the contract promises, so that a client that retries for a day never meets the edge. */
    static final Duration RECORD_RETENTION = Duration.ofDays(2);

    /** How long a dead cart is kept, so that a late copy of its past still meets its row. */
    static final Duration CART_RETENTION = Duration.ofDays(1);

    /** A day of a webhook's failures fits in, and an hour in which somebody looks at it. */
    public static final Duration EVENT_RETENTION_DEFAULT = Duration.ofHours(25);

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeper.class);
    private static final Duration EVERY = Duration.ofMinutes(15);
    private static final int ROWS_AT_ONCE = 2_000;

    private final Ignite ignite;
    private final Database database;
    private final StoreCaches caches;
    private final Duration eventRetention;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-housekeeper");

    /** @param eventRetention how long events can be read again, whole hours */
    public Housekeeper(Ignite ignite, Database database, StoreCaches caches, Duration eventRetention) {
        this.ignite = ignite;
        this.database = database;
        this.caches = caches;
        this.eventRetention = eventRetention;
    }

    /** Begins to clear out, after a first pause. */
    public void start() {
        var unused =
                thread.scheduleWithFixedDelay(this::round, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Clears out now. Blocking. */
    public void clear() throws SQLException {
        int records;
        do {
            try (Connection connection = database.maintenance()) {
                records = IdempotencySql.purge(connection, (int) RECORD_RETENTION.toHours(), ROWS_AT_ONCE);
            }
        } while (records == ROWS_AT_ONCE);
        List<String> carts;
        do {
            try (Connection connection = database.maintenance()) {
                carts = CartSql.purge(connection, (int) CART_RETENTION.toHours(), ROWS_AT_ONCE);
            }
            caches.carts().withSkipStore().removeAll(new TreeSet<>(carts));
        } while (carts.size() == ROWS_AT_ONCE);
        int events;
        do {
            try (Connection connection = database.maintenance()) {
                events = OutboxSql.purge(connection, (int) eventRetention.toHours(), ROWS_AT_ONCE);
            }
        } while (events == ROWS_AT_ONCE);
        int attempts;
        do {
            try (Connection connection = database.maintenance()) {
                attempts = WebhookSql.purge(connection, (int) eventRetention.toHours(), ROWS_AT_ONCE);
            }
        } while (attempts == ROWS_AT_ONCE);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void round() {
        try {
            if (ignite.cluster().forServers().forOldest().node().isLocal()) {
                clear();
            }
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Clearing out has to wait for the next round [cause={}]", e.getMessage());
        }
    }
}
