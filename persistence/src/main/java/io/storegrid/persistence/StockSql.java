package io.storegrid.persistence;

import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerChain;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.StockChange;
import io.storegrid.domain.StoreEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Stock rows, their ledger and their events (PROTOCOL 5–8, 10). Every change locks its rows in SKU order and goes through
 * one guarded statement, which draws the ledger's versions from what the rows became and goes on with each SKU's chain.
 */
public final class StockSql {

    /** In the ledger, what stands for a put into the cache by hand. */
    private static final String PUT_REF = "cache-put";

    /** What stands before the first entry of a chain. */
    private static final String NO_HASH = "'\\x" + "00".repeat(LedgerChain.HASH_BYTES) + "'::bytea";

    private static final String ROWS = "SELECT sku, on_hand, reserved, version FROM inventory WHERE sku = ANY (?)";

    // OFFSET 0 keeps PostgreSQL from turning the look-ups of the due holds' lines into a join with all lines there are:
    // it takes a third of the live holds for due, however few are.
    private static final String DUE_UNITS = """
            WITH due AS MATERIALIZED (
                SELECT id FROM reservation WHERE state = 'HELD' AND expires_at <= statement_timestamp()
            ), units AS MATERIALIZED (
                SELECT l.sku, sum(l.quantity) AS due
                FROM due d CROSS JOIN LATERAL (
                    SELECT sku, quantity FROM reservation_line WHERE reservation_id = d.id OFFSET 0) AS l
                WHERE l.sku = ANY (?) GROUP BY l.sku
            )
            """;

    private static final String READ = DUE_UNITS + """
            SELECT i.sku, i.on_hand, i.reserved, i.version, coalesce(u.due, 0)
            FROM inventory i LEFT JOIN units u ON u.sku = i.sku WHERE i.sku = ANY (?)""";

    private static final String LOCK =
            "SELECT sku, on_hand, reserved, version FROM inventory WHERE sku = ANY (?) ORDER BY sku FOR UPDATE";

    private static final String DUE = DUE_UNITS + "SELECT sku, due FROM units";

    private static final String CREATE = """
            INSERT INTO inventory (sku, on_hand, reserved, version)
            SELECT t.sku, t.on_hand, 0, 1 FROM unnest(?, ?) AS t (sku, on_hand) ORDER BY t.sku
            ON CONFLICT DO NOTHING""";

    /**
     * The lock in SKU order, in front of {@link #CHANGE} and in the same trip. A statement of its own, because the one that
     * changes the rows has to see the ledger entries of whoever held them before: it goes on from their hashes.
     */
    private static final String LOCK_FIRST = """
            SELECT count(*) FROM (
                SELECT 1 FROM inventory WHERE sku = ANY (?) ORDER BY sku FOR UPDATE) AS locked""";

