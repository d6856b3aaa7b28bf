package io.storegrid.persistence;

import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderEventType;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Payment;
import io.storegrid.domain.PaymentState;
import io.storegrid.domain.Person;
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
import org.jspecify.annotations.Nullable;

/**
 * Orders, their history, what remains to be done for them, and the people behind them. A change states the version it was
 * decided on; its entry in the history and its step are written with it.
 */
public final class OrderSql {

    private static final String COLUMNS =
            "o.id, o.state, o.cart_id, o.reservation_id, o.lines::text, o.total_minor, o.currency, o.payment_state,"
                    + " o.payment_method, o.payment_reference, o.received_minor, o.checkout_key, o.version,"
                    + " o.created_at, o.updated_at, o.pay_by";

    private static final String READ = "SELECT " + COLUMNS + " FROM orders o WHERE o.id = ANY (?)";

    private static final String LOCK = READ + " ORDER BY o.id FOR UPDATE";

    private static final String RECENT = "SELECT " + COLUMNS + " FROM orders o ORDER BY o.created_at DESC LIMIT ?";

    private static final String INSERT =
            """
            INSERT INTO orders (id, state, cart_id, reservation_id, currency, total_minor, lines, payment_state,
                                payment_method, payment_reference, checkout_key, version, created_at, updated_at, pay_by)
            SELECT t.id, t.state, t.cart_id, t.reservation_id, t.currency, t.total_minor, t.lines::jsonb, t.payment_state,
                   t.payment_method, t.payment_reference, t.checkout_key, 1, @created@, @created@, @pay@
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                AS t (id, state, cart_id, reservation_id, currency, total_minor, lines, payment_state, payment_method,
                      payment_reference, checkout_key, created, pay)
            """.replace("@created@", Times.fromMicros("t.created")).replace("@pay@", Times.fromMicros("t.pay"));

    private static final String UPDATE = """
            UPDATE orders o
            SET state = w.state, reservation_id = w.reservation_id, payment_state = w.payment_state,
                received_minor = w.received_minor, version = o.version + w.steps, updated_at = @updated@
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?)
                AS w (id, state, reservation_id, payment_state, received_minor, steps, updated, expected)
            WHERE o.id = w.id AND o.version = w.expected AND w.steps > 0""".replace("@updated@", Times.fromMicros("w.updated"));

    private static final String ENTER = """
            INSERT INTO order_event (order_id, version, type, state, payment_state, detail, at)
            SELECT t.order_id, t.version, t.type, t.state, t.payment_state, t.detail, @at@
            FROM unnest(?, ?, ?, ?, ?, ?) AS t (order_id, version, type, state, payment_state, detail)""".replace("@at@", Times.fromMicros("?"));

    private static final String PUT_STEP = """
            INSERT INTO order_step (order_id, due_at)
            SELECT t.order_id, @due@ FROM unnest(?, ?) AS t (order_id, due)
            ON CONFLICT (order_id) DO UPDATE SET due_at = excluded.due_at, attempts = 0""".replace("@due@", Times.fromMicros("t.due"));

    private static final String DELETE_STEP = "DELETE FROM order_step WHERE order_id = ANY (?)";

    private static final String CLAIM_STEPS = """
            UPDATE order_step s SET attempts = s.attempts + 1,
                due_at = clock_timestamp() + least(?, ? * 2 ^ least(s.attempts, 20)) * interval '1 millisecond'
            FROM (SELECT order_id FROM order_step WHERE due_at <= clock_timestamp()
                  ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED) AS due
            WHERE s.order_id = due.order_id
            RETURNING s.order_id""";

    private static final String NEXT_STEP = """
            SELECT coalesce((SELECT 1000 * extract(epoch FROM due_at - clock_timestamp()) FROM order_step
                             ORDER BY due_at LIMIT 1), @never@)::bigint""".replace("@never@", Long.toString(Long.MAX_VALUE));

