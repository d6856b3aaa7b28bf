package io.storegrid.compute;

import io.storegrid.domain.InventoryItem;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.Invariants;
import io.storegrid.persistence.StockSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a node asks PostgreSQL beside the lanes: its time, whether it answers, single rows, the books. A node with data asks
 * itself, one without asks a node with data. Blocking where it says that it throws {@link SQLException}; thread-safe.
 */
public interface StoreAccess {

    /** Whether PostgreSQL answers, as far as is known; at once. */
    boolean up();

    /** PostgreSQL's time as known here, microseconds since the epoch; at once. */
    long nowMicros();

    /** The stock row itself, past the grid. */
    Optional<InventoryItem> stock(String sku) throws SQLException;

    /** Rows that break an invariant, by its name; empty when all hold. Full scans. */
    Map<String, List<String>> violations() throws SQLException;

    /** Of a node that reaches PostgreSQL. */
    static StoreAccess of(Database database, StoreHealth health) {
        return new StoreAccess() {
            @Override
            public boolean up() {
                return health.up();
            }

            @Override
            public long nowMicros() {
                return health.nowMicros();
            }

            @Override
            public Optional<InventoryItem> stock(String sku) throws SQLException {
                try (Connection connection = database.reader()) {
                    return Optional.ofNullable(
                            StockSql.rows(connection, List.of(sku)).get(sku));
                }
            }

            @Override
            public Map<String, List<String>> violations() throws SQLException {
                try (Connection connection = database.maintenance()) {
                    Map<String, List<String>> found = new LinkedHashMap<>();
                    for (Invariants.Violation violation : Invariants.violations(connection)) {
                        // Copied: what may cross the grid is of a class that every node can read.
                        found.put(violation.invariant(), new ArrayList<>(violation.rows()));
                    }
                    return found;
                }
            }
        };
    }
}
