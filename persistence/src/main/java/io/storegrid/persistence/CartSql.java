package io.storegrid.persistence;

import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.Limits;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Carts and their lines. A change states the version it was decided on; only lines that differ are written. */
public final class CartSql {

    private static final String COLUMNS = """
            c.id, c.deleted, c.currency, c.customer_id, c.reservation_id, c.version, c.created_at, c.updated_at,
            c.expires_at, c.hold_renewals, c.order_id,
            ARRAY(SELECT l.sku FROM cart_line l WHERE l.cart_id = c.id ORDER BY l.position, l.sku),
            ARRAY(SELECT l.quantity FROM cart_line l WHERE l.cart_id = c.id ORDER BY l.position, l.sku)""";

    private static final String READ = "SELECT " + COLUMNS + " FROM cart c WHERE c.id = ANY (?)";

    private static final String LOCK = "SELECT id FROM cart WHERE id = ANY (?) ORDER BY id FOR UPDATE";

    private static final String RECENT = "SELECT " + COLUMNS
            + " FROM cart c WHERE NOT c.deleted AND c.expires_at > now() ORDER BY c.updated_at DESC LIMIT ?";

    private static final String INSERT = """
            INSERT INTO cart (id, deleted, currency, customer_id, reservation_id, version, created_at, updated_at, expires_at)
            SELECT t.id, t.deleted, t.currency, t.customer_id, t.reservation_id, t.version, @created@, @updated@, @expires@
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?)
                AS t (id, deleted, currency, customer_id, reservation_id, version, created, updated, expires)
            ORDER BY t.id
            ON CONFLICT DO NOTHING""".replace("@created@", Times.fromMicros("t.created"))
            .replace("@updated@", Times.fromMicros("t.updated"))
            .replace("@expires@", Times.fromMicros("t.expires"));

    private static final String UPDATE =
            """
            WITH locked AS MATERIALIZED (
                SELECT id FROM cart WHERE id = ANY (?) ORDER BY id FOR UPDATE
            )
            UPDATE cart c
            SET deleted = w.deleted, customer_id = w.customer_id, reservation_id = w.reservation_id,
                hold_renewals = w.hold_renewals, order_id = w.order_id, version = w.version, updated_at = @updated@, expires_at = @expires@
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                AS w (id, deleted, customer_id, reservation_id, hold_renewals, order_id, version, updated, expires, expected)
            WHERE (SELECT count(*) FROM locked) >= 0 AND c.id = w.id AND c.version = w.expected""".replace("@updated@", Times.fromMicros("w.updated")).replace("@expires@", Times.fromMicros("w.expires"));

    private static final String PUT_LINES = """
            INSERT INTO cart_line (cart_id, sku, position, quantity)
            SELECT * FROM unnest(?, ?, ?, ?)
            ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = excluded.quantity""";

    private static final String DELETE_LINES = """
            DELETE FROM cart_line l USING unnest(?, ?) AS t (cart_id, sku)
            WHERE l.cart_id = t.cart_id AND l.sku = t.sku""";

    private static final String PURGE = """
            WITH dead AS (
                SELECT id FROM cart
                WHERE (deleted AND updated_at < clock_timestamp() - ? * interval '1 hour')
                   OR expires_at < clock_timestamp() - ? * interval '1 hour'
                LIMIT ?
            ), lines AS (
                DELETE FROM cart_line WHERE cart_id IN (SELECT id FROM dead)
            )
            DELETE FROM cart WHERE id IN (SELECT id FROM dead) RETURNING id""";

    private CartSql() {}

    /**
     * A cart before and after a batch.
     *
     * @param before null for a new cart
     */
    public record Change(@Nullable Cart before, Cart after) {}

