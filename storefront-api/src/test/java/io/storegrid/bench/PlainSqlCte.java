package io.storegrid.bench;

import io.storegrid.domain.ReservationLine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * The same rows by one statement in auto-commit, for orders of one line: what is left of a transaction when every round trip
 * but one is taken away. A refusal leaves no record, so it is the cheaper of the two in more than its round trips. It does not keep
 * the ledger's chain either: where two wait for one row, the second does not see the first one's entry and begins anew.
 */
final class PlainSqlCte extends PlainSql {

    private static final String RESERVE = """
            WITH taken AS (
                UPDATE inventory SET reserved = reserved + ?, version = version + 1
                WHERE sku = ? AND on_hand - reserved >= ?
                RETURNING sku, on_hand, reserved, version, clock_timestamp() AS at
            ), claimed AS (
                INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
                SELECT 'api', ?, ?, 'CHANGED', ?, clock_timestamp() FROM taken
            ), hold AS (
                INSERT INTO reservation (id, state, cart_id, created_at, expires_at, version)
                SELECT ?, 'HELD', NULL, clock_timestamp(), clock_timestamp() + ? * interval '1 second', 1 FROM taken
            ), line AS (
                INSERT INTO reservation_line (reservation_id, sku, quantity) SELECT ?, sku, ? FROM taken
            ), entry AS (
                INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
                SELECT t.sku, t.version, 0, n.quantity, 'RESERVED', n.ref, t.at, ledger_hash(
                           (SELECT g.hash FROM stock_ledger g WHERE g.sku = t.sku AND g.version = t.version - 1),
                           t.sku, t.version, 0, n.quantity, 'RESERVED', t.at, n.ref)
                FROM taken t, (SELECT ?::bigint, ?::text) AS n (quantity, ref)
            ), told AS (
                INSERT INTO outbox (type, subject, subject_seq, at, data)
                SELECT 'inventory.changed', sku, version, at,
                       concat('{"sku":"', sku, '","onHand":', on_hand, ',"reserved":', reserved, ',"available":',
                              on_hand - reserved, '}')
                FROM taken
            )
            SELECT version FROM taken""";

    PlainSqlCte() {
        super(true);
    }

    @Override
    public String name() {
        return "plain-sql-cte";
    }

    @Override
    boolean reserve(Connection connection, Order order) throws SQLException {
        ReservationLine line = order.lines().get(0);
        String id = SqlRows.reservationId(order);
        try (PreparedStatement statement = connection.prepareStatement(RESERVE)) {
            statement.setLong(1, line.quantity());
            statement.setString(2, line.sku());
            statement.setLong(3, line.quantity());
            statement.setString(4, order.key());
            statement.setBytes(5, SqlRows.fingerprint(order));
            statement.setString(6, SqlRows.body(id, order, System.currentTimeMillis() * 1_000));
            statement.setString(7, id);
            statement.setLong(8, SqlRows.TTL_SECONDS);
            statement.setString(9, id);
            statement.setInt(10, line.quantity());
            statement.setLong(11, line.quantity());
            statement.setString(12, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
