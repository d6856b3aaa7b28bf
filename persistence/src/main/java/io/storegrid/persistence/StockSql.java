package io.storegrid.persistence;

import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.StockChange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Stock rows and their ledger (PROTOCOL 5–8, 10). Every change goes through one guarded statement that locks its rows in
 * SKU order and draws the ledger's versions from what the rows became.
 */
public final class StockSql {

    /** In the ledger, what stands for a put into the cache by hand. */
    private static final String PUT_REF = "cache-put";

    private static final String READ = """
            WITH due AS MATERIALIZED (
                SELECT id FROM reservation WHERE state = 'HELD' AND expires_at <= statement_timestamp()
            )
            SELECT i.sku, i.on_hand, i.reserved, i.version,
                   coalesce((SELECT sum(l.quantity) FROM due d JOIN reservation_line l ON l.reservation_id = d.id
                             WHERE l.sku = i.sku), 0)
            FROM inventory i WHERE i.sku = ANY (?)""";

    private static final String LOCK =
            "SELECT sku, on_hand, reserved, version FROM inventory WHERE sku = ANY (?) ORDER BY sku FOR UPDATE";

    private static final String DUE = """
            WITH due AS MATERIALIZED (
                SELECT id FROM reservation WHERE state = 'HELD' AND expires_at <= statement_timestamp()
            )
            SELECT l.sku, sum(l.quantity) FROM due d JOIN reservation_line l ON l.reservation_id = d.id
            WHERE l.sku = ANY (?) GROUP BY l.sku""";

    private static final String CREATE = """
            WITH created AS (
                INSERT INTO inventory (sku, on_hand, reserved, version)
                SELECT t.sku, t.on_hand, 0, 1 FROM unnest(?, ?) AS t (sku, on_hand) ORDER BY t.sku
                ON CONFLICT DO NOTHING
                RETURNING sku, on_hand
            ), ledger AS (
                INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at)
                SELECT c.sku, 1, c.on_hand, 0, 'INITIAL', t.ref, @at@
                FROM created c JOIN unnest(?, ?) AS t (sku, ref) ON t.sku = c.sku
            )
            SELECT count(*) FROM created""".replace("@at@", Times.fromMicros("?"));

    private static final String CHANGE = """
            WITH work AS MATERIALIZED (
                SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?)
                    AS t (sku, delta_on_hand, delta_reserved, entries, need, need_reserved, expected)
            ), locked AS MATERIALIZED (
                SELECT i.sku FROM inventory i WHERE i.sku = ANY (?) ORDER BY i.sku FOR UPDATE
            ), changed AS (
                UPDATE inventory i
                SET on_hand = i.on_hand + w.delta_on_hand,
                    reserved = i.reserved + w.delta_reserved,
                    version = i.version + w.entries
                FROM work w JOIN locked l ON l.sku = w.sku
                WHERE i.sku = w.sku
                  AND i.on_hand - i.reserved >= w.need
                  AND i.reserved >= w.need_reserved
                  AND (w.expected = 0 OR i.version = w.expected)
                RETURNING i.sku, i.on_hand, i.reserved, i.version, w.entries
            ), ledger AS (
                INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at)
                SELECT c.sku, c.version - c.entries + e.ordinal, e.delta_on_hand, e.delta_reserved, e.reason, e.ref, @at@
                FROM unnest(?, ?, ?, ?, ?, ?) AS e (sku, ordinal, delta_on_hand, delta_reserved, reason, ref)
                JOIN changed c ON c.sku = e.sku
            )
            SELECT sku, on_hand, reserved, version FROM changed""".replace("@at@", Times.fromMicros("?"));

    private StockSql() {}

    /** A stock row and the units of its holds that are due, from one statement. */
    public record Reading(InventoryItem item, long due) {}

    /**
     * What a batch does to one SKU.
     *
     * @param changes in decided order
     * @param need the largest number of available units that any prefix of the changes takes
     * @param needReserved the largest number of reserved units that any prefix of the changes gives back
     * @param expected the version the row must still have, because a new value is absolute; 0: any
     */
    public record Change(String sku, List<StockChange> changes, long need, long needReserved, long expected) {}

    /** The first stock of a SKU. */
    public record Creation(String sku, long onHand, String ref) {}

