package io.storegrid.persistence;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Reservations and their lines (PROTOCOL 9, 16). A hold is settled by one guarded row change, on the database's clock;
 * rows are locked in the order of their ids.
 */
public final class ReservationSql {

    private static final String HELD = HoldState.HELD.name();

    private static final String COLUMNS = """
            r.id, r.state, r.cart_id, r.created_at, r.expires_at, r.version, r.order_id,
            r.expires_at > clock_timestamp(),
            ARRAY(SELECT l.sku FROM reservation_line l WHERE l.reservation_id = r.id ORDER BY l.sku),
            ARRAY(SELECT l.quantity FROM reservation_line l WHERE l.reservation_id = r.id ORDER BY l.sku)""";

    private static final String READ = "SELECT " + COLUMNS + " FROM reservation r WHERE r.id = ANY (?)";

    private static final String LOCK_ONLY = "SELECT id FROM reservation WHERE id = ANY (?) ORDER BY id FOR UPDATE";

    private static final String LIVE = "SELECT " + COLUMNS + " FROM reservation r WHERE r.state = 'HELD'";

    private static final String INSERT =
            """
            WITH made AS (
                INSERT INTO reservation (id, state, cart_id, order_id, created_at, expires_at, version)
                SELECT t.id, t.state, t.cart_id, t.order_id, @created@, @expires@, 1
                FROM unnest(?, ?, ?, ?, ?, ?) AS t (id, state, cart_id, order_id, created, expires)
            )
            INSERT INTO reservation_line (reservation_id, sku, quantity)
            SELECT * FROM unnest(?, ?, ?)""".replace("@created@", Times.fromMicros("t.created")).replace("@expires@", Times.fromMicros("t.expires"));

    // HELD comes as a parameter, here and below: written out, PostgreSQL may take the index of the live holds for a
    // short way to a few rows, and it is as long as there are live holds.
    private static final String SETTLE = """
            UPDATE reservation SET state = ?, version = version + 1
            WHERE id = ANY (?) AND state = ? AND (expires_at <= clock_timestamp()) = ? AND (? OR order_id IS NULL)
            RETURNING id, created_at, expires_at, version, order_id""";

    private static final String EXTEND = """
            UPDATE reservation r SET expires_at = @expires@, order_id = t.order_id, version = t.version
            FROM unnest(?, ?, ?, ?) AS t (id, expires, order_id, version)
            WHERE r.id = t.id AND r.state = ? AND r.version = t.version - 1""".replace("@expires@", Times.fromMicros("t.expires"));

    private static final String DUE = """
            SELECT id, expires_at, clock_timestamp() FROM reservation
            WHERE state = 'HELD' AND expires_at <= statement_timestamp() AND (expires_at, id) > (@after@, ?)
            ORDER BY expires_at, id LIMIT ?""".replace("@after@", Times.fromMicros("?"));

    private static final String NEXT_DUE = """
            SELECT coalesce((SELECT 1000000 * extract(epoch FROM expires_at - clock_timestamp()) FROM reservation
                             WHERE state = 'HELD' ORDER BY expires_at, id LIMIT 1), @never@)::bigint""".replace("@never@", Long.toString(Long.MAX_VALUE));

    // OFFSET 0 as in StockSql: look-ups, not a join with all lines.
    private static final String DUE_OF_SKUS = """
            WITH due AS MATERIALIZED (
                SELECT id, expires_at FROM reservation WHERE state = 'HELD' AND expires_at <= statement_timestamp()
            )
            SELECT DISTINCT d.id, d.expires_at
            FROM due d CROSS JOIN LATERAL (SELECT sku FROM reservation_line WHERE reservation_id = d.id OFFSET 0) AS l
            WHERE l.sku = ANY (?) ORDER BY d.expires_at, d.id LIMIT ?""";

    private static final String COUNT_LIVE_OF = """
            SELECT cart_id, count(*) FROM reservation
            WHERE state = 'HELD' AND cart_id = ANY (?) AND expires_at > clock_timestamp() GROUP BY cart_id""";

    private ReservationSql() {}

    /** A reservation, and whether its time is not over by the database's clock. */
    public record Reading(Reservation reservation, boolean withinTime) {}

