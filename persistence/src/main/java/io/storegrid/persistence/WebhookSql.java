package io.storegrid.persistence;

import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Webhooks, how far each was told, and who is telling it. Whoever takes one over raises its revision, and only who knows the
 * revision may write how far it came: a node that was away for longer than its lease cannot set anybody back.
 */
public final class WebhookSql {

    private static final String COLUMNS =
            "w.id, w.url, w.types, w.description, w.secret, w.state, w.reason, w.failures, w.created_at";

    private static final String CREATE = """
            INSERT INTO webhook (id, url, types, description, secret, state, key, fingerprint, cursor_tx, cursor_seq)
            SELECT ?, ?, ?, ?, ?, 'ACTIVE', ?, ?, pg_snapshot_xmin(pg_current_snapshot()), 0
            WHERE (SELECT count(*) FROM webhook) < ?
            ON CONFLICT (key) DO NOTHING""";

    private static final String BY_KEY = "SELECT " + COLUMNS + ", w.fingerprint FROM webhook w WHERE key = ?";

    private static final String ALL = "SELECT " + COLUMNS + " FROM webhook w ORDER BY w.id";

    private static final String ONE = "SELECT " + COLUMNS + " FROM webhook w WHERE w.id = ?";

    private static final String DELETE = "DELETE FROM webhook WHERE id = ?";

    private static final String ANY = "SELECT EXISTS (SELECT 1 FROM webhook WHERE state = 'ACTIVE')";

    private static final String CLAIM = """
            UPDATE webhook w
            SET leased_until = clock_timestamp() + ? * interval '1 millisecond', revision = w.revision + 1
            FROM (SELECT c.id FROM webhook c
                  WHERE c.state = 'ACTIVE' AND c.next_attempt_at <= clock_timestamp()
                    AND (c.leased_until IS NULL OR c.leased_until < clock_timestamp())
                    AND (EXISTS (SELECT 1 FROM outbox o WHERE (o.tx, o.seq) > (c.cursor_tx, c.cursor_seq)
                                 AND o.tx < pg_snapshot_xmin(pg_current_snapshot()))
                         OR EXISTS (SELECT 1 FROM webhook_redelivery r WHERE r.webhook_id = c.id))
                  ORDER BY c.next_attempt_at LIMIT ? FOR UPDATE SKIP LOCKED) due
            WHERE w.id = due.id
            RETURNING @columns@, w.cursor_tx::text, w.cursor_seq, w.revision""".replace("@columns@", COLUMNS);

    private static final String ADVANCE = """
            UPDATE webhook
            SET cursor_tx = CAST(? AS xid8), cursor_seq = ?, failures = 0, failing_since = NULL, reason = NULL,
                next_attempt_at = clock_timestamp() + ? * interval '1 millisecond', leased_until = NULL
            WHERE id = ? AND revision = ?""";

    /** Failures count from the first one after a success. */
    private static final String SET_BACK = """
            UPDATE webhook
            SET cursor_tx = CAST(? AS xid8), cursor_seq = ?, reason = ?,
                failures = CASE WHEN ? THEN 1 ELSE failures + 1 END,
                failing_since = CASE WHEN ? THEN clock_timestamp() ELSE coalesce(failing_since, clock_timestamp()) END,
                state = CASE WHEN NOT ? AND failing_since < clock_timestamp() - ? * interval '1 millisecond'
                             THEN 'DISABLED' ELSE state END,
                next_attempt_at = clock_timestamp() + ? * interval '1 millisecond', leased_until = NULL
            WHERE id = ? AND revision = ?
            RETURNING state""";

    private static final String REDELIVERIES = """
            SELECT tx::text, seq FROM webhook_redelivery WHERE webhook_id = ? ORDER BY tx, seq LIMIT ?""";

    private static final String REDELIVERED =
            "DELETE FROM webhook_redelivery WHERE webhook_id = ? AND tx = CAST(? AS xid8) AND seq = ?";

    private static final String REDELIVER = """
            INSERT INTO webhook_redelivery (webhook_id, tx, seq) SELECT id, CAST(? AS xid8), ? FROM webhook WHERE id = ?
            ON CONFLICT DO NOTHING""";

