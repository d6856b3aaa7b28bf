package io.storegrid.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What must be true of the tables at every commit, as SQL that returns the rows that break it. Read-only; each statement is
 * one snapshot, so they may run beside live writes.
 */
public final class Invariants {

    private static final int SHOWN_MAX = 20;
    private static final String RESET = "RESET enable_nestloop";

    private static final Map<String, String> STATEMENTS = new LinkedHashMap<>();

    static {
        STATEMENTS.put(
                "I1 0 <= reserved <= on_hand",
                "SELECT sku, on_hand, reserved FROM inventory WHERE reserved < 0 OR reserved > on_hand");
        STATEMENTS.put("I2 reserved = sum of held lines", """
                SELECT i.sku, i.reserved, coalesce(h.held, 0)
                FROM inventory i LEFT JOIN (
                    SELECT l.sku, sum(l.quantity) AS held FROM reservation_line l
                    JOIN reservation r ON r.id = l.reservation_id WHERE r.state = 'HELD' GROUP BY l.sku) h ON h.sku = i.sku
                WHERE i.reserved <> coalesce(h.held, 0)""");
        STATEMENTS.put("I3 initial + adjustments + restocks - on_hand = sum of confirmed lines", """
                SELECT i.sku, i.on_hand, coalesce(g.came, 0), coalesce(c.sold, 0)
                FROM inventory i
                LEFT JOIN (SELECT sku, sum(delta_on_hand) AS came FROM stock_ledger
                           WHERE reason IN ('INITIAL', 'ADJUSTED', 'COUNTED', 'RESTOCKED') GROUP BY sku) g ON g.sku = i.sku
                LEFT JOIN (SELECT l.sku, sum(l.quantity) AS sold FROM reservation_line l
                           JOIN reservation r ON r.id = l.reservation_id WHERE r.state = 'CONFIRMED' GROUP BY l.sku) c
                       ON c.sku = i.sku
                WHERE coalesce(g.came, 0) - i.on_hand <> coalesce(c.sold, 0)""");
        STATEMENTS.put("I4 the ledger replays to the row", """
                SELECT coalesce(i.sku, g.sku), i.on_hand, i.reserved, g.on_hand, g.reserved
                FROM inventory i FULL JOIN (
                    SELECT sku, sum(delta_on_hand) AS on_hand, sum(delta_reserved) AS reserved
                    FROM stock_ledger GROUP BY sku) g ON g.sku = i.sku
                WHERE i.on_hand IS DISTINCT FROM g.on_hand OR i.reserved IS DISTINCT FROM g.reserved""");
        STATEMENTS.put("I5 ledger versions are 1..version", """
                SELECT coalesce(i.sku, g.sku), i.version, g.entries, g.last
                FROM inventory i FULL JOIN (
                    SELECT sku, count(*) AS entries, max(version) AS last, min(version) AS first
                    FROM stock_ledger GROUP BY sku) g ON g.sku = i.sku
                WHERE i.version IS DISTINCT FROM g.entries OR i.version IS DISTINCT FROM g.last OR g.first IS DISTINCT FROM 1""");
        STATEMENTS.put("I6 available >= 0 at every ledger version", """
                SELECT sku, version, available FROM (
                    SELECT sku, version, sum(delta_on_hand - delta_reserved) OVER (PARTITION BY sku ORDER BY version) AS available
                    FROM stock_ledger) s
                WHERE available < 0""");
        STATEMENTS.put("I7 a line enters once and leaves at most once", """
                SELECT ref, sku, entered, left_again FROM (
                    SELECT ref, sku, count(*) FILTER (WHERE reason = 'RESERVED') AS entered,
                           count(*) FILTER (WHERE reason IN ('CONFIRMED', 'RELEASED', 'EXPIRED')) AS left_again
                    FROM stock_ledger WHERE reason IN ('RESERVED', 'CONFIRMED', 'RELEASED', 'EXPIRED')
                    GROUP BY ref, sku) s
                WHERE entered <> 1 OR left_again > 1""");
        STATEMENTS.put("I8 stored lines = requested lines", """
                SELECT coalesce(l.reservation_id, g.ref), coalesce(l.sku, g.sku), l.quantity, g.quantity
                FROM reservation_line l FULL JOIN (
                    SELECT ref, sku, sum(delta_reserved) AS quantity FROM stock_ledger
                    WHERE reason = 'RESERVED' GROUP BY ref, sku) g ON g.ref = l.reservation_id AND g.sku = l.sku
                WHERE l.quantity IS DISTINCT FROM g.quantity""");
        STATEMENTS.put("I8 every reservation has lines and every line a reservation", """
                SELECT r.id, l.reservation_id FROM reservation r
                FULL JOIN (SELECT DISTINCT reservation_id FROM reservation_line) l ON l.reservation_id = r.id
                WHERE r.id IS NULL OR l.reservation_id IS NULL""");
        STATEMENTS.put("I9 one settlement per reservation, its reason equals its state", """
                SELECT r.id, r.state, l.sku, g.reason
                FROM reservation r JOIN reservation_line l ON l.reservation_id = r.id
                LEFT JOIN stock_ledger g ON g.ref = r.id AND g.sku = l.sku AND g.reason IN ('CONFIRMED', 'RELEASED', 'EXPIRED')
                WHERE (r.state = 'HELD' AND g.reason IS NOT NULL) OR (r.state <> 'HELD' AND g.reason IS DISTINCT FROM r.state)""");
        STATEMENTS.put(
                "I10 an order's units are sold exactly when its reservation is CONFIRMED, and still its own", """
                SELECT o.id, o.state, r.id, r.state FROM orders o LEFT JOIN reservation r ON r.id = o.reservation_id
                WHERE r.id IS NULL
                   OR (o.state IN ('CONFIRMED', 'FULFILLED', 'DELIVERED', 'CANCELLED'))
                      <> (r.state = 'CONFIRMED' AND r.order_id IS NOT DISTINCT FROM o.id)""");
        STATEMENTS.put("I10 a reservation of an order is that order's", """
                SELECT r.id, r.state, r.order_id, o.state FROM reservation r LEFT JOIN orders o ON o.id = r.order_id
                WHERE r.order_id IS NOT NULL AND (o.id IS NULL
                   OR (r.state IN ('HELD', 'CONFIRMED') AND o.reservation_id <> r.id))""");
        STATEMENTS.put("O1 the history of an order is its versions", """
                SELECT coalesce(o.id, e.order_id), o.version, e.entries, e.last, o.state, e.state
                FROM orders o FULL JOIN (
                    SELECT order_id, count(*) AS entries, max(version) AS last,
                           (array_agg(state ORDER BY version DESC))[1] AS state
                    FROM order_event GROUP BY order_id) e ON e.order_id = o.id
                WHERE o.version IS DISTINCT FROM e.entries OR o.version IS DISTINCT FROM e.last
                   OR o.state IS DISTINCT FROM e.state""");
        STATEMENTS.put("O2 a step remains exactly while money is unsettled", """
                SELECT coalesce(o.id, s.order_id), o.payment_state FROM orders o
                FULL JOIN order_step s ON s.order_id = o.id
                WHERE (coalesce(o.payment_state, '') IN ('REQUESTED', 'PENDING', 'REFUND_DUE')) <> (s.order_id IS NOT NULL)""");
        STATEMENTS.put("O3 what is cancelled is back in stock, once", """
                SELECT o.id, o.state, l.sku, l.quantity, g.restocked FROM orders o
                JOIN reservation_line l ON l.reservation_id = o.reservation_id
                LEFT JOIN (SELECT ref, sku, sum(delta_on_hand) AS restocked FROM stock_ledger
                           WHERE reason = 'RESTOCKED' GROUP BY ref, sku) g ON g.ref = o.id AND g.sku = l.sku
                WHERE coalesce(g.restocked, 0) <> CASE WHEN o.state = 'CANCELLED' THEN l.quantity ELSE 0 END""");
        STATEMENTS.put("O4 a cart becomes one order at a time", """
                SELECT c.id, c.order_id, o.state FROM cart c LEFT JOIN orders o ON o.id = c.order_id
                WHERE c.order_id IS NOT NULL AND (o.id IS NULL OR o.cart_id <> c.id OR o.state = 'PAYMENT_FAILED')""");
    }

