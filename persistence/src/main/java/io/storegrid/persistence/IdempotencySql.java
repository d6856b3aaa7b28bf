package io.storegrid.persistence;

import io.storegrid.domain.Answer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The records of what was answered under callers' keys (PROTOCOL 2, 13). Claiming comes first in every transaction and
 * waits for a twin in flight; a plain SELECT would not see it.
 */
public final class IdempotencySql {

    /** The one scope of the REST API; other doors would have their own. */
    private static final String SCOPE = "api";

    /** What PostgreSQL calls a value that has to be unique and is not. */
    public static final String KEY_USED = "23505";

    private static final String CLAIM = """
            INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
            SELECT ?, t.key, t.request_hash, t.status, t.body, clock_timestamp()
            FROM unnest(?, ?, ?, ?) AS t (key, request_hash, status, body)
            ORDER BY t.key
            ON CONFLICT DO NOTHING
            RETURNING key, created_at""";

    private static final String CLAIM_UNUSED = """
            WITH claimed AS (
                INSERT INTO idempotency (scope, key, request_hash, status, body, created_at)
                SELECT ?, t.key, t.request_hash, t.status, t.body, clock_timestamp()
                FROM unnest(?, ?, ?, ?) AS t (key, request_hash, status, body)
                ORDER BY t.key
                RETURNING 1
            )
            SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM (SELECT count(*) FROM claimed) AS done""";

    private static final String SETTLE = """
            UPDATE idempotency i SET status = t.status, body = t.body
            FROM unnest(?, ?, ?) AS t (key, status, body)
            WHERE i.scope = ? AND i.key = t.key""";

    private static final String WITHDRAW = "DELETE FROM idempotency WHERE scope = ? AND key = ANY (?)";

    private static final String READ =
            "SELECT key, request_hash, status, body FROM idempotency WHERE scope = ? AND key = ANY (?)";

    private static final String PURGE = """
            DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM idempotency WHERE created_at < clock_timestamp() - ? * interval '1 hour' LIMIT ?))""";

    private IdempotencySql() {}

    /** A key about to be used, with the answer that is expected to stand under it. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Claim(String key, byte[] requestHash, Answer answer) {}

    /** The keys that were free, and the database's time (0 when none was). */
    public record Claimed(Set<String> keys, long nowMicros) {}

    /** What stands under a key. */
    @SuppressWarnings("ArrayRecordComponent")
    public record Stored(byte[] requestHash, Answer answer) {}

    /** Claims keys in their order; those that do not come back were used before. */
    public static Claimed claim(Connection connection, List<Claim> claims) throws SQLException {
        Columns columns = new Columns(claims);
        return RoundTrip.alone(
                connection,
                trip -> trip.query(
                        CLAIM,
                        IdempotencySql::claimed,
                        SCOPE,
                        columns.keys,
                        columns.hashes,
                        columns.statuses,
                        columns.bodies));
    }

    /**
     * Claims keys in their order as one that expects none of them to be used, which is cheaper than to ask: a used one ends
     * the trip, and the transaction, with SQLSTATE {@link #KEY_USED}. Waits for a twin in flight as {@link #claim} does.
     *
     * @return the database's time, microseconds
     */
    public static Supplier<Long> claimUnused(RoundTrip trip, List<Claim> claims) {
        Columns columns = new Columns(claims);
        return trip.query(
                CLAIM_UNUSED,
                rows -> {
                    rows.next();
                    return rows.getLong(1);
                },
                SCOPE,
                columns.keys,
                columns.hashes,
                columns.statuses,
                columns.bodies);
    }

    private static Claimed claimed(ResultSet rows) throws SQLException {
        Set<String> claimed = new HashSet<>();
        long nowMicros = 0;
        while (rows.next()) {
            claimed.add(rows.getString(1));
            if (nowMicros == 0) {
                nowMicros = Times.micros(rows, 2);
            }
        }
        return new Claimed(claimed, nowMicros);
    }

    /** Claims as columns. */
    private static final class Columns {
        private final String[] keys;
        private final byte[][] hashes;
        private final String[] statuses;
        private final String[] bodies;

        Columns(List<Claim> claims) {
            int count = claims.size();
            keys = new String[count];
            hashes = new byte[count][];
            statuses = new String[count];
            bodies = new String[count];
            for (int i = 0; i < count; i++) {
                Claim claim = claims.get(i);
                keys[i] = claim.key();
                hashes[i] = claim.requestHash();
                statuses[i] = claim.answer().outcome().name();
                bodies[i] = AnswerJson.write(claim.answer());
            }
        }
    }

    /** Writes the answers that became other than expected, in the transaction that claimed their keys. */
    public static void settle(Connection connection, Map<String, Answer> answers) throws SQLException {
        String[] keys = answers.keySet().toArray(new String[0]);
        String[] statuses = new String[keys.length];
        String[] bodies = new String[keys.length];
        for (int i = 0; i < keys.length; i++) {
            Answer answer = Objects.requireNonNull(answers.get(keys[i]));
            statuses[i] = answer.outcome().name();
            bodies[i] = AnswerJson.write(answer);
        }
        try (PreparedStatement statement = connection.prepareStatement(SETTLE)) {
            statement.setObject(1, keys);
            statement.setObject(2, statuses);
            statement.setObject(3, bodies);
            statement.setString(4, SCOPE);
            statement.executeUpdate();
        }
    }

    /** Gives back keys that this transaction claimed for commands it does not decide after all. */
    public static void withdraw(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WITHDRAW)) {
            statement.setString(1, SCOPE);
            statement.setObject(2, keys.toArray(new String[0]));
            statement.executeUpdate();
        }
    }

    /** What stands under those of {@code keys} that were used. */
    public static Map<String, Stored> read(Connection connection, Collection<String> keys) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, SCOPE);
            statement.setObject(2, keys.toArray(new String[0]));
            Map<String, Stored> stored = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    stored.put(
                            rows.getString(1),
                            new Stored(rows.getBytes(2), AnswerJson.read(rows.getString(3), rows.getString(4))));
                }
            }
            return stored;
        }
    }

    /** Deletes at most {@code limit} records older than {@code hours}; the number deleted. */
    public static int purge(Connection connection, int hours, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PURGE)) {
            statement.setInt(1, hours);
            statement.setInt(2, limit);
            return statement.executeUpdate();
        }
    }
}
