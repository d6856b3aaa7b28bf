package io.storegrid.torture.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.StockRow;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads PostgreSQL's rows as they are, with statements of its own: a reader that is shared with the store proves less. */
public final class StoreRows {

    private static final String MICROS = "(extract(epoch FROM %s) * 1000000)::bigint";
    private static final int FETCH = 10_000;

    private StoreRows() {}

    /** What a statement's row is added to. */
    private interface Taker {
        void take(ResultSet row) throws SQLException;
    }

    /**
     * All tables in one snapshot, without copies.
     *
     * @param connection in auto-commit mode, which it is left in
     * @param nowMicros the harness' time just before
     */
    public static FinalState read(Connection connection, long nowMicros) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            return new FinalState(
                    nowMicros,
                    stock(connection),
                    holds(connection),
                    ledger(connection),
                    keys(connection),
                    carts(connection),
                    List.of(),
                    orders(connection),
                    List.of());
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** Stock by SKU. */
    public static SortedMap<String, StockRow> stock(Connection connection) throws SQLException {
        SortedMap<String, StockRow> stock = new TreeMap<>();
        each(
                connection,
                "SELECT sku, on_hand, reserved, version FROM inventory",
                row -> stock.put(row.getString(1), new StockRow(row.getLong(2), row.getLong(3), row.getLong(4))));
        return stock;
    }

    /** Holds by reservation id. */
    public static Map<String, HoldRow> holds(Connection connection) throws SQLException {
        Map<String, SortedMap<String, Integer>> lines = new HashMap<>();
        each(
                connection,
                "SELECT reservation_id, sku, quantity FROM reservation_line",
                row -> lines.computeIfAbsent(row.getString(1), id -> new TreeMap<>())
                        .put(row.getString(2), row.getInt(3)));
        Map<String, HoldRow> holds = new HashMap<>();
        each(
                connection,
                "SELECT id, state, coalesce(cart_id, ''), " + MICROS.formatted("created_at") + ", "
                        + MICROS.formatted("expires_at") + ", version, coalesce(order_id, '') FROM reservation",
                row -> holds.put(
                        row.getString(1),
                        new HoldRow(
                                HoldState.valueOf(row.getString(2)),
                                row.getString(3),
                                row.getLong(4),
                                row.getLong(5),
                                row.getLong(6),
                                lines.getOrDefault(row.getString(1), new TreeMap<>()),
                                row.getString(7))));
        return holds;
    }

    /** The ledger, by SKU and version. */
    public static List<LedgerEntry> ledger(Connection connection) throws SQLException {
        List<LedgerEntry> ledger = new ArrayList<>();
        each(
                connection,
                "SELECT sku, version, delta_on_hand, delta_reserved, reason, ref, " + MICROS.formatted("at")
                        + " FROM stock_ledger ORDER BY sku, version",
                row -> ledger.add(new LedgerEntry(
                        row.getString(1),
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4),
                        LedgerReason.valueOf(row.getString(5)),
                        row.getString(6),
                        row.getLong(7))));
        return ledger;
    }

    /** Idempotency records by key. */
    public static Map<String, KeyRow> keys(Connection connection) throws SQLException {
        Map<String, KeyRow> keys = new HashMap<>();
        each(
                connection,
                "SELECT key, status, body, " + MICROS.formatted("created_at") + " FROM idempotency",
                row -> keys.put(row.getString(1), new KeyRow(row.getString(2), ref(row.getString(3)), row.getLong(4))));
        return keys;
    }

    /** Carts by id. */
    public static Map<String, CartRow> carts(Connection connection) throws SQLException {
        Map<String, SortedMap<String, Integer>> lines = new HashMap<>();
        each(
                connection,
                "SELECT cart_id, sku, quantity FROM cart_line",
                row -> lines.computeIfAbsent(row.getString(1), id -> new TreeMap<>())
                        .put(row.getString(2), row.getInt(3)));
        Map<String, CartRow> carts = new HashMap<>();
        each(
                connection,
                "SELECT id, deleted, coalesce(reservation_id, ''), version, coalesce(order_id, '') FROM cart",
                row -> carts.put(
                        row.getString(1),
                        new CartRow(
                                row.getBoolean(2),
                                row.getString(3),
                                row.getLong(4),
                                lines.getOrDefault(row.getString(1), new TreeMap<>()),
                                row.getString(5))));
        return carts;
    }

    /** Orders by id. */
    public static Map<String, OrderRow> orders(Connection connection) throws SQLException {
        Map<String, SortedMap<String, Integer>> lines = new HashMap<>();
        each(
                connection,
                "SELECT o.id, line->>0, (line->>2)::int FROM orders o, jsonb_array_elements(o.lines) line",
                row -> lines.computeIfAbsent(row.getString(1), id -> new TreeMap<>())
                        .merge(row.getString(2), row.getInt(3), Integer::sum));
        Map<String, OrderRow> orders = new HashMap<>();
        each(
                connection,
                "SELECT id, state, payment_state, cart_id, reservation_id, total_minor, "
                        + MICROS.formatted("created_at") + ", " + MICROS.formatted("updated_at")
                        + ", version FROM orders",
                row -> orders.put(
                        row.getString(1),
                        new OrderRow(
                                OrderState.valueOf(row.getString(2)),
                                PaymentState.valueOf(row.getString(3)),
                                row.getString(4),
                                row.getString(5),
                                row.getLong(6),
                                row.getLong(7),
                                row.getLong(8),
                                row.getLong(9),
                                lines.getOrDefault(row.getString(1), new TreeMap<>()))));
        return orders;
    }

    private static String ref(String body) throws SQLException {
        try {
            JsonNode answer = HistoryWriter.MAPPER.readTree(body);
            for (String member : List.of("reservation", "cart", "order")) {
                if (answer.has(member)) {
                    return answer.path(member).path("id").asText();
                }
            }
            return answer.path("ref").asText();
        } catch (JsonProcessingException e) {
            throw new SQLException("an idempotency record holds no answer: " + body, e);
        }
    }

    private static void each(Connection connection, String sql, Taker taker) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH);
            try (ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                    taker.take(row);
                }
            }
        }
    }
}
