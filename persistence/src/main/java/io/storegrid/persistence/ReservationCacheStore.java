package io.storegrid.persistence;

import io.storegrid.domain.Reservation;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reservations behind the {@code reservations} cache; warm-up takes the live holds. A plain put is refused: a hold without its stock would break the books. */
public final class ReservationCacheStore extends RowCacheStore<Reservation> {

    @Override
    Map<String, Reservation> read(Connection connection, Collection<String> keys) throws SQLException {
        Map<String, Reservation> reservations = new HashMap<>();
        ReservationSql.read(connection, keys).forEach((id, reading) -> reservations.put(id, reading.reservation()));
        return reservations;
    }

    @Override
    void write(Connection connection, List<Reservation> values) throws SQLException {
        // A hold is stock in another table: a row put here without its stock would break the books.
        throw new SQLFeatureNotSupportedException("reservations are changed by commands only");
    }

    @Override
    String warmUpQuery() {
        return ReservationSql.liveQuery();
    }

    @Override
    Reservation value(ResultSet row) throws SQLException {
        return ReservationSql.reading(row).reservation();
    }

    @Override
    String key(Reservation value) {
        return value.id();
    }
}