    // That numbers are what they are is asked only because PostgreSQL thinks that few rows pass such a filter: for
    // few it looks rows up by their keys instead of reading all, whatever the size of the table was when it planned.
    // The ledger's entries are found by their place in the arrays: one relation more to join, and a plan for unknown
    // array lengths would loop over all pairs of a batch.
    // The hashes are one chain over the whole batch, in the order of those places. The first entry of each SKU starts
    // it anew, from the hash that the SKU's last entry has; where that one is missing it begins again, which a
    // verification names, instead of stopping the sale.
    // OFFSET 0 keeps the entries from being put together twice, for the columns and for the hash.
    private static final String CHANGE = """
            WITH changed AS (
                UPDATE inventory i
                SET on_hand = i.on_hand + w.delta_on_hand,
                    reserved = i.reserved + w.delta_reserved,
                    version = i.version + w.entries
                FROM unnest(?, ?, ?, ?, ?, ?, ?, ?)
                    AS w (sku, delta_on_hand, delta_reserved, entries, behind, need, need_reserved, expected)
                WHERE i.sku = w.sku
                  AND w.entries > 0 AND w.behind >= 0 AND w.need >= 0
                  AND i.on_hand - i.reserved >= w.need
                  AND i.reserved >= w.need_reserved
                  AND (w.expected = 0 OR i.version = w.expected)
                RETURNING i.sku, i.on_hand, i.reserved, i.version, w.entries, w.behind
            ), entered AS (
                INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
                SELECT e.sku, e.version, e.delta_on_hand, e.delta_reserved, e.reason, e.ref, @at@,
                       ledger_chain(e.previous, ledger_entry(
                               e.sku, e.version, e.delta_on_hand, e.delta_reserved, e.reason, ?::bigint, e.ref))
                           OVER (ORDER BY e.place ROWS UNBOUNDED PRECEDING)
                FROM (
                    SELECT c.sku, c.version - c.entries + e AS version, c.behind + e AS place,
                           (?::bigint[])[c.behind + e] AS delta_on_hand, (?::bigint[])[c.behind + e] AS delta_reserved,
                           (?::text[])[c.behind + e] AS reason, (?::text[])[c.behind + e] AS ref,
                           CASE WHEN e = 1 THEN coalesce(
                               (SELECT g.hash FROM stock_ledger g
                                WHERE g.sku = c.sku AND g.version = c.version - c.entries), @none@) END AS previous
                    FROM changed c CROSS JOIN LATERAL generate_series(1, c.entries) AS e
                    OFFSET 0) AS e
            ), told AS (
                INSERT INTO outbox (type, subject, subject_seq, at, data)
                SELECT '@changed@', c.sku, c.version, @at@, @data@ FROM changed c
            )
            SELECT sku, on_hand, reserved, version FROM changed""".replace("@at@", Times.fromMicros("?"))
            .replace("@none@", NO_HASH)
            .replace("@changed@", StoreEvent.INVENTORY_CHANGED)
            .replace("@data@", data("c.sku", "c.on_hand", "c.reserved"));

    private static final String FIRST_ENTRY = """
            WITH made AS (
                SELECT t.sku, t.on_hand, t.ref, now.at
                FROM unnest(?, ?, ?) AS t (sku, on_hand, ref), (SELECT @at@) AS now (at)
            ), told AS (
                INSERT INTO outbox (type, subject, subject_seq, at, data)
                SELECT '@changed@', m.sku, 1, m.at, @data@ FROM made m
            )
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT m.sku, 1, m.on_hand, 0, 'INITIAL', m.ref, m.at,
                   ledger_hash(NULL, m.sku, 1, m.on_hand, 0, 'INITIAL', m.at, m.ref)
            FROM made m""".replace("@at@", Times.fromMicros("?"))
            .replace("@changed@", StoreEvent.INVENTORY_CHANGED)
            .replace("@data@", data("m.sku", "m.on_hand", "0"));

    private StockSql() {}

    /** The data of {@value StoreEvent#INVENTORY_CHANGED}: one event for each SKU and batch, under the version that its row became. SKUs are of letters, digits and {@code ._-}, so nothing has to be escaped. */
    private static String data(String sku, String onHand, String reserved) {
        return "concat('{\"sku\":\"', " + sku + ", '\",\"onHand\":', " + onHand + ", ',\"reserved\":', " + reserved
                + ", ',\"available\":', " + onHand + " - " + reserved + ", '}')";
    }

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