    private static final String PUT_PERSON = """
            INSERT INTO order_person (order_id, customer_id, email, shipping_address, created_at)
            SELECT t.order_id, t.customer_id, t.email, t.address::jsonb, @at@
            FROM unnest(?, ?, ?, ?) AS t (order_id, customer_id, email, address)""".replace("@at@", Times.fromMicros("?"));

    private static final String LIST = "SELECT " + COLUMNS + " FROM orders o"
            + " WHERE (o.created_at, o.id) < (@before@, ?) AND (?::text IS NULL OR o.state = ?)"
                    .replace("@before@", Times.fromMicros("?"))
            + " ORDER BY o.created_at DESC, o.id DESC LIMIT ?";

    private static final String LIST_OF_CUSTOMER = "SELECT " + COLUMNS
            + " FROM order_person p JOIN orders o ON o.id = p.order_id"
            + " WHERE p.customer_id = ? AND (p.created_at, p.order_id) < (@before@, ?) AND (?::text IS NULL OR o.state = ?)"
                    .replace("@before@", Times.fromMicros("?"))
            + " ORDER BY p.created_at DESC, p.order_id DESC LIMIT ?";

    private static final String PEOPLE =
            "SELECT order_id, customer_id, email, shipping_address::text FROM order_person WHERE order_id = ANY (?)";

    private static final String FORGET = "DELETE FROM order_person WHERE customer_id = ? RETURNING order_id";

    private static final String CARTS_OF_CUSTOMER = "SELECT id FROM cart WHERE customer_id = ? ORDER BY id";

    private OrderSql() {}

    /**
     * One version of an order, as it enters the history.
     *
     * @param detail for people: a reason that was given; null when there is none
     */
    public record Entry(
            Order after, OrderEventType type, @Nullable String detail) {}

    /**
     * An order before and after a batch.
     *
     * @param before null for a new order
     * @param entries each version in between, in order; at least one
     * @param dueAtMicros when what remains to be done falls due; 0: nothing remains
     */
    public record Change(@Nullable Order before, List<Entry> entries, long dueAtMicros) {

        /** The order as the batch left it. */
        public Order after() {
            return entries.get(entries.size() - 1).after();
        }
    }

    /** Who placed an order. */
    public record Buyer(String orderId, Person person) {}

    /** Orders as they are now; unknown ids are left out. */
    public static Map<String, Order> read(Connection connection, Collection<String> ids) throws SQLException {
        return query(connection, READ, ids);
    }

    /** Locks rows in id order and reads them. */
    public static Map<String, Order> lock(Connection connection, Collection<String> ids) throws SQLException {
        return query(connection, LOCK, ids);
    }

    /**
     * Writes what a batch did to its orders: rows, history and steps.
     *
     * @return the number of orders written; fewer than {@code changes} means that a version was lost: the caller rolls back
     */
    public static Supplier<Integer> write(RoundTrip trip, List<Change> changes, long atMicros) {
        List<Order> made = new ArrayList<>();
        List<Change> changed = new ArrayList<>();
        for (Change change : changes) {
            if (change.before() == null) {
                // What a mate of the same batch did to it comes as a change of the row that is made here.
                made.add(change.entries().get(0).after());
            }
            if (change.before() != null || change.entries().size() > 1) {
                changed.add(change);
            }
        }
        Supplier<Integer> inserted = made.isEmpty() ? () -> 0 : insert(trip, made);
        Supplier<Integer> updated = changed.isEmpty() ? () -> 0 : update(trip, changed);
        enter(trip, changes, atMicros);
        putSteps(trip, changes);
        int twice = made.size() + changed.size() - changes.size();
        return () -> inserted.get() + updated.get() - twice;
    }

