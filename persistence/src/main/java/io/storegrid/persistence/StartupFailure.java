package io.storegrid.persistence;

import org.jspecify.annotations.Nullable;

/**
 * Something outside the program keeps it from starting. The message is one line for the person at the console: what was
 * found, where, and what to do about it.
 */
public final class StartupFailure extends RuntimeException {

    private final String message;

    public StartupFailure(String message) {
        this(message, null);
    }

    public StartupFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    /** Never null, never more than a line. */
    @Override
    public String getMessage() {
        return message;
    }
}
