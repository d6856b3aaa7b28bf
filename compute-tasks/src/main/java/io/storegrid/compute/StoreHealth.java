package io.storegrid.compute;

import io.storegrid.persistence.Database;
import io.storegrid.persistence.Times;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether PostgreSQL answers: the circuit breaker of the lanes. Opened by whoever ran into trouble, closed by a probe of
 * its own, so that nobody's request has to find out whether the database is back. What is known is kept in {@link Database}
 * alone: two places could come to differ for good when both are told at once. Thread-safe.
 */
public final class StoreHealth implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StoreHealth.class);
    private static final long PROBE_EVERY_MS = 200;
    private static final int PROBE_WHEN_UP_EVERY = 5;

    private final Database database;
    private final StoreClock clock;
    private final ScheduledExecutorService prober = Threads.timer("storegrid-probe");
    private int probes;

    public StoreHealth(Database database, StoreClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Begins to probe. */
    public void start() {
        var unused = prober.scheduleWithFixedDelay(this::probe, PROBE_EVERY_MS, PROBE_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** PostgreSQL's time as this node knows it, microseconds since the epoch. */
    public long nowMicros() {
        return clock.nowMicros();
    }

    /** Whether writes are worth trying. */
    public boolean up() {
        return !database.away();
    }

    /** Says that PostgreSQL did not answer. */
    public void down(String why) {
        if (database.away(true)) {
            LOG.warn("PostgreSQL does not answer, writes are refused until it does [{}]", why);
        }
    }

    /** Reads the database's clock; throws when it cannot be reached. */
    public void readClock() throws SQLException {
        try (Connection connection = database.laneReader()) {
            readClock(connection);
        }
    }

    private void readClock(Connection connection) throws SQLException {
        long sent = System.nanoTime();
        long micros = Times.now(connection);
        clock.observe(micros, sent, System.nanoTime());
    }

    private void readClockPastThePool() throws SQLException {
        try (Connection connection = database.probe()) {
            readClock(connection);
        }
    }

    @Override
    public void close() {
        prober.shutdownNow();
    }

    private void probe() {
        // An idle node has to notice an outage too, but need not be quick about it.
        if (up() && ++probes % PROBE_WHEN_UP_EVERY != 0) {
            return;
        }
        try {
            if (up()) {
                readClock();
            } else {
                readClockPastThePool();
                if (database.away(false)) {
                    LOG.info("PostgreSQL answers again");
                }
            }
        } catch (SQLException | RuntimeException e) {
            down(String.valueOf(e.getMessage()));
            LOG.debug("PostgreSQL is away", e);
        }
    }
}