    /**
     * The end of one hold.
     *
     * @param state EXPIRED if the hold's time must be over; CONFIRMED or RELEASED if it must not be
     * @param byOrder whether the order that pays for the hold ends it; nobody else may, but time
     */
    public record Settlement(Reservation before, HoldState state, boolean byOrder) {

        /** The end of a hold by its holder, or by time. */
        public Settlement(Reservation before, HoldState state) {
            this(before, state, false);
        }

        /** Whether the hold may belong to an order. */
        private boolean ofOrder() {
            return byOrder || state == HoldState.EXPIRED;
        }
    }

    /** A hold whose time is over. */
    public record DueHold(String id, long expiresAtMicros, long nowMicros) {}

    /** Reservations as they are now; unknown ids are left out. */
    public static Map<String, Reading> read(Connection connection, Collection<String> ids) throws SQLException {
        return readings(connection, READ, ids);
    }

    /** Locks rows in id order, then reads them. */
    public static Map<String, Reading> lock(Connection connection, Collection<String> ids) throws SQLException {
        // Two statements: the second one's snapshot begins after all locks are held, so lines and state are of one
        // moment.
        try (PreparedStatement statement = connection.prepareStatement(LOCK_ONLY)) {
            statement.setObject(1, ids.toArray(new String[0]));
            statement.executeQuery().close();
        }
        return readings(connection, READ, ids);
    }

