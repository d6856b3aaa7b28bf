package io.storegrid.persistence;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The way to PostgreSQL: two small pools for the lanes, whose connections are never shared with anything slow, and one for
 * everything else that reads, so that no crowd of readers makes a lane wait. Opening it connects to nothing. Thread-safe.
 */
public final class Database implements AutoCloseable {

    /**
     * A lane's statements are planned once for each connection, for arrays of unknown length. Left to itself PostgreSQL plans
     * anew for every batch as long as batches are small, because it takes an unknown array for a long one; and that costs as
     * much as the statement. What is planned once must not depend on how many rows there were at that moment: every row is
     * found by its key, whatever the statistics say.
     */
    private static final String ONE_PLAN =
            " -c plan_cache_mode=force_generic_plan" + " -c enable_seqscan=off -c enable_bitmapscan=off";

    private final HikariDataSource writers;
    private final HikariDataSource laneReaders;
    private final HikariDataSource readers;
    private final DatabaseSettings settings;
    private final AtomicBoolean away = new AtomicBoolean();

    private Database(DatabaseSettings settings, int writerConnections, int readerConnections) {
        this.settings = settings;
        this.writers = pool("storegrid-write", settings, writerConnections, false, ONE_PLAN);
        this.laneReaders = pool("storegrid-lane-read", settings, writerConnections, true, "");
        this.readers = pool("storegrid-read", settings, readerConnections, true, "");
    }

    /**
     * @param writerConnections one for each lane's transaction, and as many for the lanes' reads
     * @param readerConnections for read-through, fresh reads, the sweeper and whatever else reads
     */
    public static Database open(DatabaseSettings settings, int writerConnections, int readerConnections) {
        return new Database(settings, writerConnections, readerConnections);
    }

    /** A connection for a lane's transaction: auto-commit off, READ COMMITTED. The caller closes it. */
    public Connection writer() throws SQLException {
        return writers.getConnection();
    }

    /** A connection for a lane's reads: auto-commit on. The caller closes it. */
    public Connection laneReader() throws SQLException {
        return laneReaders.getConnection();
    }

    /**
     * A connection for single statements of everyone else: auto-commit on. Fails at once while the store is known to be away,
     * so that readers do not pile up behind a pool that has nothing to give. The caller closes it.
     */
    public Connection reader() throws SQLException {
        if (away.get()) {
            throw new SQLTransientConnectionException("PostgreSQL is known to be away", "08001");
        }
        return readers.getConnection();
    }

    /** A connection of its own, without the short time limits, for what may take minutes. The caller closes it. */
    public Connection maintenance() throws SQLException {
        return direct("storegrid-maintenance").getConnection();
    }

    /**
     * A connection of its own to find out whether PostgreSQL is back: a pool that was refused for some time tries again after
     * a pause that only grows. Opening it and every answer take {@link DatabaseSettings#CONNECT_TIMEOUT} at most. The caller
     * closes it.
     */
    public Connection probe() throws SQLException {
        PGSimpleDataSource source = direct("storegrid-probe");
        source.setSocketTimeout((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds());
        return source.getConnection();
    }

    private PGSimpleDataSource direct(String name) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(settings.url());
        if (settings.user() != null) {
            source.setUser(settings.user());
        }
        if (settings.password() != null) {
            source.setPassword(settings.password());
        }
        source.setConnectTimeout((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds());
        source.setLoginTimeout((int) DatabaseSettings.CONNECT_TIMEOUT.toSeconds());
        source.setApplicationName(name);
        return source;
    }

    /** Says whether PostgreSQL is known not to answer; returns whether that is news. */
    public boolean away(boolean known) {
        return away.compareAndSet(!known, known);
    }

    /** Whether PostgreSQL is known not to answer. */
    public boolean away() {
        return away.get();
    }

    /** All pools, for metrics. */
    public List<HikariDataSource> pools() {
        return List.of(writers, laneReaders, readers);
    }

    public DatabaseSettings settings() {
        return settings;
    }

    /** Lets go of a connection that must not be used again, whatever state it is in. */
    public void discardWriter(Connection connection) {
        writers.evictConnection(connection);
    }

    @Override
    public void close() {
        writers.close();
        laneReaders.close();
        readers.close();
    }

    private static HikariDataSource pool(
            String name, DatabaseSettings settings, int size, boolean autoCommit, String options) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(settings.url());
        if (settings.user() != null) {
            config.setUsername(settings.user());
        }
        if (settings.password() != null) {
            config.setPassword(settings.password());
        }
        config.setMaximumPoolSize(size);
        // With a minimum to keep, the pool goes on by itself while PostgreSQL is away, and doubles its pause up to
        // five seconds, which the first write afterwards would sit out. Without one it stops when nobody waits,
        // and begins anew when somebody does.
        config.setMinimumIdle(0);
        config.setAutoCommit(autoCommit);
        // Left to itself the pool takes it from its first connection. One that breaks in that moment tells it
        // nothing, and the pool then asks every later connection for level -1, which none has.
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setConnectionTimeout(DatabaseSettings.POOL_TIMEOUT.toMillis());
        config.setValidationTimeout(DatabaseSettings.POOL_TIMEOUT.toMillis() / 2);
        // Start-up decides by itself how to report a database that is not there.
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("ApplicationName", name);
        config.addDataSourceProperty("connectTimeout", seconds(DatabaseSettings.CONNECT_TIMEOUT));
        config.addDataSourceProperty("loginTimeout", seconds(DatabaseSettings.CONNECT_TIMEOUT));
        config.addDataSourceProperty("socketTimeout", seconds(DatabaseSettings.SOCKET_TIMEOUT));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("prepareThreshold", "3");
        config.addDataSourceProperty(
                "options",
                "-c statement_timeout=" + DatabaseSettings.STATEMENT_TIMEOUT.toMillis()
                        + " -c lock_timeout=" + DatabaseSettings.LOCK_TIMEOUT.toMillis()
                        + " -c idle_in_transaction_session_timeout="
                        + DatabaseSettings.IDLE_IN_TRANSACTION_TIMEOUT.toMillis()
                        + " -c synchronous_commit=on -c TimeZone=UTC" + options);
        return new HikariDataSource(config);
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }
}