    /** Rows as they are now; SKUs without a row are left out. */
    public static Map<String, InventoryItem> rows(Connection connection, Collection<String> skus) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setObject(1, skus.toArray(new String[0]));
            try (ResultSet rows = statement.executeQuery()) {
                return items(rows);
            }
        }
    }

    /** Rows with their due holds as they are now; SKUs without a row are left out. */
    public static Map<String, Reading> read(Connection connection, Collection<String> skus) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            String[] keys = skus.toArray(new String[0]);
            statement.setObject(1, keys);
            statement.setObject(2, keys);
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
            try (ResultSet rows = statement.executeQuery()) {
                return items(rows);
            }
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

    /** Inserts first stock with its ledger entry; fewer rows than creations means that one was there: the caller rolls back. */
    public static int create(Connection connection, List<Creation> creations, long atMicros) throws SQLException {
        String[] skus = creations.stream().map(Creation::sku).toArray(String[]::new);
        long[] onHand = creations.stream().mapToLong(Creation::onHand).toArray();
        int created = RoundTrip.alone(connection, trip -> trip.update(CREATE, skus, onHand));
        if (created == skus.length) {
            String[] refs = creations.stream().map(Creation::ref).toArray(String[]::new);
            RoundTrip.alone(connection, trip -> trip.update(FIRST_ENTRY, skus, onHand, refs, atMicros));
        }
        return created;
    }

    /**
     * Locks stock rows in SKU order, changes them where their guards hold and writes the ledger, whose versions come from the
     * rows returned (PROTOCOL 6, 7), and the events. Fewer rows back than changes in means that a guard failed: the caller
     * rolls back.
     */
    public static Supplier<Map<String, InventoryItem>> change(RoundTrip trip, List<Change> changes, long atMicros) {
        int count = changes.size();
        String[] skus = new String[count];
        long[] deltaOnHand = new long[count];
        long[] deltaReserved = new long[count];
        int[] entries = new int[count];
        int[] behind = new int[count];
        long[] need = new long[count];
        long[] needReserved = new long[count];
        long[] expected = new long[count];
        Ledger ledger = new Ledger(
                changes.stream().mapToInt(change -> change.changes().size()).sum());
        for (int i = 0; i < count; i++) {
            Change change = changes.get(i);
            skus[i] = change.sku();
            entries[i] = change.changes().size();
            behind[i] = ledger.size();
            need[i] = change.need();
            needReserved[i] = change.needReserved();
            expected[i] = change.expected();
            for (StockChange entry : change.changes()) {
                deltaOnHand[i] += entry.deltaOnHand();
                deltaReserved[i] += entry.deltaReserved();
                ledger.add(entry.deltaOnHand(), entry.deltaReserved(), entry.reason(), entry.ref());
            }
        }
        Supplier<Long> locked = trip.query(LOCK_FIRST, StockSql::number, (Object) skus);
        Supplier<Map<String, InventoryItem>> changed = trip.query(
                CHANGE,
                StockSql::items,
                skus,
                deltaOnHand,
                deltaReserved,
                entries,
                behind,
                need,
                needReserved,
                expected,
                atMicros,
                atMicros,
                ledger.deltaOnHand,
                ledger.deltaReserved,
                ledger.reasons,
                ledger.refs,
                atMicros);
        // A row that came into being between the two statements was changed without its lock: that must not count.
        return () -> changed.get().size() == count && locked.get() < count ? Map.of() : changed.get();
    }

    private static Long number(ResultSet row) throws SQLException {
        row.next();
        return row.getLong(1);
    }

    /** Columns of ledger entries, filled in order. */
    private static final class Ledger {

        private final long[] deltaOnHand;
        private final long[] deltaReserved;
        private final String[] reasons;
        private final String[] refs;
        private int size;

        Ledger(int entries) {
            deltaOnHand = new long[entries];
            deltaReserved = new long[entries];
            reasons = new String[entries];
            refs = new String[entries];
        }

        int size() {
            return size;
        }

        void add(long onHand, long reserved, LedgerReason reason, String ref) {
            deltaOnHand[size] = onHand;
            deltaReserved[size] = reserved;
            reasons[size] = reason.name();
            refs[size] = ref;
            size++;
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
        return written + (changes.isEmpty() ? 0 : changed(connection, changes));
    }

    private static int changed(Connection connection, List<Change> changes) throws SQLException {
        long now = Times.now(connection);
        return RoundTrip.alone(connection, trip -> change(trip, changes, now)).size();
    }

    private static Map<String, InventoryItem> items(ResultSet rows) throws SQLException {
        Map<String, InventoryItem> items = new HashMap<>();
        while (rows.next()) {
            InventoryItem item = item(rows);
            items.put(item.sku(), item);
        }
        return items;
    }

    static InventoryItem item(ResultSet row) throws SQLException {
        return new InventoryItem(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4));
    }
}