    /** Keeps who placed new orders; the number of rows. */
    public static Supplier<Integer> putPeople(RoundTrip trip, List<Buyer> buyers, long atMicros) {
        return trip.update(
                PUT_PERSON,
                atMicros,
                buyers.stream().map(Buyer::orderId).toArray(String[]::new),
                buyers.stream().map(buyer -> buyer.person().customerId()).toArray(String[]::new),
                buyers.stream().map(buyer -> buyer.person().email()).toArray(String[]::new),
                buyers.stream()
                        .map(buyer -> OrderRow.address(buyer.person().shippingAddress()))
                        .toArray(String[]::new));
    }

    /**
     * Takes steps that are due, each for as long as its pause: whoever takes one and dies loses it to whoever looks next. The
     * pause doubles with each try. In a transaction of its own, which the caller commits.
     *
     * @param pauseMs of the first try, milliseconds
     * @param pauseMaxMs of any, milliseconds
     */
    public static List<String> claimSteps(Connection connection, long pauseMs, long pauseMaxMs, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM_STEPS)) {
            statement.setLong(1, pauseMaxMs);
            statement.setLong(2, pauseMs);
            statement.setInt(3, limit);
            return ids(statement);
        }
    }

    /** Milliseconds until the next step is due, negative when it is; {@link Long#MAX_VALUE} when there is none. */
    public static long nextStepIn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT_STEP);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Orders, newest first, behind a place in that order; {@code (Long.MAX_VALUE, "")} is its beginning.
     *
     * @param customerId null: of everybody
     * @param state null: in any state
     */
    public static List<Order> list(
            Connection connection,
            @Nullable String customerId,
            @Nullable OrderState state,
            long beforeMicros,
            String beforeId,
            int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(customerId == null ? LIST : LIST_OF_CUSTOMER)) {
            int at = 1;
            if (customerId != null) {
                statement.setString(at++, customerId);
            }
            statement.setLong(at++, Math.min(beforeMicros, Times.MAX_MICROS));
            statement.setString(at++, beforeId);
            statement.setString(at++, state == null ? null : state.name());
            statement.setString(at++, state == null ? null : state.name());
            statement.setInt(at, limit);
            List<Order> orders = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    orders.add(order(rows));
                }
            }
            return orders;
        }
    }

    /** Who placed those of {@code orderIds} whose buyer is known. */
    public static List<Buyer> people(Connection connection, Collection<String> orderIds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PEOPLE)) {
            statement.setObject(1, orderIds.toArray(new String[0]));
            List<Buyer> buyers = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    buyers.add(new Buyer(
                            rows.getString(1),
                            new Person(rows.getString(2), rows.getString(3), OrderRow.address(rows.getString(4)))));
                }
            }
            return buyers;
        }
    }

    /** Erases the person behind a customer's orders, in the caller's transaction; the orders that lost it. */
    public static List<String> forget(Connection connection, String customerId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.setString(1, customerId);
            return ids(statement);
        }
    }

    /** The ids of all carts that name a customer. */
    public static List<String> cartsOf(Connection connection, String customerId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CARTS_OF_CUSTOMER)) {
            statement.setString(1, customerId);
            return ids(statement);
        }
    }

    static String recentQuery() {
        return RECENT;
    }

    static Order order(ResultSet rows) throws SQLException {
        String currency = rows.getString(7);
        long received = rows.getLong(11);
        Money money = rows.wasNull() ? null : new Money(received, currency);
        return new Order(
                rows.getString(1),
                OrderState.valueOf(rows.getString(2)),
                rows.getString(3),
                rows.getString(4),
                OrderRow.lines(rows.getString(5)),
                new Money(rows.getLong(6), currency),
                new Payment(PaymentState.valueOf(rows.getString(8)), rows.getString(9), rows.getString(10), money),
                rows.getString(12),
                rows.getLong(13),
                Times.micros(rows, 14),
                Times.micros(rows, 15),
                Times.micros(rows, 16));
    }

    private static Map<String, Order> query(Connection connection, String sql, Collection<String> ids)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, ids.toArray(new String[0]));
            Map<String, Order> orders = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Order order = order(rows);
                    orders.put(order.id(), order);
                }
            }
            return orders;
        }
    }

    private static List<String> ids(PreparedStatement statement) throws SQLException {
        List<String> ids = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                ids.add(rows.getString(1));
            }
        }
        return ids;
    }

    private static Supplier<Integer> insert(RoundTrip trip, List<Order> orders) {
        return trip.update(
                INSERT,
                orders.stream().map(Order::id).toArray(String[]::new),
                orders.stream().map(order -> order.state().name()).toArray(String[]::new),
                orders.stream().map(Order::cartId).toArray(String[]::new),
                orders.stream().map(Order::reservationId).toArray(String[]::new),
                orders.stream().map(order -> order.total().currency()).toArray(String[]::new),
                orders.stream().mapToLong(order -> order.total().amountMinor()).toArray(),
                orders.stream().map(OrderRow::lines).toArray(String[]::new),
                orders.stream().map(order -> order.payment().state().name()).toArray(String[]::new),
                orders.stream().map(order -> order.payment().method()).toArray(String[]::new),
                orders.stream().map(order -> order.payment().reference()).toArray(String[]::new),
                orders.stream().map(Order::checkoutKey).toArray(String[]::new),
                orders.stream().mapToLong(Order::createdAtMicros).toArray(),
                orders.stream().mapToLong(Order::payByMicros).toArray());
    }

    private static Supplier<Integer> update(RoundTrip trip, List<Change> changes) {
        int count = changes.size();
        String[] ids = new String[count];
        String[] states = new String[count];
        String[] reservations = new String[count];
        String[] payments = new String[count];
        Long[] received = new Long[count];
        int[] steps = new int[count];
        long[] updated = new long[count];
        long[] expected = new long[count];
        for (int i = 0; i < count; i++) {
            Change change = changes.get(i);
            Order after = change.after();
            Money money = after.payment().received();
            ids[i] = after.id();
            states[i] = after.state().name();
            reservations[i] = after.reservationId();
            payments[i] = after.payment().state().name();
            received[i] = money == null ? null : money.amountMinor();
            expected[i] = change.before() == null ? 1 : change.before().version();
            steps[i] = (int) (after.version() - expected[i]);
            updated[i] = after.updatedAtMicros();
        }
        return trip.update(UPDATE, ids, states, reservations, payments, received, steps, updated, expected);
    }

    private static void enter(RoundTrip trip, List<Change> changes, long atMicros) {
        List<Entry> entries =
                changes.stream().flatMap(change -> change.entries().stream()).toList();
        trip.update(
                ENTER,
                atMicros,
                entries.stream().map(entry -> entry.after().id()).toArray(String[]::new),
                entries.stream().mapToLong(entry -> entry.after().version()).toArray(),
                entries.stream().map(entry -> entry.type().code()).toArray(String[]::new),
                entries.stream().map(entry -> entry.after().state().name()).toArray(String[]::new),
                entries.stream()
                        .map(entry -> entry.after().payment().state().name())
                        .toArray(String[]::new),
                entries.stream().map(Entry::detail).toArray(String[]::new));
    }

    private static void putSteps(RoundTrip trip, List<Change> changes) {
        List<Change> due =
                changes.stream().filter(change -> change.dueAtMicros() > 0).toList();
        List<String> done = changes.stream()
                .filter(change -> change.dueAtMicros() == 0 && change.before() != null)
                .map(change -> change.after().id())
                .toList();
        if (!due.isEmpty()) {
            trip.update(
                    PUT_STEP,
                    due.stream().map(change -> change.after().id()).toArray(String[]::new),
                    due.stream().mapToLong(Change::dueAtMicros).toArray());
        }
        if (!done.isEmpty()) {
            trip.update(DELETE_STEP, (Object) done.toArray(new String[0]));
        }
    }
}