    /** Carts as they are now, deleted ones included; unknown ids are left out. */
    public static Map<String, Cart> read(Connection connection, Collection<String> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setObject(1, ids.toArray(new String[0]));
            Map<String, Cart> carts = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Cart cart = cart(rows);
                    carts.put(cart.id(), cart);
                }
            }
            return carts;
        }
    }

    /** Locks rows in id order, then reads them. */
    public static Map<String, Cart> lock(Connection connection, Collection<String> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setObject(1, ids.toArray(new String[0]));
            statement.executeQuery().close();
        }
        return read(connection, ids);
    }

    /**
     * Writes what a batch did to its carts, their lines included.
     *
     * @return the number of carts written; fewer than {@code changes} means that a version was lost: the caller rolls back
     */
    public static Supplier<Integer> write(RoundTrip trip, List<Change> changes) {
        List<Cart> made = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        for (Change change : changes) {
            if (change.before() == null) {
                made.add(change.after());
            } else {
                changed.add(change);
            }
        }
        Supplier<Integer> inserted = made.isEmpty() ? () -> 0 : insert(trip, made);
        Supplier<Integer> updated = changed.isEmpty() ? () -> 0 : update(trip, changed);
        writeLines(trip, changes);
        return () -> inserted.get() + updated.get();
    }

    /** Deletes at most {@code limit} carts that were deleted or ran out more than {@code hours} ago; their ids. */
    public static List<String> purge(Connection connection, int hours, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setInt(1, hours);
            statement.setInt(2, hours);
            statement.setInt(3, limit);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }

    static String recentQuery() {
        return RECENT;
    }

    static Cart cart(ResultSet rows) throws SQLException {
        String[] skus = (String[]) rows.getArray(12).getArray();
        Integer[] quantities = (Integer[]) rows.getArray(13).getArray();
        List<CartLine> lines = new ArrayList<>(skus.length);
        for (int i = 0; i < skus.length; i++) {
            lines.add(new CartLine(skus[i], quantities[i]));
        }
        return new Cart(
                rows.getString(1),
                rows.getBoolean(2),
                rows.getString(3),
                rows.getString(4),
                lines,
                rows.getString(5),
                rows.getInt(10),
                rows.getString(11),
                rows.getLong(6),
                Times.micros(rows, 7),
                Times.micros(rows, 8),
                Times.micros(rows, 9));
    }

    private static Supplier<Integer> insert(RoundTrip trip, List<Cart> carts) {
        int count = carts.size();
        Boolean[] deleted = new Boolean[count];
        for (int i = 0; i < count; i++) {
            deleted[i] = carts.get(i).deleted();
        }
        return trip.update(
                INSERT,
                carts.stream().map(Cart::id).toArray(String[]::new),
                deleted,
                carts.stream().map(Cart::currency).toArray(String[]::new),
                carts.stream().map(Cart::customerId).toArray(String[]::new),
                carts.stream().map(Cart::reservationId).toArray(String[]::new),
                carts.stream().mapToLong(Cart::version).toArray(),
                carts.stream().mapToLong(Cart::createdAtMicros).toArray(),
                carts.stream().mapToLong(Cart::updatedAtMicros).toArray(),
                carts.stream().mapToLong(Cart::expiresAtMicros).toArray());
    }

    private static Supplier<Integer> update(RoundTrip trip, List<Change> changes) {
        int count = changes.size();
        String[] ids = new String[count];
        Boolean[] deleted = new Boolean[count];
        String[] customers = new String[count];
        String[] holds = new String[count];
        int[] renewals = new int[count];
        String[] orders = new String[count];
        long[] versions = new long[count];
        long[] updated = new long[count];
        long[] expires = new long[count];
        long[] expected = new long[count];
        for (int i = 0; i < count; i++) {
            Cart after = changes.get(i).after();
            Cart before = Objects.requireNonNull(changes.get(i).before());
            ids[i] = after.id();
            deleted[i] = after.deleted();
            customers[i] = after.customerId();
            holds[i] = after.reservationId();
            renewals[i] = after.holdRenewals();
            orders[i] = after.orderId();
            versions[i] = after.version();
            updated[i] = after.updatedAtMicros();
            expires[i] = after.expiresAtMicros();
            expected[i] = before.version();
        }
        return trip.update(
                UPDATE, ids, ids, deleted, customers, holds, renewals, orders, versions, updated, expires, expected);
    }

    private static void writeLines(RoundTrip trip, List<Change> changes) {
        List<String> putCarts = new ArrayList<>();
        List<CartLine> put = new ArrayList<>();
        List<Long> positions = new ArrayList<>();
        List<String> deleteCarts = new ArrayList<>();
        List<String> deleteSkus = new ArrayList<>();
        for (Change change : changes) {
            Cart after = change.after();
            Cart before = change.before();
            List<CartLine> lines = after.lines();
            Map<String, Integer> placesBefore = places(before);
            int lastKept = -1;
            boolean added = false;
            for (int i = 0; i < lines.size(); i++) {
                CartLine line = lines.get(i);
                int placeBefore = placesBefore.getOrDefault(line.sku(), -1);
                // Behind a line that was added, or taken out and added again, by one batch, there are only such lines.
                added |= placeBefore <= lastKept;
                if (added && placeBefore >= 0) {
                    deleteCarts.add(after.id());
                    deleteSkus.add(line.sku());
                }
                if (added || before == null || before.quantityOf(line.sku()) != line.quantity()) {
                    putCarts.add(after.id());
                    put.add(line);
                    // Grows with the version, so a line that is added later is shown later; one that stays keeps its
                    // place.
                    positions.add(after.version() * Limits.CART_LINES_MAX + i);
                }
                lastKept = placeBefore;
            }
            if (before != null) {
                for (CartLine line : before.lines()) {
                    if (after.quantityOf(line.sku()) == 0) {
                        deleteCarts.add(after.id());
                        deleteSkus.add(line.sku());
                    }
                }
            }
        }
        if (!deleteCarts.isEmpty()) {
            trip.update(DELETE_LINES, deleteCarts.toArray(new String[0]), deleteSkus.toArray(new String[0]));
        }
        if (!put.isEmpty()) {
            trip.update(
                    PUT_LINES,
                    putCarts.toArray(new String[0]),
                    put.stream().map(CartLine::sku).toArray(String[]::new),
                    positions.stream().mapToLong(Long::longValue).toArray(),
                    put.stream().mapToInt(CartLine::quantity).toArray());
        }
    }

    private static Map<String, Integer> places(@Nullable Cart cart) {
        Map<String, Integer> places = new HashMap<>();
        if (cart != null) {
            List<CartLine> lines = cart.lines();
            for (int i = 0; i < lines.size(); i++) {
                places.put(lines.get(i).sku(), i);
            }
        }
        return places;
    }
}
