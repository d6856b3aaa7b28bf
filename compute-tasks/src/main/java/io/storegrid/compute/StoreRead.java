package io.storegrid.compute;

import java.sql.SQLException;

/**
 * Something that is asked of PostgreSQL, here or by way of a node with data.
 *
 * @param <T> the answer
 */
@FunctionalInterface
public interface StoreRead<T> {

    T read() throws SQLException;

    /** What {@code read} comes to; {@link Fault} with STORE_UNAVAILABLE when PostgreSQL does not go along. Blocking. */
    static <T> T asked(StoreRead<T> read) {
        try {
            return read.read();
        } catch (SQLException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL does not answer", e);
        }
    }
}
