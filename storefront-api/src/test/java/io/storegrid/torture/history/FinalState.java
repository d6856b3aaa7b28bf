package io.storegrid.torture.history;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was there at the end, at rest: PostgreSQL's rows in one snapshot, and the copies that the nodes had.
 *
 * @param takenMicros just before the rows were read
 * @param stock by SKU
 * @param holds by reservation id
 * @param ledger in any order
 * @param keys by idempotency key
 * @param carts by cart id
 * @param copies of any caches, from whatever source
 */
public record FinalState(
        long takenMicros,
        SortedMap<String, StockRow> stock,
        Map<String, HoldRow> holds,
        List<LedgerEntry> ledger,
        Map<String, KeyRow> keys,
        Map<String, CartRow> carts,
        List<Copy> copies) {

    /** A row of {@code inventory}. */
    public record StockRow(long onHand, long reserved, long version) {}

    /**
     * A row of {@code reservation} with its lines.
     *
     * @param cart empty for none
     * @param lines units by SKU
     */
    public record HoldRow(
            HoldState state,
            String cart,
            long createdMicros,
            long expiresMicros,
            long version,
            SortedMap<String, Integer> lines) {

        public HoldRow {
            lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
        }
    }

    /**
     * A row of {@code stock_ledger}.
     *
     * @param ref the reservation or the adjustment
     * @param atMicros when it was decided, by the database's clock as the deciding node knew it
     */
    public record LedgerEntry(
            String sku,
            long version,
            long deltaOnHand,
            long deltaReserved,
            LedgerReason reason,
            String ref,
            long atMicros) {

        public long deltaAvailable() {
            return deltaOnHand - deltaReserved;
        }
    }

    /**
     * A row of {@code idempotency}.
     *
     * @param outcome the column {@code status}, such as {@code CREATED} or {@code INSUFFICIENT_STOCK}
     * @param ref the hold, adjustment or cart that the recorded answer is about; empty for none
     */
    public record KeyRow(String outcome, String ref, long createdMicros) {}

    /**
     * A row of {@code cart} with its lines.
     *
     * @param reservation empty for none
     * @param lines units by SKU
     */
    public record CartRow(boolean deleted, String reservation, long version, SortedMap<String, Integer> lines) {

        public CartRow {
            lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
        }
    }

    /**
     * One entry of one cache on one node.
     *
     * @param cache {@code inventory}, {@code reservations} or {@code carts}
     * @param primary whether the node is the entry's owner
     * @param fields what the copy says; see {@link #fields}. Those that are left out are not compared; none at all says that
     *     the node was asked and has no copy
     */
    public record Copy(String node, String cache, String key, boolean primary, SortedMap<String, String> fields) {

        public static final String INVENTORY = "inventory";
        public static final String RESERVATIONS = "reservations";
        public static final String CARTS = "carts";

        public Copy {
            fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
        }
    }

    public FinalState {
        stock = Collections.unmodifiableSortedMap(new TreeMap<>(stock));
        holds = Collections.unmodifiableMap(holds);
        ledger = List.copyOf(ledger);
        keys = Collections.unmodifiableMap(keys);
        carts = Collections.unmodifiableMap(carts);
        copies = List.copyOf(copies);
    }

    public FinalState withCopies(List<Copy> found) {
        return new FinalState(takenMicros, stock, holds, ledger, keys, carts, found);
    }

    /** The row as a copy should say it. */
    public static SortedMap<String, String> fields(StockRow row) {
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put("onHand", Long.toString(row.onHand()));
        fields.put("reserved", Long.toString(row.reserved()));
        fields.put("version", Long.toString(row.version()));
        return fields;
    }

    /** The row as a copy should say it; what readers see of one that ran out is the caller's business. */
    public static SortedMap<String, String> fields(HoldRow row) {
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put("state", row.state().name());
        fields.put("expiresMicros", Long.toString(row.expiresMicros()));
        fields.put("version", Long.toString(row.version()));
        fields.put("lines", row.lines().toString());
        return fields;
    }

    /** The row as a copy should say it. */
    public static SortedMap<String, String> fields(CartRow row) {
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put("deleted", Boolean.toString(row.deleted()));
        fields.put("reservation", row.reservation());
        fields.put("version", Long.toString(row.version()));
        fields.put("lines", row.lines().toString());
        return fields;
    }
}
