package io.storegrid.persistence;

import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventOrder;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.OrderEntry;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The outbox: events written in the transaction of their cause.
 *
 * <p>Read by (tx, seq) and only below the oldest transaction that still runs. Whatever is not there yet has a transaction of
 * at least that number, so no later read finds anything before a place that was passed. A transaction that is left open holds
 * up all readers, and so it must: nobody else knows what it will say. Ours end within seconds by the server's own limits.
 */
public final class OutboxSql {

    /** Rows that one read looks at for a filter that takes few. */
    static final int SCANNED_MAX = 20_000;

    /** Rows behind a page that are searched for events that have to come before some in it. */
    static final int AHEAD = 5_000;

    private static final int WIDER = 4;
    private static final int WIDENED_MAX = 3;

    private static final String APPEND = """
            INSERT INTO outbox (type, subject, subject_seq, at, data)
            SELECT t.type, t.subject, t.subject_seq, @at@, t.data
            FROM unnest(?, ?, ?, ?) AS t (type, subject, subject_seq, data)""".replace("@at@", Times.fromMicros("?"));

    private static final String READABLE =
            "(tx, seq) > (CAST(? AS xid8), ?) AND tx < pg_snapshot_xmin(pg_current_snapshot())";

    /** One statement, because the rows and their end must be of one moment. */
    private static final String AFTER = """
            WITH scanned AS MATERIALIZED (
                SELECT tx, seq, type, subject, subject_seq, at, data FROM outbox
                WHERE @readable@ ORDER BY tx, seq LIMIT ?)
            SELECT e.tx, e.seq, e.type, e.subject, e.subject_seq, e.at, e.data, l.tx, l.seq, n.scanned
            FROM (SELECT tx::text, seq FROM scanned s ORDER BY s.tx DESC, s.seq DESC LIMIT 1) l
            CROSS JOIN (SELECT count(*) AS scanned FROM scanned) n
            LEFT JOIN LATERAL (
                SELECT s.tx::text, s.seq, s.type, s.subject, s.subject_seq, s.at, s.data FROM scanned s
                WHERE (? OR s.type = ANY (?)) AND (? OR s.subject = ANY (?))
                ORDER BY s.tx, s.seq LIMIT ?) e ON true""".replace("@readable@", READABLE);

    private static final String LOWEST_BEHIND = """
            SELECT type, subject, min(subject_seq) FROM (
                SELECT type, subject, subject_seq FROM outbox WHERE @readable@ ORDER BY tx, seq LIMIT ?) behind
            WHERE subject = ANY (?) GROUP BY type, subject""".replace("@readable@", READABLE);

    private static final String HEAD = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text";

    /** A place from before the horizon, or from after now: of a database that was since restored from an older copy. */
    private static final String LOST = """
            SELECT (CAST(? AS xid8), ?) < (h.tx, h.seq) OR CAST(? AS xid8) > pg_snapshot_xmax(pg_current_snapshot())
            FROM outbox_horizon h""";

    private static final String HORIZON = "SELECT tx::text, seq FROM outbox_horizon";

    private static final String FIRST_SINCE = """
            SELECT tx::text, seq FROM outbox WHERE at >= @at@ ORDER BY tx, seq LIMIT 1""".replace("@at@", Times.fromMicros("?"));

    private static final String ONE = """
            SELECT tx::text, seq, type, subject, subject_seq, at, data FROM outbox
            WHERE tx = CAST(? AS xid8) AND seq = ?""";

    /** From the front only: rows are as old as they are far behind, to within the length of a transaction. */
    private static final String PURGE = """
            WITH front AS (SELECT tx, seq, at FROM outbox ORDER BY tx, seq LIMIT ?),
                 doomed AS (SELECT tx, seq FROM front WHERE at < clock_timestamp() - ? * interval '1 hour'),
                 gone AS (DELETE FROM outbox o USING doomed d WHERE o.tx = d.tx AND o.seq = d.seq RETURNING 1),
                 furthest AS (SELECT tx, seq FROM doomed ORDER BY tx DESC, seq DESC LIMIT 1),
                 moved AS (UPDATE outbox_horizon h SET tx = f.tx, seq = f.seq FROM furthest f
                           WHERE (f.tx, f.seq) > (h.tx, h.seq))
            SELECT count(*) FROM gone""";

    private static final String ORDER_ENTRIES = """
            SELECT version, type, state, payment_state, detail, at FROM order_event
            WHERE order_id = ? AND version > ? ORDER BY version LIMIT ?""";

    private OutboxSql() {}

    /** Adds events; the number added. */
    public static Supplier<Integer> append(RoundTrip trip, List<StoreEvent> events, long atMicros) {
        return trip.update(
                APPEND,
                atMicros,
                events.stream().map(StoreEvent::type).toArray(String[]::new),
                events.stream().map(StoreEvent::subject).toArray(String[]::new),
                events.stream().mapToLong(StoreEvent::subjectSeq).toArray(),
                events.stream().map(StoreEvent::data).toArray(String[]::new));
    }