    /** Rows with their due holds as they are now; SKUs without a row are left out. */
    public static Map<String, Reading> read(Connection connection, Collection<String> skus) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setObject(1, skus.toArray(new String[0]));
            Map<String, Reading> readings = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    InventoryItem item = item(rows);
                    readings.put(item.sku(), new Reading(item, rows.getLong(5)));
                }
            }
            return readings;
        }
    }

    /** Locks rows in SKU order and reads them. */
    public static Map<String, InventoryItem> lock(Connection connection, Collection<String> skus) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setObject(1, skus.toArray(new String[0]));
            Map<String, InventoryItem> items = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    InventoryItem item = item(rows);
                    items.put(item.sku(), item);
                }
            }
            return items;
        }
    }

    /** Units of due holds by SKU, those without any left out. Under the rows' locks this cannot change. */
    public static Map<String, Long> due(Connection connection, Collection<String> skus) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, skus.toArray(new String[0]));
            Map<String, Long> due = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    due.put(rows.getString(1), rows.getLong(2));
                }
            }
            return due;
        }
    }

    /** Inserts first stock with its ledger entry; the number of rows that were new. */
    public static int create(Connection connection, List<Creation> creations, long atMicros) throws SQLException {
        int count = creations.size();
        String[] skus = new String[count];
        long[] onHand = new long[count];
        String[] refs = new String[count];
        for (int i = 0; i < count; i++) {
            skus[i] = creations.get(i).sku();
            onHand[i] = creations.get(i).onHand();
            refs[i] = creations.get(i).ref();
        }
        try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
            statement.setObject(1, skus);
            statement.setObject(2, onHand);
            statement.setLong(3, atMicros);
            statement.setObject(4, skus);
            statement.setObject(5, refs);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /**
     * Changes stock rows where their guards hold and writes the ledger. Fewer rows back than changes in means that a guard
     * failed: the caller rolls back.
     */
    public static Map<String, InventoryItem> change(Connection connection, List<Change> changes, long atMicros)
            throws SQLException {
        int count = changes.size();
        String[] skus = new String[count];
        long[] deltaOnHand = new long[count];
        long[] deltaReserved = new long[count];
        long[] entries = new long[count];
        long[] need = new long[count];
        long[] needReserved = new long[count];
        long[] expected = new long[count];
        List<String> entrySkus = new ArrayList<>();
        List<StockChange> ledger = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Change change = changes.get(i);
            skus[i] = change.sku();
            entries[i] = change.changes().size();
            need[i] = change.need();
            needReserved[i] = change.needReserved();
            expected[i] = change.expected();
            for (StockChange entry : change.changes()) {
                deltaOnHand[i] += entry.deltaOnHand();
                deltaReserved[i] += entry.deltaReserved();
                entrySkus.add(change.sku());
                ledger.add(entry);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(CHANGE)) {
            statement.setObject(1, skus);
            statement.setObject(2, deltaOnHand);
            statement.setObject(3, deltaReserved);
            statement.setObject(4, entries);
            statement.setObject(5, need);
            statement.setObject(6, needReserved);
            statement.setObject(7, expected);
            statement.setObject(8, skus);
            statement.setLong(9, atMicros);
            bindLedger(statement, entrySkus, ledger);
            Map<String, InventoryItem> items = new HashMap<>(count * 2);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    InventoryItem item = item(rows);
                    items.put(item.sku(), item);
                }
            }
            return items;
        }
    }

    /**
     * Writes stock that someone put into the cache by hand: each item over the version right before its own, with the same
     * number reserved, as one ledger entry.
     *
     * @return the number written
     */
    static int put(Connection connection, List<InventoryItem> items) throws SQLException {
        Map<String, InventoryItem> stored =
                lock(connection, items.stream().map(InventoryItem::sku).toList());
        List<Change> changes = new ArrayList<>();
        List<Creation> creations = new ArrayList<>();
        for (InventoryItem item : items) {
            InventoryItem before = stored.get(item.sku());
            if (before == null && item.version() == 1 && item.reserved() == 0) {
                creations.add(new Creation(item.sku(), item.onHand(), PUT_REF));
            } else if (before != null
                    && item.version() == before.version() + 1
                    && item.reserved() == before.reserved()) {
                StockChange change = StockChange.count(PUT_REF, item.onHand() - before.onHand());
                changes.add(new Change(item.sku(), List.of(change), 0, 0, before.version()));
            }
        }
        if (changes.size() + creations.size() != items.size()) {
            return 0;
        }
        int written = creations.isEmpty() ? 0 : create(connection, creations, Times.now(connection));
        return written
                + (changes.isEmpty()
                        ? 0
                        : change(connection, changes, Times.now(connection)).size());
    }

    private static void bindLedger(PreparedStatement statement, List<String> skus, List<StockChange> ledger)
            throws SQLException {
        int count = ledger.size();
        long[] ordinals = new long[count];
        long[] deltaOnHand = new long[count];
        long[] deltaReserved = new long[count];
        String[] reasons = new String[count];
        String[] refs = new String[count];
        for (int i = 0; i < count; i++) {
            boolean sameSku = i > 0 && skus.get(i).equals(skus.get(i - 1));
            ordinals[i] = sameSku ? ordinals[i - 1] + 1 : 1;
            StockChange entry = ledger.get(i);
            deltaOnHand[i] = entry.deltaOnHand();
            deltaReserved[i] = entry.deltaReserved();
            reasons[i] = entry.reason().name();
            refs[i] = entry.ref();
        }
        statement.setObject(10, skus.toArray(new String[0]));
        statement.setObject(11, ordinals);
        statement.setObject(12, deltaOnHand);
        statement.setObject(13, deltaReserved);
        statement.setObject(14, reasons);
        statement.setObject(15, refs);
    }

    static InventoryItem item(ResultSet row) throws SQLException {
        return new InventoryItem(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
}
