package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Moves the lines of one cart into another: quantities are summed, the source is emptied and its hold released. */
public final class MergeCarts implements Command {

    private final @Nullable CommandKey key;
    private final String cartId;
    private final String fromCartId;
    private final long ifVersion;

    /**
     * @param ifVersion the target's version that the caller decided on; 0: whatever it is
     */
    public MergeCarts(@Nullable CommandKey key, String cartId, String fromCartId, long ifVersion) {
        this.key = key;
        this.cartId = cartId;
        this.fromCartId = fromCartId;
        this.ifVersion = ifVersion;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
    }

    public String fromCartId() {
        return fromCartId;
    }

    public long ifVersion() {
        return ifVersion;
    }

    @Override
    public String home() {
        return cartId;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
