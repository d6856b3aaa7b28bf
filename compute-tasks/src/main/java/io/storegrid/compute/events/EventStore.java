package io.storegrid.compute.events;

import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.StockSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The events in PostgreSQL. A node with data asks it itself, one without asks a node with data. Blocking, thread-safe; what
 * it returns can cross the grid.
 */
public interface EventStore {

    /** Versions of one order that are read at once; an order has some ten. */
    int ENTRIES_MAX = 1_000;

    EventPage after(EventPosition position, EventFilter filter, int limit) throws SQLException;

    EventPosition head() throws SQLException;

    boolean lost(EventPosition position) throws SQLException;

    EventPosition oldest() throws SQLException;

    Map<String, InventoryItem> stock(Collection<String> skus) throws SQLException;

    List<OrderEntry> orderEntries(String orderId, long afterVersion) throws SQLException;

    /** Of a node that reaches PostgreSQL. */
    static EventStore of(Database database) {
        return new EventStore() {
            @Override
            public EventPage after(EventPosition position, EventFilter filter, int limit) throws SQLException {
                try (Connection connection = database.reader()) {
                    return OutboxSql.after(connection, position, filter, limit);
                }
            }

            @Override
            public EventPosition head() throws SQLException {
                try (Connection connection = database.reader()) {
                    return OutboxSql.head(connection);
                }
            }

            @Override
            public boolean lost(EventPosition position) throws SQLException {
                try (Connection connection = database.reader()) {
                    return OutboxSql.lost(connection, position);
                }
            }

            @Override
            public EventPosition oldest() throws SQLException {
                try (Connection connection = database.reader()) {
                    return OutboxSql.oldest(connection);
                }
            }

            @Override
            public Map<String, InventoryItem> stock(Collection<String> skus) throws SQLException {
                try (Connection connection = database.reader()) {
                    return new HashMap<>(StockSql.rows(connection, skus));
                }
            }

            @Override
            public List<OrderEntry> orderEntries(String orderId, long afterVersion) throws SQLException {
                try (Connection connection = database.reader()) {
                    return new ArrayList<>(OutboxSql.orderEntries(connection, orderId, afterVersion, ENTRIES_MAX));
                }
            }
        };
    }
}
