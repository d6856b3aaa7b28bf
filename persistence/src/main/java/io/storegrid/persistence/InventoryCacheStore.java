package io.storegrid.persistence;

import io.storegrid.domain.InventoryItem;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Stock behind the {@code inventory} cache. A put may change what is on hand, never what is reserved: that belongs to holds. */
public final class InventoryCacheStore extends RowCacheStore<InventoryItem> {

    @Override
    Map<String, InventoryItem> read(Connection connection, Collection<String> keys) throws SQLException {
        return StockSql.rows(connection, keys);
    }

    @Override
    void write(Connection connection, List<InventoryItem> values) throws SQLException {
        requireAll(StockSql.put(connection, values), values);
    }

    @Override
    String warmUpQuery() {
        return "SELECT sku, on_hand, reserved, version FROM inventory";
    }

    @Override
    InventoryItem value(ResultSet row) throws SQLException {
        return StockSql.item(row);
    }

    @Override
    String key(InventoryItem value) {
        return value.sku();
    }
}