    private static final String REVIVE = """
            UPDATE webhook
            SET state = 'ACTIVE', reason = NULL, failures = 0, failing_since = NULL, next_attempt_at = clock_timestamp()
            WHERE id = ?""";

    private static final String REWIND = """
            UPDATE webhook
            SET cursor_tx = CAST(? AS xid8), cursor_seq = ?, revision = revision + 1, leased_until = NULL
            WHERE id = ?""";

    private static final String RECORD = """
            INSERT INTO webhook_delivery (webhook_id, event_id, type, attempt, state, status, error, took_ms, at)
            SELECT w.id, ?, ?, ?, ?, ?, ?, ?, clock_timestamp() FROM webhook w WHERE w.id = ?""";

    private static final String DELIVERIES = """
            SELECT number, event_id, type, attempt, state, status, error, took_ms, at FROM webhook_delivery
            WHERE webhook_id = ? AND number < ? ORDER BY number DESC LIMIT ?""";

    private static final String PURGE = """
            DELETE FROM webhook_delivery WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM webhook_delivery WHERE at < clock_timestamp() - ? * interval '1 hour' LIMIT ?))""";

    private WebhookSql() {}

    /** What stands under a key of a creation. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Created(Webhook webhook, byte[] fingerprint) {}

    /** A webhook that was taken over, where it is, and what proves that it was. */
    public record Claim(Webhook webhook, EventPosition cursor, long revision) {}

