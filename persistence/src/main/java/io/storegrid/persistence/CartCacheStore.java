package io.storegrid.persistence;

import io.storegrid.domain.Cart;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Carts behind the {@code carts} cache; warm-up takes the most recently used ones. */
public final class CartCacheStore extends RowCacheStore<Cart> {

    @Override
    Map<String, Cart> read(Connection connection, Collection<String> keys) throws SQLException {
        return CartSql.read(connection, keys);
    }

    @Override
    void write(Connection connection, List<Cart> values) throws SQLException {
        Map<String, Cart> before =
                CartSql.lock(connection, values.stream().map(Cart::id).toList());
        List<CartSql.Change> changes = values.stream()
                .map(cart -> new CartSql.Change(before.get(cart.id()), cart))
                .toList();
        for (CartSql.Change change : changes) {
            Cart stored = change.before();
            if (change.after().version() != (stored == null ? 1 : stored.version() + 1)) {
                requireAll(0, values);
            }
        }
        requireAll(RoundTrip.alone(connection, trip -> CartSql.write(trip, changes)), values);
    }

    @Override
    String warmUpQuery() {
        return CartSql.recentQuery();
    }

    /** Carts that a warm-up loads at most; older ones are read through when their shopper comes back. */
    private static final int WARM_UP_MAX = 100_000;

    @Override
    void bindWarmUp(PreparedStatement statement) throws SQLException {
        statement.setInt(1, WARM_UP_MAX);
    }

    @Override
    Cart value(ResultSet row) throws SQLException {
        return CartSql.cart(row);
    }

    @Override
    String key(Cart value) {
        return value.id();
    }
}
