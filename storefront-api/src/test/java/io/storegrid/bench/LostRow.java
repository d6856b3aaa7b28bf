package io.storegrid.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.persistence.TestDatabase;
import java.util.List;

/** Takes rows away, to see that somebody notices. Stateless. */
final class LostRow {

    /** Where a reservation leaves rows. */
    static final List<String> RESERVATION_TABLES =
            List.of("reservation", "reservation_line", "stock_ledger", "idempotency");

    private LostRow() {}

    /** Asserts that {@code check} fails while a row of {@code table} is gone, and only then. */
    static void mustFail(TestDatabase database, String table, Runnable check) {
        check.run();
        database.execute("CREATE TABLE lost (LIKE " + table + ")");
        database.execute("WITH gone AS (DELETE FROM " + table + " WHERE ctid = (SELECT ctid FROM " + table
                + " ORDER BY ctid DESC LIMIT 1) RETURNING *) INSERT INTO lost SELECT * FROM gone");
        assertThrows(IllegalStateException.class, check::run, () -> "nobody missed a row of " + table);
        database.execute("INSERT INTO " + table + " SELECT * FROM lost");
        database.execute("DROP TABLE lost");
        check.run();
    }
}