    private Invariants() {}

    /** An invariant that does not hold, with some of the rows that show it. */
    public record Violation(String invariant, List<String> rows) {}

    /** The names of all invariants, in order. */
    public static List<String> names() {
        return List.copyOf(STATEMENTS.keySet());
    }

    /** The invariants that do not hold; empty when all do. */
    public static List<Violation> violations(Connection connection) throws SQLException {
        // Every statement reads whole tables, and the planner, misled by the LIMIT and by counts older than the last
        // hundred thousand rows, would rather look each row up in all others: minutes instead of a second.
        execute(connection, "SET enable_nestloop = off");
        try {
            List<Violation> found = found(connection);
            execute(connection, RESET);
            return found;
        } catch (SQLException e) {
            try {
                execute(connection, RESET);
            } catch (SQLException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<Violation> found(Connection connection) throws SQLException {
        List<Violation> violations = new ArrayList<>();
        for (Map.Entry<String, String> invariant : STATEMENTS.entrySet()) {
            List<String> rows = new ArrayList<>();
            try (PreparedStatement statement =
                            connection.prepareStatement(invariant.getValue() + " LIMIT " + SHOWN_MAX);
                    ResultSet found = statement.executeQuery()) {
                int columns = found.getMetaData().getColumnCount();
                while (found.next()) {
                    StringBuilder row = new StringBuilder();
                    for (int i = 1; i <= columns; i++) {
                        row.append(i == 1 ? "" : ", ")
                                .append(found.getMetaData().getColumnLabel(i))
                                .append('=')
                                .append(found.getString(i));
                    }
                    rows.add(row.toString());
                }
            }
            if (!rows.isEmpty()) {
                violations.add(new Violation(invariant.getKey(), rows));
            }
        }
        return violations;
    }
}
