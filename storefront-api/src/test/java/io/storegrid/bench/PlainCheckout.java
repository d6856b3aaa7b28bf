package io.storegrid.bench;

import io.storegrid.compute.command.Entropy;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.ReservationId;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/**
 * A checkout as a good team writes it: one transaction for each step, as a framework makes them around service methods (hold the
 * cart's lines, place the order, confirm what is paid), statements prepared on the server, a guarded UPDATE for each line in SKU
 * order, batches for what is many. The rows are the product's: key, reservation, lines, stock, chained ledger, order, history, outbox.
 * Who pays answers at once, in process. Thread-safe.
 */
final class PlainCheckout {

    /** One line at the price of the moment. */
    record Line(String sku, String title, int quantity, long unitPriceMinor) {}

    /** What came of it. */
    record Placed(
            String id,
            String reservationId,
            List<Line> lines,
            long totalMinor,
            String currency,
            String createdAt,
            String updatedAt) {}

    private static final int HOLD_SECONDS = 1_800;

    private static final String CLAIM = """
            INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
            VALUES ('api', ?, ?, 'UNCHANGED', '', clock_timestamp()) ON CONFLICT DO NOTHING""";
    private static final String ANSWER =
            "UPDATE idempotency SET status = 'CREATED', body = ? WHERE scope = 'api' AND key = ?";
    private static final String CART = """
            SELECT c.currency FROM cart c
            WHERE c.id = ? AND NOT c.deleted AND c.order_id IS NULL AND c.expires_at > clock_timestamp() FOR UPDATE""";
    private static final String LINES = """
            SELECT l.sku, p.title, l.quantity, p.price_minor FROM cart_line l JOIN product p ON p.sku = l.sku
            WHERE l.cart_id = ? AND NOT p.archived ORDER BY l.sku""";
    private static final String TAKE = """
            UPDATE inventory SET reserved = reserved + ?, version = version + 1
            WHERE sku = ? AND on_hand - reserved >= ? RETURNING version, on_hand, reserved""";
    private static final String SELL = """
            UPDATE inventory SET on_hand = on_hand - ?, reserved = reserved - ?, version = version + 1
            WHERE sku = ? AND reserved >= ? RETURNING version, on_hand, reserved""";
    private static final String HOLD = """
            INSERT INTO reservation (id, state, cart_id, created_at, expires_at, version)
            VALUES (?, 'HELD', ?, clock_timestamp(), clock_timestamp() + ? * interval '1 second', 1)""";
    private static final String HOLD_LINE =
            "INSERT INTO reservation_line (reservation_id, sku, quantity) VALUES (?, ?, ?)";
    private static final String LEDGER = """
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT e.sku, e.version, e.delta_on_hand, e.delta_reserved, e.reason, e.ref, e.at, ledger_hash(
                       (SELECT g.hash FROM stock_ledger g WHERE g.sku = e.sku AND g.version = e.version - 1),
                       e.sku, e.version, e.delta_on_hand, e.delta_reserved, e.reason, e.at, e.ref)
            FROM (SELECT ?::text AS sku, ?::bigint AS version, ?::bigint AS delta_on_hand, ?::bigint AS delta_reserved,
                         ?::text AS reason, ?::text AS ref, clock_timestamp() AS at) AS e""";
    private static final String OUTBOX = """
            INSERT INTO outbox (type, subject, subject_seq, at, data) VALUES (?, ?, ?, clock_timestamp(), ?)""";
    private static final String OWN = """
            UPDATE reservation SET order_id = ?, version = version + 1 WHERE id = ? AND state = 'HELD'""";
    private static final String ORDER = """
            INSERT INTO orders (id, state, cart_id, reservation_id, currency, total_minor, lines, payment_state, payment_method,
                                payment_reference, checkout_key, version, created_at, updated_at, pay_by)
            VALUES (?, 'PENDING_PAYMENT', ?, ?, ?, ?, ?::jsonb, 'REQUESTED', 'pix', ?, ?, 1, clock_timestamp(),
                    clock_timestamp(), clock_timestamp() + ? * interval '1 second')
            RETURNING created_at""";
    private static final String EVENT = """
            INSERT INTO order_event (order_id, version, type, state, payment_state, at)
            VALUES (?, ?, ?, ?, ?, clock_timestamp())""";
    private static final String CLOSE =
            "UPDATE cart SET order_id = ?, reservation_id = ?, version = version + 1, updated_at = clock_timestamp() WHERE id = ?";
    private static final String SETTLE = """
            UPDATE reservation SET state = 'CONFIRMED', version = version + 1
            WHERE id = ? AND state = 'HELD' AND expires_at > clock_timestamp()""";
    private static final String CONFIRM = """
            UPDATE orders SET state = 'CONFIRMED', payment_state = 'APPROVED', received_minor = total_minor,
                version = version + 1, updated_at = clock_timestamp()
            WHERE id = ? AND version = 1 RETURNING updated_at""";

    private final DataSource pool;

    /** @param pool of connections that are not in auto-commit */
    PlainCheckout(DataSource pool) {
        this.pool = pool;
    }

    /** The whole flow. */
    Placed checkout(String key, String cartId) throws SQLException {
        String entropy = Entropy.digits();
        String reservationId = ReservationId.of(0, entropy);
        String orderId = OrderId.of(0, entropy);
        List<Line> lines = new ArrayList<>();
        String currency = hold(key, cartId, reservationId, lines);
        long total = lines.stream()
                .mapToLong(line -> line.unitPriceMinor() * line.quantity())
                .sum();
        String created = place(key, cartId, reservationId, orderId, currency, lines, total);
        return confirm(key, reservationId, orderId, currency, lines, total, created);
    }

