package io.storegrid.bench;

import io.storegrid.domain.ReservationLine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * How cheap the same rows can be: five multi-row statements for {@code batch} orders on one connection, one commit, and
 * nothing around it: no grid, no routing, no pictures, no second try. It answers for nothing, too: a batch that meets a
 * shortage ends the run. For ample stock only.
 */
final class Ceiling implements Contender {

    private static final String CLAIM = """
            INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
            SELECT 'api', t.key, t.hash, 'CHANGED', t.body, clock_timestamp() FROM unnest(?, ?, ?) AS t (key, hash, body)""";
    private static final String TAKE = """
            UPDATE inventory i SET reserved = i.reserved + t.quantity, version = i.version + t.entries
            FROM unnest(?, ?, ?) AS t (sku, quantity, entries)
            WHERE i.sku = t.sku AND i.on_hand - i.reserved >= t.quantity RETURNING i.sku, i.version""";
    private static final String HOLD = """
            INSERT INTO reservation (id, state, cart_id, created_at, expires_at, version)
            SELECT t.id, 'HELD', NULL, clock_timestamp(), clock_timestamp() + ? * interval '1 second', 1
            FROM unnest(?) AS t (id)""";
    private static final String LINE =
            "INSERT INTO reservation_line (reservation_id, sku, quantity) SELECT * FROM unnest(?, ?, ?)";
    private static final String LEDGER = """
            WITH entry AS (
                SELECT t.sku, t.version, t.quantity, t.ref, statement_timestamp() AS at
                FROM unnest(?, ?, ?, ?) AS t (sku, version, quantity, ref)
            ), told AS (
                INSERT INTO outbox (type, subject, subject_seq, at, data)
                SELECT 'inventory.changed', i.sku, i.version, statement_timestamp(),
                       concat('{"sku":"', i.sku, '","onHand":', i.on_hand, ',"reserved":', i.reserved, ',"available":',
                              i.on_hand - i.reserved, '}')
                FROM inventory i WHERE i.sku = ANY (?)
            )
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT e.sku, e.version, 0, e.quantity, 'RESERVED', e.ref, e.at, ledger_chain(
                       (SELECT g.hash FROM stock_ledger g WHERE g.sku = e.sku AND g.version = e.version - 1),
                       ledger_entry(e.sku, e.version, 0, e.quantity, 'RESERVED',
                                    (extract(epoch FROM e.at) * 1000000)::bigint, e.ref))
                       OVER (PARTITION BY e.sku ORDER BY e.version ROWS UNBOUNDED PRECEDING)
            FROM entry e""";

    private static final long LAST_BATCH_WAIT_MS = 50;

    private record Waiting(Order order, CompletableFuture<Boolean> answer) {}

    private final SqlRows rows = new SqlRows();
    private final int batch;
    private final LinkedBlockingQueue<Waiting> queue = new LinkedBlockingQueue<>();
    private final Thread thread = new Thread(this::work, "ceiling");
    private volatile boolean closed;

