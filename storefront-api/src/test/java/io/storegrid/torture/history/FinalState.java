package io.storegrid.torture.history;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
 * @param orders by order id
 * @param payments what the payment provider has in its books, by its own word
 */
public record FinalState(
        long takenMicros,
        SortedMap<String, StockRow> stock,
        Map<String, HoldRow> holds,
        List<LedgerEntry> ledger,
        Map<String, KeyRow> keys,
        Map<String, CartRow> carts,
        List<Copy> copies,
        Map<String, OrderRow> orders,
        List<PaymentRow> payments) {

    /** A row of {@code inventory}. */
    public record StockRow(long onHand, long reserved, long version) {}

    /**
     * A row of {@code reservation} with its lines.
     *
     * @param cart empty for none
     * @param lines units by SKU
     * @param order that pays for it, or paid; empty for none
     */
    public record HoldRow(
            HoldState state,
            String cart,
            long createdMicros,
            long expiresMicros,
            long version,
            SortedMap<String, Integer> lines,
            String order) {

        public HoldRow {
            lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
            // Histories that were written before there were orders have no such member.
            order = Objects.requireNonNullElse(order, "");
        }

        /** One that no order pays for. */
        public HoldRow(
                HoldState state,
                String cart,
                long createdMicros,
                long expiresMicros,
                long version,
                SortedMap<String, Integer> lines) {
            this(state, cart, createdMicros, expiresMicros, version, lines, "");
        }
    }

    /**
     * A row of {@code stock_ledger}.
     *
     * @param ref the reservation or the adjustment, of units that came back the order
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
     * @param ref the hold, adjustment, cart or order that the recorded answer is about; empty for none
     */
    public record KeyRow(String outcome, String ref, long createdMicros) {}

    /**
     * A row of {@code cart} with its lines.
     *
     * @param reservation empty for none
     * @param lines units by SKU
     * @param order that it has become; empty while it is open
     */
    public record CartRow(
            boolean deleted, String reservation, long version, SortedMap<String, Integer> lines, String order) {

        public CartRow {
            lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
            // Histories that were written before there were orders have no such member.
            order = Objects.requireNonNullElse(order, "");
        }

        /** An open one. */
        public CartRow(boolean deleted, String reservation, long version, SortedMap<String, Integer> lines) {
            this(deleted, reservation, version, lines, "");
        }
    }

    /**
     * A row of {@code orders}.
     *
     * @param reservation the hold that it pays for, or that sold its units
     * @param updatedMicros when it came to its state
     * @param lines units by SKU
     */
    public record OrderRow(
            OrderState state,
            PaymentState payment,
            String cart,
            String reservation,
            long totalMinor,
            long createdMicros,
            long updatedMicros,
            long version,
            SortedMap<String, Integer> lines) {

        public OrderRow {
            lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
        }
    }

    /**
     * What the provider knows of one reference.
     *
     * @param state the provider's word for it
     * @param takenMinor whatever was given back
     */
    public record PaymentRow(String order, String method, String state, long takenMinor, long refundedMinor) {

        /** What the provider has. */
        public long keptMinor() {
            return takenMinor - refundedMinor;
        }
    }

    /**
     * One entry of one cache on one node.
     *
     * @param cache {@code inventory}, {@code reservations}, {@code carts} or {@code orders}
     * @param primary whether the node is the entry's owner
     * @param fields what the copy says; see {@link #fields}. Those that are left out are not compared; none at all says that
     *     the node was asked and has no copy
     */
    public record Copy(String node, String cache, String key, boolean primary, SortedMap<String, String> fields) {

        public static final String INVENTORY = "inventory";
        public static final String RESERVATIONS = "reservations";
        public static final String CARTS = "carts";
        public static final String ORDERS = "orders";

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
        orders = Collections.unmodifiableMap(orders);
        payments = List.copyOf(payments);
    }

    /** That of a run without orders. */
    public FinalState(
            long takenMicros,
            SortedMap<String, StockRow> stock,
            Map<String, HoldRow> holds,
            List<LedgerEntry> ledger,
            Map<String, KeyRow> keys,
            Map<String, CartRow> carts,
            List<Copy> copies) {
        this(takenMicros, stock, holds, ledger, keys, carts, copies, Map.of(), List.of());
    }

    public FinalState withCopies(List<Copy> found) {
        return new FinalState(takenMicros, stock, holds, ledger, keys, carts, found, orders, payments);
    }

    public FinalState withPayments(List<PaymentRow> found) {
        return new FinalState(takenMicros, stock, holds, ledger, keys, carts, copies, orders, found);
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
        fields.put("order", row.order());
        return fields;
    }

    /** The row as a copy should say it. */
    public static SortedMap<String, String> fields(OrderRow row) {
        SortedMap<String, String> fields = new TreeMap<>();
        fields.put("state", row.state().name());
        fields.put("payment", row.payment().name());
        fields.put("reservation", row.reservation());
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
        fields.put("order", row.order());
        return fields;
    }
}