    private String hold(String key, String cartId, String reservationId, List<Line> lines) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            update(connection, CLAIM, key, key.getBytes(StandardCharsets.UTF_8));
            String currency = one(connection, CART, cartId);
            try (PreparedStatement select = connection.prepareStatement(LINES)) {
                select.setString(1, cartId);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        lines.add(new Line(row.getString(1), row.getString(2), row.getInt(3), row.getLong(4)));
                    }
                }
            }
            update(connection, HOLD, reservationId, cartId, HOLD_SECONDS);
            try (PreparedStatement insert = connection.prepareStatement(HOLD_LINE)) {
                for (Line line : lines) {
                    insert.setString(1, reservationId);
                    insert.setString(2, line.sku());
                    insert.setInt(3, line.quantity());
                    insert.addBatch();
                }
                insert.executeBatch();
            }
            change(connection, lines, reservationId, false);
            connection.commit();
            return currency;
        }
    }

    private String place(
            String key,
            String cartId,
            String reservationId,
            String orderId,
            String currency,
            List<Line> lines,
            long total)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            update(connection, OWN, orderId, reservationId);
            String created = one(
                    connection,
                    ORDER,
                    orderId,
                    cartId,
                    reservationId,
                    currency,
                    total,
                    json(lines),
                    entropyOf(orderId),
                    key,
                    HOLD_SECONDS);
            update(connection, EVENT, orderId, 1, "CREATED", "PENDING_PAYMENT", "REQUESTED");
            update(connection, CLOSE, orderId, reservationId, cartId);
            update(connection, OUTBOX, "order.created", orderId, 1, event(orderId, lines, total));
            connection.commit();
            return created;
        }
    }

    private Placed confirm(
            String key,
            String reservationId,
            String orderId,
            String currency,
            List<Line> lines,
            long total,
            String created)
            throws SQLException {
        try (Connection connection = pool.getConnection()) {
            update(connection, SETTLE, reservationId);
            change(connection, lines, reservationId, true);
            String updated = one(connection, CONFIRM, orderId);
            update(connection, EVENT, orderId, 2, "CONFIRMED", "CONFIRMED", "APPROVED");
            update(connection, OUTBOX, "order.confirmed", orderId, 2, event(orderId, lines, total));
            update(connection, OUTBOX, "payment.processed", orderId, 2, event(orderId, List.of(), total));
            update(connection, ANSWER, event(orderId, lines, total), key);
            connection.commit();
            return new Placed(orderId, reservationId, lines, total, currency, created, updated);
        }
    }

    /** Takes the units of all lines, or sells those that were taken. */
    private static void change(Connection connection, List<Line> lines, String reservationId, boolean sell)
            throws SQLException {
        try (PreparedStatement guarded = connection.prepareStatement(sell ? SELL : TAKE);
                PreparedStatement ledger = connection.prepareStatement(LEDGER);
                PreparedStatement outbox = connection.prepareStatement(OUTBOX)) {
            for (Line line : lines) {
                int at = 1;
                guarded.setLong(at++, line.quantity());
                if (sell) {
                    guarded.setLong(at++, line.quantity());
                }
                guarded.setString(at++, line.sku());
                guarded.setLong(at, line.quantity());
                try (ResultSet row = guarded.executeQuery()) {
                    if (!row.next()) {
                        throw new IllegalStateException("short of " + line.sku());
                    }
                    ledger.setString(1, line.sku());
                    ledger.setLong(2, row.getLong(1));
                    ledger.setLong(3, sell ? -line.quantity() : 0);
                    ledger.setLong(4, sell ? -line.quantity() : line.quantity());
                    ledger.setString(5, sell ? "CONFIRMED" : "RESERVED");
                    ledger.setString(6, reservationId);
                    ledger.addBatch();
                    outbox.setString(1, "inventory.changed");
                    outbox.setString(2, line.sku());
                    outbox.setLong(3, row.getLong(1));
                    outbox.setString(
                            4,
                            "{\"sku\":\"" + line.sku() + "\",\"onHand\":" + row.getLong(2) + ",\"reserved\":"
                                    + row.getLong(3) + "}");
                    outbox.addBatch();
                }
            }
            ledger.executeBatch();
            outbox.executeBatch();
        }
    }

    private static String entropyOf(String orderId) {
        return orderId.substring(OrderId.PREFIX.length());
    }

    private static String json(List<Line> lines) {
        StringBuilder json = new StringBuilder("[");
        for (Line line : lines) {
            json.append(json.length() == 1 ? "" : ",")
                    .append("[\"")
                    .append(line.sku())
                    .append("\",\"")
                    .append(line.title())
                    .append("\",")
                    .append(line.quantity())
                    .append(',')
                    .append(line.unitPriceMinor())
                    .append(']');
        }
        return json.append(']').toString();
    }

    private static String event(String orderId, List<Line> lines, long total) {
        return "{\"orderId\":\"" + orderId + "\",\"total\":" + total + ",\"lines\":" + json(lines) + "}";
    }

    private static void update(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            if (statement.executeUpdate() != 1) {
                throw new IllegalStateException("nothing was changed by " + sql);
            }
        }
    }

    private static String one(Connection connection, String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("nothing was found by " + sql);
                }
                return row.getString(1);
            }
        }
    }

    private static void bind(PreparedStatement statement, Object... values) throws SQLException {
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
    }
}
