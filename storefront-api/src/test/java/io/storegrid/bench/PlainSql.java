package io.storegrid.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A reservation as a good team writes it: one JDBC transaction, prepared on the server, a guarded UPDATE for each line in
 * SKU order, the answer recorded under the caller's key in the same transaction, a pool of 32. The rows are the product's.
 */
class PlainSql implements Contender {

    static final int POOL = 32;

    private static final String CLAIM = """
            INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
            VALUES ('api', ?, ?, 'CHANGED', ?, clock_timestamp()) ON CONFLICT DO NOTHING""";
    private static final String TAKE = """
            UPDATE inventory SET reserved = reserved + ?, version = version + 1
            WHERE sku = ? AND on_hand - reserved >= ? RETURNING version""";
    private static final String HOLD = """
            INSERT INTO reservation (id, state, cart_id, created_at, expires_at, version)
            VALUES (?, 'HELD', NULL, clock_timestamp(), clock_timestamp() + ? * interval '1 second', 1)""";
    private static final String LINE = "INSERT INTO reservation_line (reservation_id, sku, quantity) VALUES (?, ?, ?)";

    /** One entry with its hash, and the event of its row: SKU, version, quantity, reference. */
    static final String LEDGER = """
            WITH entry AS (
                SELECT t.sku, t.version, t.quantity, t.ref, clock_timestamp() AS at
                FROM (SELECT ?::text, ?::bigint, ?::bigint, ?::text) AS t (sku, version, quantity, ref)
            ), told AS (
                INSERT INTO outbox (type, subject, subject_seq, at, data)
                SELECT 'inventory.changed', i.sku, i.version, e.at,
                       concat('{"sku":"', i.sku, '","onHand":', i.on_hand, ',"reserved":', i.reserved, ',"available":',
                              i.on_hand - i.reserved, '}')
                FROM entry e JOIN inventory i ON i.sku = e.sku
            )
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT e.sku, e.version, 0, e.quantity, 'RESERVED', e.ref, e.at, ledger_hash(
                       (SELECT g.hash FROM stock_ledger g WHERE g.sku = e.sku AND g.version = e.version - 1),
                       e.sku, e.version, 0, e.quantity, 'RESERVED', e.at, e.ref)
            FROM entry e""";

    private static final String REFUSE =
            "UPDATE idempotency SET status = 'INSUFFICIENT_STOCK', body = ? WHERE scope = 'api' AND key = ?";
    private static final String AVAILABLE = "SELECT on_hand - reserved FROM inventory WHERE sku = ?";

    private final SqlRows rows = new SqlRows();
    private final HikariDataSource pool;
    private final ExecutorService threads = Executors.newFixedThreadPool(POOL, task -> {
        Thread thread = new Thread(task, "plain-sql");
        thread.setDaemon(true);
        return thread;
    });

    PlainSql(boolean autoCommit) {
        pool = pool(rows.database().settings(), autoCommit);
    }

    /** Connections as a good team has them: 32, and what is sent often is prepared on the server. */
    static HikariDataSource pool(DatabaseSettings settings, boolean autoCommit) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setMaximumPoolSize(POOL);
        config.setMinimumIdle(1);
        config.setAutoCommit(autoCommit);
        config.addDataSourceProperty("prepareThreshold", "3");
        return new HikariDataSource(config);
    }

    TestDatabase database() {
        return rows.database();
    }

    static Contender inTransactions() {
        return new PlainSql(false);
    }

    @Override
    public String name() {
        return "plain-sql";
    }

    @Override
    public void stock(List<String> skus, long onHand) {
        rows.stock(skus, onHand);
    }

    @Override
    public CompletableFuture<Boolean> reserve(Order order) {
        return CompletableFuture.supplyAsync(() -> reserveNow(order), threads);
    }

    /** As {@link #reserve}, on the caller's thread. */
    final boolean reserveNow(Order order) {
        try (Connection connection = pool.getConnection()) {
            return reserve(connection, order);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean reserve(Connection connection, Order order) throws SQLException {
        return write(connection, order);
    }

    /** The transaction itself, on a connection that is not in auto-commit. */
    static boolean write(Connection connection, Order order) throws SQLException {
        String id = SqlRows.reservationId(order);
        claim(connection, id, order);
        long[] versions = new long[order.lines().size()];
        for (int i = 0; i < versions.length; i++) {
            ReservationLine line = order.lines().get(i);
            versions[i] = take(connection, line);
            if (versions[i] == 0) {
                refuse(connection, order, line, i > 0);
                return false;
            }
        }
        insertHold(connection, id, order);
        try (PreparedStatement ledger = connection.prepareStatement(LEDGER)) {
            for (int i = 0; i < versions.length; i++) {
                ReservationLine line = order.lines().get(i);
                ledger.setString(1, line.sku());
                ledger.setLong(2, versions[i]);
                ledger.setLong(3, line.quantity());
                ledger.setString(4, id);
                ledger.addBatch();
            }
            ledger.executeBatch();
        }
        connection.commit();
        return true;
    }

    /** The key's record, the reservation and its lines: what is left to the store of one cache where there are two. */
    static void writeHold(Connection connection, String id, Order order) throws SQLException {
        claim(connection, id, order);
        insertHold(connection, id, order);
    }

    private static void claim(Connection connection, String id, Order order) throws SQLException {
        try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            claim.setString(1, order.key());
            claim.setBytes(2, SqlRows.fingerprint(order));
            claim.setString(3, SqlRows.body(id, order, System.currentTimeMillis() * 1_000));
            if (claim.executeUpdate() != 1) {
                throw new IllegalStateException("a key was used twice");
            }
        }
    }

    private static void insertHold(Connection connection, String id, Order order) throws SQLException {
        try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
            hold.setString(1, id);
            hold.setLong(2, SqlRows.TTL_SECONDS);
            hold.executeUpdate();
        }
        try (PreparedStatement insert = connection.prepareStatement(LINE)) {
            for (ReservationLine line : order.lines()) {
                insert.setString(1, id);
                insert.setString(2, line.sku());
                insert.setInt(3, line.quantity());
                insert.addBatch();
            }
            insert.executeBatch();
        }
    }

    private static long take(Connection connection, ReservationLine line) throws SQLException {
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setLong(1, line.quantity());
            take.setString(2, line.sku());
            take.setLong(3, line.quantity());
            try (ResultSet row = take.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    /** Records the refusal, as the product does: the same key must get the same answer. */
    private static void refuse(Connection connection, Order order, ReservationLine line, boolean taken)
            throws SQLException {
        if (taken) {
            connection.rollback();
            try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
                claim.setString(1, order.key());
                claim.setBytes(2, SqlRows.fingerprint(order));
                claim.setString(3, "");
                claim.executeUpdate();
            }
        }
        long available;
        try (PreparedStatement read = connection.prepareStatement(AVAILABLE)) {
            read.setString(1, line.sku());
            try (ResultSet row = read.executeQuery()) {
                available = row.next() ? row.getLong(1) : 0;
            }
        }
        try (PreparedStatement refuse = connection.prepareStatement(REFUSE)) {
            refuse.setString(1, "{\"shortages\":[[\"" + line.sku() + "\"," + line.quantity() + "," + available + "]]}");
            refuse.setString(2, order.key());
            refuse.executeUpdate();
        }
        connection.commit();
    }

    @Override
    public Books books() {
        return rows.books(OptionalLong.empty());
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pool.close();
        rows.close();
    }
}
