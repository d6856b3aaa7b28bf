package io.storegrid.bench;

import io.storegrid.persistence.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Gives the bench's server the log files of one that has been in use: PostgreSQL writes into files that it has used before,
 * and on a new server there are none. Whoever needs the next one then fills it with 16 MB of zeros first, within its own
 * transaction: in a profile that was a twelfth of the lane's backend, and none of it is work of the lane.
 */
final class LogFiles {

    /** One gigabyte, which is what PostgreSQL writes between two checkpoints as it comes. */
    private static final int FILES = 64;

    /** Fewer than this many mean that nothing was kept. */
    private static final int ENOUGH = FILES / 2;

    private LogFiles() {}

    /** Fills that many files and has the next checkpoint keep them. Blocking, some seconds. */
    static void use() {
        try (Connection connection = TestDatabase.connectBeside();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET min_wal_size = '1GB'");
            statement.execute("SELECT pg_reload_conf()");
            for (int i = 0; i < FILES; i++) {
                // A file in which nothing was written is not left.
                statement.execute("SELECT pg_logical_emit_message(true, 'bench', 'next file')");
                statement.execute("SELECT pg_switch_wal()");
            }
            statement.execute("CHECKPOINT");
            int ready = ready(statement);
            if (ready < ENOUGH) {
                throw new IllegalStateException("PostgreSQL kept " + ready + " of its log files");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Files behind the one that is written now. */
    private static int ready(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT count(*) FROM pg_ls_waldir()"
                + " WHERE name > pg_walfile_name(pg_current_wal_lsn()) AND length(name) = 24")) {
            row.next();
            return row.getInt(1);
        }
    }
}
