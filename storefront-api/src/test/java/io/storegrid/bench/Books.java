package io.storegrid.bench;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalLong;

/**
 * What is written about reserved units, from each place that says it. All places must agree, and with what callers were
 * told.
 *
 * @param reserved units that the stock rows call reserved
 * @param held units of the lines of live holds
 * @param holds live holds
 * @param ledger units reserved by the ledger
 * @param keys records of idempotency keys, those of checkouts left out
 * @param grid units that the grid's entries call reserved; none where there is no grid
 */
record Books(long reserved, long held, long holds, long ledger, long keys, OptionalLong grid) {

    private static final String SQL = """
            SELECT (SELECT coalesce(sum(reserved), 0) FROM inventory),
                   (SELECT coalesce(sum(l.quantity), 0) FROM reservation r JOIN reservation_line l ON l.reservation_id = r.id
                    WHERE r.state = 'HELD'),
                   (SELECT count(*) FROM reservation WHERE state = 'HELD'),
                   (SELECT coalesce(sum(delta_reserved), 0) FROM stock_ledger),
                   (SELECT count(*) FROM idempotency WHERE scope = 'api' AND body NOT LIKE '%ord_%')""";

    static Books read(Connection connection, OptionalLong grid) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SQL)) {
            row.next();
            return new Books(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4), row.getLong(5), grid);
        }
    }

    /**
     * Fails the run unless the books hold exactly what was acknowledged.
     *
     * @param held orders that callers were told are held
     * @param units units of those orders
     * @param refused orders that callers were told are refused
     */
    void check(String contender, long held, long units, long refused) {
        if (reserved != units
                || this.held != units
                || holds != held
                || ledger != units
                || keys != held + refused
                || (grid.isPresent() && grid.getAsLong() != units)) {
            throw new IllegalStateException("The books of " + contender + " are wrong [acknowledged=" + held
                    + ", units=" + units + ", refused=" + refused + ", books=" + this + "]");
        }
    }
}
