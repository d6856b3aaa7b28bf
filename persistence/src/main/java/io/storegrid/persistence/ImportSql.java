package io.storegrid.persistence;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.persistence.ImportRow.Refusal;
import io.storegrid.persistence.ImportRow.State;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Import rows. The unique key decides which of several equal requests begins an import; the runner in the row decides who
 * may write its progress.
 */
public final class ImportSql {

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final TypeReference<List<Refusal>> REFUSALS = new TypeReference<>() {};

    private static final String COLUMNS =
            "id, fingerprint, state, accepted, rejected, last_line, errors::text, runner, spool";

    private static final String CREATE = """
            INSERT INTO import_job (id, key, fingerprint, state, runner, spool) VALUES (?, ?, ?, 'RUNNING', ?, ?)
            ON CONFLICT (key) DO NOTHING""";

    private static final String BY_KEY = "SELECT " + COLUMNS + " FROM import_job WHERE key = ?";

    private static final String BY_ID = "SELECT " + COLUMNS + " FROM import_job WHERE id = ?";

    private static final String RUNNING_ON =
            "SELECT " + COLUMNS + " FROM import_job WHERE state = 'RUNNING' AND spool = ANY (?) ORDER BY created_at";

    private static final String TAKE_OVER = """
            UPDATE import_job SET runner = ?, spool = ?, updated_at = clock_timestamp()
            WHERE id = ? AND state = 'RUNNING' AND runner = ? AND spool = ?""";

    private static final String RECORD = """
            UPDATE import_job
            SET state = ?, accepted = ?, rejected = ?, last_line = ?, errors = ?::jsonb, updated_at = clock_timestamp()
            WHERE id = ? AND state = 'RUNNING' AND runner = ? AND spool = ?""";

    private static final String ANY_PRODUCT = "SELECT EXISTS (SELECT 1 FROM product)";

    private ImportSql() {}

    /** Records a new import, unless its key was used before. */
    public static boolean create(Connection connection, String key, ImportRow row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
            statement.setString(1, row.id());
            statement.setString(2, key);
            statement.setBytes(3, row.fingerprint());
            statement.setString(4, row.runner());
            statement.setString(5, row.spool());
            return statement.executeUpdate() == 1;
        }
    }

    public static Optional<ImportRow> byKey(Connection connection, String key) throws SQLException {
        return one(connection, BY_KEY, key);
    }

    public static Optional<ImportRow> byId(Connection connection, String id) throws SQLException {
        return one(connection, BY_ID, id);
    }

    /** Unfinished imports whose lines lie in one of these files, oldest first. */
    public static List<ImportRow> runningOn(Connection connection, Collection<String> spools) throws SQLException {
        Array names = connection.createArrayOf("text", spools.toArray());
        try (PreparedStatement statement = connection.prepareStatement(RUNNING_ON)) {
            statement.setArray(1, names);
            try (ResultSet rows = statement.executeQuery()) {
                List<ImportRow> found = new ArrayList<>();
                while (rows.next()) {
                    found.add(row(rows));
                }
                return found;
            }
        } finally {
            names.free();
        }
    }

    /** Puts an unfinished import into other hands, unless somebody else did since {@code seen} was read. */
    public static boolean takeOver(Connection connection, ImportRow seen, String runner, String spool)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TAKE_OVER)) {
            statement.setString(1, runner);
            statement.setString(2, spool);
            statement.setString(3, seen.id());
            statement.setString(4, seen.runner());
            statement.setString(5, seen.spool());
            return statement.executeUpdate() == 1;
        }
    }

    /** Writes how far an import is; false when it is no longer in the hands that {@code row} names. */
    public static boolean record(Connection connection, ImportRow row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, row.state().name());
            statement.setLong(2, row.progress().accepted());
            statement.setLong(3, row.progress().rejected());
            statement.setLong(4, row.progress().lastLine());
            statement.setString(5, JSON.writeValueAsString(row.progress().refusals()));
            statement.setString(6, row.id());
            statement.setString(7, row.runner());
            statement.setString(8, row.spool());
            return statement.executeUpdate() == 1;
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("refusals are not JSON [import=" + row.id() + ", cause=" + e + "]");
        }
    }

    /** Whether the store has a product, archived or not. */
    public static boolean anyProduct(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ANY_PRODUCT);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static Optional<ImportRow> one(Connection connection, String sql, String argument) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, argument);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(row(rows)) : Optional.empty();
            }
        }
    }

    private static ImportRow row(ResultSet row) throws SQLException {
        String id = row.getString(1);
        try {
            return new ImportRow(
                    id,
                    row.getBytes(2),
                    State.valueOf(row.getString(3)),
                    new ImportProgress(
                            row.getLong(4), row.getLong(5), row.getLong(6), JSON.readValue(row.getString(7), REFUSALS)),
                    row.getString(8),
                    row.getString(9));
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("refusals are not JSON [import=" + id + ", cause=" + e + "]");
        }
    }
}
