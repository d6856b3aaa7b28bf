package io.storegrid.persistence;

import io.storegrid.domain.InvariantViolation;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Statements that go to PostgreSQL together, are carried out in the order in which they were added, each with a snapshot of
 * its own, and answer together. An error ends the trip: what comes behind it is not carried out, and nobody has a reply.
 *
 * <p>A trip costs both sides a wake-up and four system calls, which for a batch of a few dozen commands is as much as the
 * work of a statement. The driver sends the statements of one text without waiting in between and prepares each of them on
 * the server, so one text for one set of statements has to stay the same: values are parameters, never text.
 *
 * <p>Replies must be small beside a socket's buffer (some 100 KB): nobody reads them while the rest of the trip is sent.
 * To be used by one thread, once.
 */
public final class RoundTrip {

    /** Texts by their statements: one instance each, whose hash is known, so that the driver finds it without reading it. */
    private static final Map<List<String>, String> TEXTS = new ConcurrentHashMap<>();

    private final List<String> statements = new ArrayList<>(8);
    private final List<Object> parameters = new ArrayList<>();
    private final List<Reply<?>> replies = new ArrayList<>(8);
    private boolean sent;

    /** What comes back from one statement: the value that its rows, or their number, were read into. */
    private static final class Reply<T> implements Supplier<T> {

        private final @Nullable Rows<T> rows;
        private final @Nullable Count<T> count;
        private @Nullable T value;

        private Reply(@Nullable Rows<T> rows, @Nullable Count<T> count) {
            this.rows = rows;
            this.count = count;
        }

        /** The value; a defect before the trip is over. */
        @Override
        public T get() {
            T read = value;
            if (read == null) {
                throw new InvariantViolation("a reply was asked for before its trip was over");
            }
            return read;
        }

        private void read(PreparedStatement statement, boolean isRows) throws SQLException {
            if (rows != null && isRows) {
                try (ResultSet result = statement.getResultSet()) {
                    value = rows.read(result);
                }
            } else if (count != null && !isRows) {
                value = count.of(statement.getUpdateCount());
            } else {
                throw new InvariantViolation("a statement answered with the other kind of result");
            }
        }
    }

    /** Reads the rows of one statement; never null. */
    interface Rows<T> {
        T read(ResultSet rows) throws SQLException;
    }

    /** Makes something of the number of rows that a statement changed; never null. */
    interface Count<T> {
        T of(int rows);
    }

    /** Makes a trip for what {@code statements} adds to it; returns what came back. */
    public static <T> T alone(Connection connection, Function<RoundTrip, Supplier<T>> statements) throws SQLException {
        RoundTrip trip = new RoundTrip();
        Supplier<T> reply = statements.apply(trip);
        trip.send(connection);
        return reply.get();
    }

    /** Adds a statement that returns rows. */
    <T> Supplier<T> query(String sql, Rows<T> reader, Object... parameters) {
        return add(sql, new Reply<>(reader, null), parameters);
    }

    /** Adds a statement of which only the number of changed rows counts. */
    Supplier<Integer> update(String sql, Object... parameters) {
        return add(sql, new Reply<>(null, rows -> rows), parameters);
    }

    private <T> Supplier<T> add(String sql, Reply<T> reply, Object... parameters) {
        statements.add(sql);
        Collections.addAll(this.parameters, parameters);
        replies.add(reply);
        return reply;
    }

    /** The statements that were added, in order; for tests. */
    List<String> statements() {
        return List.copyOf(statements);
    }

    /** Their values, in order; for tests. */
    List<Object> parameters() {
        return List.copyOf(parameters);
    }

    private String text() {
        String known = TEXTS.get(statements);
        if (known == null) {
            known = String.join(";\n", statements);
            TEXTS.put(List.copyOf(statements), known);
        }
        return known;
    }

    /** Carries out all statements and fills their replies. A trip with no statement goes nowhere. */
    public void send(Connection connection) throws SQLException {
        InvariantViolation.require(!sent, "a trip was made twice");
        sent = true;
        if (replies.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(text())) {
            for (int i = 0; i < parameters.size(); i++) {
                statement.setObject(i + 1, parameters.get(i));
            }
            boolean isRows = statement.execute();
            for (int i = 0; i < replies.size(); i++) {
                if (i > 0) {
                    isRows = statement.getMoreResults();
                }
                replies.get(i).read(statement, isRows);
            }
        }
    }
}
