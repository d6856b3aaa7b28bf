package io.storegrid.persistence;

import io.storegrid.domain.Product;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Products behind the {@code products} cache. */
public final class ProductCacheStore extends RowCacheStore<Product> {

    @Override
    Map<String, Product> read(Connection connection, Collection<String> keys) throws SQLException {
        return ProductSql.read(connection, keys);
    }

    @Override
    void write(Connection connection, List<Product> values) throws SQLException {
        requireAll(RoundTrip.alone(connection, trip -> ProductSql.write(trip, values)), values);
    }

    @Override
    String warmUpQuery() {
        return ProductSql.allQuery();
    }

    @Override
    Product value(ResultSet row) throws SQLException {
        return ProductSql.product(row);
    }

    @Override
    String key(Product value) {
        return value.sku();
    }
}
