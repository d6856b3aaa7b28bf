package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serial;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class PortableSqlExceptionTest {

    /** As a driver's exception may be: it can be sent and not be read. */
    private static final class Unreadable extends SQLException {

        @Serial
        private static final long serialVersionUID = 1L;

        Unreadable(String reason, String state, int code) {
            super(reason, state, code);
        }

        @Serial
        private void readObject(ObjectInputStream in) throws IOException {
            throw new InvalidObjectException("not at this end");
        }
    }

    @Test
    void hasTheWordsAndNothingOfTheDriver() throws Exception {
        Unreadable trouble = new Unreadable("connection refused", "08001", 7);
        Unreadable cause = new Unreadable("cause", "08001", 0);
        trouble.initCause(cause);
        trouble.setNextException(new Unreadable("next", "08001", 0));
        trouble.addSuppressed(new Unreadable("suppressed", "08001", 0));

        SQLException crossed = sent(PortableSqlException.of(trouble));

        assertEquals("connection refused", crossed.getMessage());
        assertEquals("08001", crossed.getSQLState());
        assertEquals(7, crossed.getErrorCode());
        assertArrayEquals(trouble.getStackTrace(), crossed.getStackTrace());
        Throwable why = crossed.getCause();
        assertNotNull(why);
        assertSame(SQLException.class, why.getClass());
        assertEquals(cause.toString(), why.getMessage());
        assertNull(why.getCause());
        assertNull(crossed.getNextException());
        assertEquals(0, crossed.getSuppressed().length);
    }

    private static SQLException sent(SQLException exception) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(exception);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (SQLException) in.readObject();
        }
    }
}
