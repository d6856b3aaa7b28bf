package io.storegrid.persistence;

import io.storegrid.domain.Order;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Orders behind the {@code orders} cache; warm-up takes the newest. A plain put is refused: an order without its hold, history and step would break the books. */
public final class OrderCacheStore extends RowCacheStore<Order> {

    /** Orders that a warm-up loads at most; older ones are read through when somebody asks. */
    private static final int WARM_UP_MAX = 100_000;

    @Override
    Map<String, Order> read(Connection connection, Collection<String> keys) throws SQLException {
        return OrderSql.read(connection, keys);
    }

    @Override
    void write(Connection connection, List<Order> values) throws SQLException {
        throw new SQLFeatureNotSupportedException("orders are changed by commands only");
    }

    @Override
    String warmUpQuery() {
        return OrderSql.recentQuery();
    }

    @Override
    void bindWarmUp(PreparedStatement statement) throws SQLException {
        statement.setInt(1, WARM_UP_MAX);
    }

    @Override
    Order value(ResultSet row) throws SQLException {
        return OrderSql.order(row);
    }

    @Override
    String key(Order value) {
        return value.id();
    }
}