    /** The events behind {@code position} that {@code filter} takes, in the order of delivery; mostly at most {@code limit}. */
    public static EventPage after(Connection connection, EventPosition position, EventFilter filter, int limit)
            throws SQLException {
        int rows = limit;
        for (int widened = 0; ; widened++) {
            EventPage page = scan(connection, position, filter, rows);
            if (!page.more() || page.events().isEmpty()) {
                return new EventPage(EventOrder.delivered(page.events(), position), page.end(), page.more());
            }
            List<PublishedEvent> found = page.events();
            int complete = EventOrder.complete(found, lowestBehind(connection, page));
            if (complete == found.size() || (complete == 0 && widened == WIDENED_MAX)) {
                return new EventPage(EventOrder.delivered(found, position), page.end(), true);
            }
            if (complete > 0) {
                List<PublishedEvent> first = found.subList(0, complete);
                EventPosition end = first.get(complete - 1).position();
                return new EventPage(EventOrder.delivered(first, position), end, true);
            }
            rows *= WIDER;
        }
    }

    private static EventPage scan(Connection connection, EventPosition position, EventFilter filter, int limit)
            throws SQLException {
        int scannedMax = filter.takesAll() ? limit : Math.max(limit, SCANNED_MAX);
        try (PreparedStatement statement = connection.prepareStatement(AFTER)) {
            statement.setString(1, Long.toString(position.tx()));
            statement.setLong(2, position.seq());
            statement.setInt(3, scannedMax);
            statement.setBoolean(4, filter.types().isEmpty());
            statement.setObject(5, filter.types().toArray(new String[0]));
            statement.setBoolean(6, filter.subjects().isEmpty());
            statement.setObject(7, filter.subjects().toArray(new String[0]));
            statement.setInt(8, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<PublishedEvent> events = new ArrayList<>();
                EventPosition end = position;
                boolean more = false;
                while (rows.next()) {
                    end = new EventPosition(Long.parseLong(rows.getString(8)), rows.getLong(9));
                    more = rows.getLong(10) == scannedMax;
                    if (rows.getString(1) != null) {
                        events.add(event(rows));
                    }
                }
                if (events.size() == limit) {
                    // There may be more of the wanted ones among what was looked at.
                    EventPosition last = events.get(limit - 1).position();
                    more = more || !last.equals(end);
                    end = last;
                }
                return new EventPage(events, end, more);
            }
        }
    }

    private static Map<String, Long> lowestBehind(Connection connection, EventPage page) throws SQLException {
        String[] subjects =
                page.events().stream().map(PublishedEvent::subject).distinct().toArray(String[]::new);
        try (PreparedStatement statement = connection.prepareStatement(LOWEST_BEHIND)) {
            statement.setString(1, Long.toString(page.end().tx()));
            statement.setLong(2, page.end().seq());
            statement.setInt(3, AHEAD);
            statement.setObject(4, subjects);
            try (ResultSet rows = statement.executeQuery()) {
                Map<String, Long> lowest = new HashMap<>();
                while (rows.next()) {
                    lowest.merge(
                            PublishedEvent.family(rows.getString(1)) + " " + rows.getString(2),
                            rows.getLong(3),
                            Math::min);
                }
                return lowest;
            }
        }
    }

    /** A place with everything before it that can be read by now, and everything behind it that cannot. */
    public static EventPosition head(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HEAD);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new EventPosition(Long.parseLong(row.getString(1)), 0);
        }
    }

    /** Whether events behind {@code position} may have been cleared out, or the place is not of this database. */
    public static boolean lost(Connection connection, EventPosition position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOST)) {
            statement.setString(1, Long.toString(position.tx()));
            statement.setLong(2, position.seq());
            statement.setString(3, Long.toString(position.tx()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** The oldest place from which nothing is missing. */
    public static EventPosition oldest(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HORIZON);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new EventPosition(Long.parseLong(row.getString(1)), row.getLong(2));
        }
    }

    /** The place right before the first event of {@code atMicros} or later; empty when there is none. */
    public static Optional<EventPosition> before(Connection connection, long atMicros) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIRST_SINCE)) {
            statement.setLong(1, atMicros);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new EventPosition(Long.parseLong(row.getString(1)), row.getLong(2) - 1))
                        : Optional.empty();
            }
        }
    }

    /** The event that stands at {@code position}. */
    public static Optional<PublishedEvent> at(Connection connection, EventPosition position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ONE)) {
            statement.setString(1, Long.toString(position.tx()));
            statement.setLong(2, position.seq());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(event(row)) : Optional.empty();
            }
        }
    }

    /** Deletes events older than {@code hours} among the {@code limit} oldest; the number deleted. */
    public static int purge(Connection connection, int hours, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setInt(1, limit);
            statement.setInt(2, hours);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** The versions of an order behind {@code afterVersion}, in order. */
    public static List<OrderEntry> orderEntries(Connection connection, String orderId, long afterVersion, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ORDER_ENTRIES)) {
            statement.setString(1, orderId);
            statement.setLong(2, afterVersion);
            statement.setInt(3, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<OrderEntry> entries = new ArrayList<>();
                while (rows.next()) {
                    entries.add(new OrderEntry(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getString(4),
                            rows.getString(5),
                            Times.micros(rows, 6)));
                }
                return entries;
            }
        }
    }

    private static PublishedEvent event(ResultSet row) throws SQLException {
        return PublishedEvent.of(
                new StoreEvent(row.getString(3), row.getString(4), row.getLong(5), row.getString(7)),
                new EventPosition(Long.parseLong(row.getString(1)), row.getLong(2)),
                Times.micros(row, 6));
    }
}