    Ceiling(int batch) {
        this.batch = batch;
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public String name() {
        return "ceiling-" + batch;
    }

    @Override
    public void stock(List<String> skus, long onHand) {
        rows.stock(skus, onHand);
    }

    @Override
    public CompletableFuture<Boolean> reserve(Order order) {
        Waiting waiting = new Waiting(order, new CompletableFuture<>());
        queue.add(waiting);
        return waiting.answer();
    }

    private void work() {
        try (Connection connection = rows.database().connect()) {
            connection.setAutoCommit(false);
            List<Waiting> load = new ArrayList<>();
            while (!closed) {
                Waiting next = queue.poll(LAST_BATCH_WAIT_MS, TimeUnit.MILLISECONDS);
                if (next != null) {
                    load.add(next);
                }
                if (load.size() == batch || (next == null && !load.isEmpty())) {
                    List<Waiting> full = load;
                    load = new ArrayList<>();
                    write(connection, full);
                    full.forEach(waiting -> waiting.answer().complete(true));
                }
            }
        } catch (SQLException | RuntimeException e) {
            queue.forEach(waiting -> waiting.answer().completeExceptionally(e));
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Connection connection, List<Waiting> load) throws SQLException {
        int count = load.size();
        String[] keys = new String[count];
        byte[][] hashes = new byte[count][];
        String[] bodies = new String[count];
        String[] ids = new String[count];
        List<String> lineIds = new ArrayList<>();
        List<ReservationLine> lines = new ArrayList<>();
        Map<String, long[]> taken = new TreeMap<>();
        long now = System.currentTimeMillis() * 1_000;
        for (int i = 0; i < count; i++) {
            Order order = load.get(i).order();
            keys[i] = order.key();
            hashes[i] = SqlRows.fingerprint(order);
            ids[i] = SqlRows.reservationId(order);
            bodies[i] = SqlRows.body(ids[i], order, now);
            for (ReservationLine line : order.lines()) {
                lineIds.add(ids[i]);
                lines.add(line);
                long[] sum = taken.computeIfAbsent(line.sku(), sku -> new long[2]);
                sum[0] += line.quantity();
                sum[1]++;
            }
        }
        try (PreparedStatement claim = connection.prepareStatement(CLAIM)) {
            claim.setObject(1, keys);
            claim.setObject(2, hashes);
            claim.setObject(3, bodies);
            claim.executeUpdate();
        }
        Map<String, Long> versions = take(connection, taken);
        try (PreparedStatement hold = connection.prepareStatement(HOLD)) {
            hold.setLong(1, SqlRows.TTL_SECONDS);
            hold.setObject(2, ids);
            hold.executeUpdate();
        }
        String[] lineSkus = new String[lines.size()];
        int[] quantities = new int[lines.size()];
        long[] lineVersions = new long[lines.size()];
        long[] units = new long[lines.size()];
        for (int i = 0; i < lineSkus.length; i++) {
            lineSkus[i] = lines.get(i).sku();
            quantities[i] = lines.get(i).quantity();
            units[i] = quantities[i];
            lineVersions[i] = versions.merge(lineSkus[i], 1L, Long::sum);
        }
        String[] refs = lineIds.toArray(new String[0]);
        try (PreparedStatement line = connection.prepareStatement(LINE)) {
            line.setObject(1, refs);
            line.setObject(2, lineSkus);
            line.setObject(3, quantities);
            line.executeUpdate();
        }
        try (PreparedStatement ledger = connection.prepareStatement(LEDGER)) {
            ledger.setObject(1, lineSkus);
            ledger.setObject(2, lineVersions);
            ledger.setObject(3, units);
            ledger.setObject(4, refs);
            ledger.setObject(5, taken.keySet().toArray(new String[0]));
            ledger.executeUpdate();
        }
        connection.commit();
    }

    /** Takes the sums; answers with the version before the first entry of each SKU. */
    private static Map<String, Long> take(Connection connection, Map<String, long[]> taken) throws SQLException {
        String[] skus = taken.keySet().toArray(new String[0]);
        long[] quantities = taken.values().stream().mapToLong(sum -> sum[0]).toArray();
        long[] entries = taken.values().stream().mapToLong(sum -> sum[1]).toArray();
        try (PreparedStatement take = connection.prepareStatement(TAKE)) {
            take.setObject(1, skus);
            take.setObject(2, quantities);
            take.setObject(3, entries);
            Map<String, Long> versions = new HashMap<>();
            try (ResultSet row = take.executeQuery()) {
                while (row.next()) {
                    versions.put(row.getString(1), row.getLong(2));
                }
            }
            if (versions.size() != skus.length) {
                throw new IllegalStateException("the ceiling met a shortage");
            }
            taken.forEach((sku, sum) -> versions.merge(sku, -sum[1], Long::sum));
            return versions;
        }
    }

    @Override
    public Books books() {
        return rows.books(OptionalLong.empty());
    }

    @Override
    public double batch() {
        return batch;
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rows.close();
    }
}
