package io.storegrid.cluster;

import io.storegrid.domain.HoldState;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;

/**
 * What PostgreSQL has.
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
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("""
                    SELECT r.id, r.state, l.sku, l.quantity
                    FROM reservation r JOIN reservation_line l ON l.reservation_id = r.id""")) {
                while (row.next()) {
                    HoldState state = HoldState.valueOf(row.getString(2));
                    holds.computeIfAbsent(row.getString(1), id -> new Hold(state, new HashMap<>()))
                            .lines()
                            .put(row.getString(3), row.getInt(4));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT sku, on_hand, reserved FROM inventory")) {
                while (row.next()) {
                    stock.put(row.getString(1), new Stock(row.getLong(2), row.getLong(3)));
                }
            }
            try (ResultSet row = statement.executeQuery("SELECT cart_id, sku, quantity FROM cart_line")) {
                while (row.next()) {
                    cartUnits.put(cartLine(row.getString(1), row.getString(2)), row.getInt(3));
                }
            }
        }
        return new Stored(holds, stock, cartUnits);
    }
}
