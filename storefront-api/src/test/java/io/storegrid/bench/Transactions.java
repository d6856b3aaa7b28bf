package io.storegrid.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts the transactions of one database, committed or rolled back, reads included, from {@code pg_stat_database}.
 *
 * <p>A session reports what it did a second or more late. So each connection of the pools is borrowed and told to report
 * before a count is read; those transactions of ours are taken off again. The count itself is read in another database.
 * Sessions outside of the pools are seen late. Not thread-safe.
 */
final class Transactions {

    // Reads a table, because a session that has touched none keeps its count to itself even so.
    private static final String REPORT =
            "SELECT pg_stat_force_next_flush(), (SELECT count(*) FROM pg_class WHERE oid = 'pg_class'::regclass)";
    private static final String COUNT = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = ?";

    private final List<HikariDataSource> pools;
    private final String database;
    private long own;

    /** @param used the pools of whoever is counted */
    Transactions(Database used) {
        this.pools = used.pools();
        this.database = name(used.settings().url());
    }

    /** Transactions until now, less those of this counter. */
    long count() {
        try {
            for (HikariDataSource pool : pools) {
                report(pool);
            }
            try (Connection elsewhere = TestDatabase.connectBeside();
                    PreparedStatement count = elsewhere.prepareStatement(COUNT)) {
                count.setString(1, database);
                try (ResultSet row = count.executeQuery()) {
                    row.next();
                    return row.getLong(1) - own;
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void report(HikariDataSource pool) throws SQLException {
        List<Connection> borrowed = new ArrayList<>();
        try {
            // All at once: a connection that was given back would be given out again.
            int connections = pool.getHikariPoolMXBean().getTotalConnections();
            while (borrowed.size() < connections) {
                borrowed.add(pool.getConnection());
            }
            for (Connection connection : borrowed) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(REPORT);
                }
                if (!connection.getAutoCommit()) {
                    connection.commit();
                }
                own++;
            }
        } finally {
            for (Connection connection : borrowed) {
                connection.close();
            }
        }
    }

    private static String name(String url) {
        String path = url.substring(url.lastIndexOf('/') + 1);
        int options = path.indexOf('?');
        return options < 0 ? path : path.substring(0, options);
    }
}
