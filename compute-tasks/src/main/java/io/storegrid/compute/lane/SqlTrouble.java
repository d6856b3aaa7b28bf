package io.storegrid.compute.lane;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What an error of PostgreSQL's means for a batch whose COMMIT was not sent: in each case nothing was done. */
enum SqlTrouble {
    /** The connection or the server is gone. */
    CONNECTION,
    /** Another transaction was in the way and will be gone: deadlock, serialization failure. */
    CONFLICT,
    /** A row or key stayed locked for too long. */
    LOCK_TIMEOUT,
    /** A statement took too long. */
    TIMEOUT,
    /** PostgreSQL does not accept what was written. */
    REFUSED;

    static SqlTrouble of(SQLException e) {
        String state = e.getSQLState();
        if (e instanceof SQLTransientConnectionException || state == null) {
            return CONNECTION;
        }
        return switch (state) {
            case "40001", "40P01" -> CONFLICT;
            case "55P03" -> LOCK_TIMEOUT;
            case "57014" -> TIMEOUT;
            // Shutting down, crashed, starting up, idle in transaction for too long, too many clients.
            case "57P01", "57P02", "57P03", "25P03", "25P04", "53300" -> CONNECTION;
            default -> state.startsWith("08") || "58030".equals(state) ? CONNECTION : REFUSED;
        };
    }
}