    /** Adds a webhook that is told of what happens from now on; false when its key was used or there are {@code max}. */
    public static boolean create(
            Connection connection, Webhook webhook, @Nullable String key, byte @Nullable [] fingerprint, int max)
            throws SQLException {
        Array types = connection.createArrayOf("text", webhook.types().toArray());
        try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
            statement.setString(1, webhook.id());
            statement.setString(2, webhook.url());
            statement.setArray(3, types);
            statement.setString(4, webhook.description());
            statement.setBytes(5, webhook.secret());
            statement.setString(6, key);
            statement.setBytes(7, fingerprint);
            statement.setInt(8, max);
            return statement.executeUpdate() == 1;
        } finally {
            types.free();
        }
    }

    public static Optional<Created> byKey(Connection connection, String key) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BY_KEY)) {
            statement.setString(1, key);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(new Created(webhook(row), row.getBytes(10))) : Optional.empty();
            }
        }
    }

    /** Every webhook, oldest first. */
    public static List<Webhook> all(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL);
                ResultSet rows = statement.executeQuery()) {
            List<Webhook> all = new ArrayList<>();
            while (rows.next()) {
                all.add(webhook(rows));
            }
            return all;
        }
    }

    public static Optional<Webhook> one(Connection connection, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ONE)) {
            statement.setString(1, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(webhook(row)) : Optional.empty();
            }
        }
    }

    /** Removes a webhook with all that is known of it; false when there is none. */
    public static boolean delete(Connection connection, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setString(1, id);
            return statement.executeUpdate() == 1;
        }
    }

    /** Whether anybody wants to be told. */
    public static boolean any(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ANY);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Takes over webhooks that are due and that nobody is telling, for {@code leaseMs}. Auto-commit. */
    public static List<Claim> claim(Connection connection, long leaseMs, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setLong(1, leaseMs);
            statement.setInt(2, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<Claim> claims = new ArrayList<>();
                while (rows.next()) {
                    claims.add(new Claim(
                            webhook(rows),
                            new EventPosition(Long.parseLong(rows.getString(10)), rows.getLong(11)),
                            rows.getLong(12)));
                }
                return claims;
            }
        }
    }

    /** Gives a webhook back that was told up to {@code cursor}; false when it was taken over meanwhile. */
    public static boolean advance(Connection connection, Claim claim, EventPosition cursor, long againMs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setString(1, Long.toString(cursor.tx()));
            statement.setLong(2, cursor.seq());
            statement.setLong(3, againMs);
            statement.setString(4, claim.webhook().id());
            statement.setLong(5, claim.revision());
            return statement.executeUpdate() == 1;
        }
    }

    /**
     * Gives a webhook back that failed after it was told up to {@code cursor}.
     *
     * @param progressed whether anything went well before that
     * @param disableAfterMs of uninterrupted failures
     * @return its state now; empty when it was taken over meanwhile
     */
    public static Optional<Webhook.State> setBack(
            Connection connection,
            Claim claim,
            EventPosition cursor,
            String reason,
            boolean progressed,
            long disableAfterMs,
            long againMs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SET_BACK)) {
            statement.setString(1, Long.toString(cursor.tx()));
            statement.setLong(2, cursor.seq());
            statement.setString(3, reason);
            statement.setBoolean(4, progressed);
            statement.setBoolean(5, progressed);
            statement.setBoolean(6, progressed);
            statement.setLong(7, disableAfterMs);
            statement.setLong(8, againMs);
            statement.setString(9, claim.webhook().id());
            statement.setLong(10, claim.revision());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(Webhook.State.valueOf(row.getString(1))) : Optional.empty();
            }
        }
    }

    /** Events that a webhook is to be told again, oldest first. */
    public static List<EventPosition> redeliveries(Connection connection, String id, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REDELIVERIES)) {
            statement.setString(1, id);
            statement.setInt(2, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<EventPosition> due = new ArrayList<>();
                while (rows.next()) {
                    due.add(new EventPosition(Long.parseLong(rows.getString(1)), rows.getLong(2)));
                }
                return due;
            }
        }
    }

    /** An event was told again. */
    public static void redelivered(Connection connection, String id, EventPosition event) throws SQLException {
        at(connection, REDELIVERED, id, event, true);
    }

    /** Has an event told again, and a webhook that was disabled told at all. */
    public static void redeliver(Connection connection, String id, EventPosition event) throws SQLException {
        at(connection, REDELIVER, id, event, false);
        revive(connection, id);
    }

    /** Has everything behind {@code place} told again, and a webhook that was disabled told at all. */
    public static void rewind(Connection connection, String id, EventPosition place) throws SQLException {
        at(connection, REWIND, id, place, false);
        revive(connection, id);
    }

    private static void at(Connection connection, String sql, String id, EventPosition place, boolean idFirst)
            throws SQLException {
        int first = idFirst ? 2 : 1;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(first, Long.toString(place.tx()));
            statement.setLong(first + 1, place.seq());
            statement.setString(idFirst ? 1 : 3, id);
            statement.executeUpdate();
        }
    }

    private static void revive(Connection connection, String id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REVIVE)) {
            statement.setString(1, id);
            statement.executeUpdate();
        }
    }

    /** Notes attempts, in order. */
    public static void record(Connection connection, String id, List<WebhookDelivery> deliveries) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            for (WebhookDelivery delivery : deliveries) {
                statement.setString(1, delivery.eventId());
                statement.setString(2, delivery.type());
                statement.setInt(3, delivery.attempt());
                statement.setString(4, delivery.state().name());
                if (delivery.status() == 0) {
                    statement.setNull(5, Types.INTEGER);
                } else {
                    statement.setInt(5, delivery.status());
                }
                statement.setString(6, delivery.error());
                statement.setInt(7, delivery.tookMs());
                statement.setString(8, id);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Attempts below {@code number}, newest first. */
    public static List<WebhookDelivery> deliveries(Connection connection, String id, long number, int limit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELIVERIES)) {
            statement.setString(1, id);
            statement.setLong(2, number);
            statement.setInt(3, limit);
            try (ResultSet rows = statement.executeQuery()) {
                List<WebhookDelivery> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(new WebhookDelivery(
                            rows.getLong(1),
                            rows.getString(2),
                            rows.getString(3),
                            rows.getInt(4),
                            WebhookDelivery.State.valueOf(rows.getString(5)),
                            rows.getInt(6),
                            rows.getString(7),
                            rows.getInt(8),
                            Times.micros(rows, 9)));
                }
                return found;
            }
        }
    }

    /** Deletes at most {@code limit} attempts older than {@code hours}; the number deleted. */
    public static int purge(Connection connection, int hours, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setInt(1, hours);
            statement.setInt(2, limit);
            return statement.executeUpdate();
        }
    }

    private static Webhook webhook(ResultSet row) throws SQLException {
        return new Webhook(
                row.getString(1),
                row.getString(2),
                Arrays.asList((String[]) row.getArray(3).getArray()),
                row.getString(4),
                row.getBytes(5),
                Webhook.State.valueOf(row.getString(6)),
                row.getString(7),
                row.getInt(8),
                Times.micros(row, 9));
    }
}
