package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Takes a paid order back: its units go back into stock, its money is due back. */
public final class CancelOrder implements Command {

    private final @Nullable CommandKey key;
    private final String orderId;
    private final String reason;

    /** @param reason for people, in the order's history */
    public CancelOrder(@Nullable CommandKey key, String orderId, String reason) {
        this.key = key;
        this.orderId = orderId;
        this.reason = reason;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String orderId() {
        return orderId;
    }

    public String reason() {
        return reason;
    }

    @Override
    public String home() {
        return orderId;
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
