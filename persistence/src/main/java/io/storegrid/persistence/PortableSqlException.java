package io.storegrid.persistence;

import java.io.Serial;
import java.sql.SQLException;

/**
 * A driver's or a pool's exception in a form that any node can read: its words, its state and where it was thrown, the words
 * of its cause, and nothing of theirs. Theirs hold what they like, and peers may send classes of a short list only
 * ({@code META-INF/storegrid-classnames.properties}); a node that cannot read a failure cannot tell an outage from a defect.
 */
public final class PortableSqlException extends SQLException {

    @Serial
    private static final long serialVersionUID = 1L;

    private PortableSqlException(SQLException original) {
        super(original.getMessage(), original.getSQLState(), original.getErrorCode());
        setStackTrace(original.getStackTrace());
        Throwable why = original.getCause();
        if (why != null) {
            SQLException words = new SQLException(why.toString());
            words.setStackTrace(why.getStackTrace());
            initCause(words);
        }
    }

    /** {@code original}, or what may cross the grid instead of it. */
    public static PortableSqlException of(SQLException original) {
        return original instanceof PortableSqlException portable ? portable : new PortableSqlException(original);
    }
}
