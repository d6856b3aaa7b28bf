package io.storegrid.cluster;

import io.storegrid.domain.HoldState;
import io.storegrid.torture.history.StoreRows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * What PostgreSQL has, as far as {@link Told} knows better.
 *
 * @param holds by reservation id
 * @param stock by SKU
 * @param cartUnits by {@link #cartLine}
 */
record Stored(Map<String, Hold> holds, Map<String, Stock> stock, Map<String, Integer> cartUnits) {

    /** @param lines units by SKU */
    record Hold(HoldState state, Map<String, Integer> lines) {}

    record Stock(long onHand, long reserved) {}

    /** The name of a cart's line. */
    static String cartLine(String cart, String sku) {
        return cart + ' ' + sku;
    }

    static Stored read(Connection connection) throws SQLException {
        Map<String, Hold> holds = new HashMap<>();
        Map<String, Stock> stock = new HashMap<>();
        Map<String, Integer> cartUnits = new HashMap<>();
        StoreRows.holds(connection).forEach((id, row) -> holds.put(id, new Hold(row.state(), row.lines())));
        StoreRows.stock(connection).forEach((sku, row) -> stock.put(sku, new Stock(row.onHand(), row.reserved())));
        StoreRows.carts(connection)
                .forEach((id, row) -> row.lines().forEach((sku, units) -> cartUnits.put(cartLine(id, sku), units)));
        return new Stored(holds, stock, cartUnits);
    }
}
