package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Lets a hold live until {@code ttlMs} from now, never shorter than it would have. */
public final class ExtendHold implements Command {

    private final @Nullable CommandKey key;
    private final String reservationId;
    private final long ttlMs;

    /**
     * @param ttlMs milliseconds from the moment the command is decided
     */
    public ExtendHold(@Nullable CommandKey key, String reservationId, long ttlMs) {
        this.key = key;
        this.reservationId = reservationId;
        this.ttlMs = ttlMs;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String reservationId() {
        return reservationId;
    }

    public long ttlMs() {
        return ttlMs;
    }

    @Override
    public String home() {
        return reservationId;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
