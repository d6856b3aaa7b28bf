package io.storegrid.domain;

/**
 * A defect of ours: a state that the rules exclude. Rolls back what runs, is counted, is never retried or swallowed.
 * Not for anything that a caller, the grid or the database can cause.
 */
public final class InvariantViolation extends RuntimeException {

    public InvariantViolation(String message) {
        super(message);
    }

    /** Throws unless {@code holds}; {@code message} carries the facts, {@link String#format} style. */
    public static void require(boolean holds, String message, Object... facts) {
        if (!holds) {
            throw new InvariantViolation(String.format(message, facts));
        }
    }
}