    /** Inserts new holds with their lines; the number of lines. */
    public static Supplier<Integer> insert(RoundTrip trip, List<Reservation> reservations) {
        int count = reservations.size();
        String[] ids = new String[count];
        String[] states = new String[count];
        String[] carts = new String[count];
        String[] orders = new String[count];
        long[] created = new long[count];
        long[] expires = new long[count];
        List<String> lineIds = new ArrayList<>();
        List<ReservationLine> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Reservation reservation = reservations.get(i);
            ids[i] = reservation.id();
            states[i] = reservation.state().name();
            carts[i] = reservation.cartId();
            orders[i] = reservation.orderId();
            created[i] = reservation.createdAtMicros();
            expires[i] = reservation.expiresAtMicros();
            for (ReservationLine line : reservation.lines()) {
                lineIds.add(reservation.id());
                lines.add(line);
            }
        }
        return trip.update(
                INSERT,
                ids,
                states,
                carts,
                orders,
                created,
                expires,
                lineIds.toArray(new String[0]),
                lines.stream().map(ReservationLine::sku).toArray(String[]::new),
                lines.stream().mapToInt(ReservationLine::quantity).toArray());
    }

    /**
     * Settles holds whose guards hold, with one statement for each way they end: a row is found by its key and nothing is
     * joined. Where there is more than one, all rows are locked in their order before. Fewer back than in means that a guard
     * was lost: the caller rolls back.
     */
    public static Supplier<Map<String, Reservation>> settle(RoundTrip trip, List<Settlement> settlements) {
        Map<Settling, List<String>> ids = new TreeMap<>();
        Map<String, Settlement> byId = new HashMap<>(settlements.size() * 2);
        for (Settlement settlement : settlements) {
            String id = settlement.before().id();
            ids.computeIfAbsent(new Settling(settlement.state(), settlement.ofOrder()), one -> new ArrayList<>())
                    .add(id);
            byId.put(id, settlement);
        }
        if (ids.size() > 1) {
            var unused =
                    trip.query(LOCK_ONLY, rows -> true, (Object) byId.keySet().toArray(new String[0]));
        }
        List<Supplier<Map<String, Reservation>>> parts = new ArrayList<>(ids.size());
        ids.forEach((end, some) -> parts.add(trip.query(
                SETTLE,
                rows -> settled(rows, byId),
                end.state().name(),
                some.toArray(new String[0]),
                HELD,
                end.state() == HoldState.EXPIRED,
                end.ofOrder())));
        return () -> {
            Map<String, Reservation> all = new HashMap<>(settlements.size() * 2);
            parts.forEach(part -> all.putAll(part.get()));
            return all;
        };
    }

    /** What one statement does to its holds. */
    private record Settling(HoldState state, boolean ofOrder) implements Comparable<Settling> {

        @Override
        public int compareTo(Settling that) {
            return Comparator.comparing(Settling::state)
                    .thenComparing(Settling::ofOrder)
                    .compare(this, that);
        }
    }

    private static Map<String, Reservation> settled(ResultSet rows, Map<String, Settlement> byId) throws SQLException {
        Map<String, Reservation> settled = new HashMap<>(byId.size() * 2);
        while (rows.next()) {
            String id = rows.getString(1);
            Settlement settlement = Objects.requireNonNull(byId.get(id));
            settled.put(
                    id,
                    new Reservation(
                            id,
                            settlement.state(),
                            settlement.before().cartId(),
                            rows.getString(5),
                            settlement.before().lines(),
                            Times.micros(rows, 2),
                            Times.micros(rows, 3),
                            rows.getLong(4)));
        }
        return settled;
    }

    /** Writes later expiries, and whose they are, of rows that this transaction has locked; the number of rows changed. */
    public static Supplier<Integer> extend(RoundTrip trip, List<Reservation> extended) {
        return trip.update(
                EXTEND,
                extended.stream().map(Reservation::id).toArray(String[]::new),
                extended.stream().mapToLong(Reservation::expiresAtMicros).toArray(),
                extended.stream().map(Reservation::orderId).toArray(String[]::new),
                extended.stream().mapToLong(Reservation::version).toArray(),
                HELD);
    }

    /** Live holds by the cart they name, those without any as 0. */
    public static Map<String, Integer> countLiveOf(Connection connection, Collection<String> cartIds)
            throws SQLException {
        Map<String, Integer> counts = new HashMap<>();
        cartIds.forEach(id -> counts.put(id, 0));
        try (PreparedStatement statement = connection.prepareStatement(COUNT_LIVE_OF)) {
            statement.setObject(1, cartIds.toArray(new String[0]));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    counts.put(rows.getString(1), rows.getInt(2));
                }
            }
        }
        return counts;
    }

    /** Holds whose time is over, oldest first, behind a place in that order; {@code (0, "")} is its beginning. */
    public static List<DueHold> due(Connection connection, long afterMicros, String afterId, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setLong(1, afterMicros);
            statement.setString(2, afterId);
            statement.setInt(3, limit);
            List<DueHold> due = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    due.add(new DueHold(rows.getString(1), Times.micros(rows, 2), Times.micros(rows, 3)));
                }
            }
            return due;
        }
    }

    /** Microseconds until the time of the first live hold is over, negative if it is; very many if there is none. */
    public static long nextDueIn(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT_DUE);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Ids of holds on any of {@code skus} whose time is over, oldest first. */
    public static List<String> dueOf(Connection connection, Collection<String> skus, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE_OF_SKUS)) {
            statement.setObject(1, skus.toArray(new String[0]));
            statement.setInt(2, limit);
            List<String> ids = new ArrayList<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getString(1));
                }
            }
            return ids;
        }
    }

    /** Holds that are HELD, due ones included. */
    public static long countLive(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT count(*) FROM reservation WHERE state = 'HELD'");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Every live hold, row by row, for warming up. */
    static String liveQuery() {
        return LIVE;
    }

    static Reading reading(ResultSet rows) throws SQLException {
        String[] skus = (String[]) rows.getArray(9).getArray();
        Integer[] quantities = (Integer[]) rows.getArray(10).getArray();
        ReservationLine[] lines = new ReservationLine[skus.length];
        Arrays.setAll(lines, i -> new ReservationLine(skus[i], quantities[i]));
        Reservation reservation = new Reservation(
                rows.getString(1),
                HoldState.valueOf(rows.getString(2)),
                rows.getString(3),
                rows.getString(7),
                List.of(lines),
                Times.micros(rows, 4),
                Times.micros(rows, 5),
                rows.getLong(6));
        return new Reading(reservation, rows.getBoolean(8));
    }

    private static Map<String, Reading> readings(Connection connection, String sql, Collection<String> ids)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, ids.toArray(new String[0]));
            Map<String, Reading> readings = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Reading reading = reading(rows);
                    readings.put(reading.reservation().id(), reading);
                }
            }
            return readings;
        }
    }
}
