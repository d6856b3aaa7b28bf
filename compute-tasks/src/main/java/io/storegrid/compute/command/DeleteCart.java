package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Deletes a cart and releases its hold. */
public final class DeleteCart implements Command {

    private final @Nullable CommandKey key;
    private final String cartId;
    private final long ifVersion;

    /**
     * @param ifVersion the version that the caller decided on; 0: whatever it is
     */
    public DeleteCart(@Nullable CommandKey key, String cartId, long ifVersion) {
        this.key = key;
        this.cartId = cartId;
        this.ifVersion = ifVersion;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
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
