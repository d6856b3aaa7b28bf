package io.storegrid.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.concurrent.TimeUnit;

/** The one way between {@code timestamptz} and microseconds since the epoch. */
public final class Times {

    /** Later than any time that is written here: the year 9999. */
    static final long MAX_MICROS = 253_370_764_800_000_000L;

    private Times() {}

    /** The column as microseconds since the epoch. */
    static long micros(ResultSet row, int column) throws SQLException {
        Instant instant = row.getObject(column, OffsetDateTime.class).toInstant();
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1_000;
    }

    /** The database's time, microseconds since the epoch. */
    public static long now(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT clock_timestamp()");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return micros(row, 1);
        }
    }

    /** SQL that turns a bigint of microseconds into a timestamp, exactly. */
    static String fromMicros(String expression) {
        return "(timestamptz 'epoch' + " + expression + " * interval '1 microsecond')";
    }
}
