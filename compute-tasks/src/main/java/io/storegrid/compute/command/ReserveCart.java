package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Holds stock for a cart as it stands, in place of the hold it has: a cart is never blocked by itself. */
public final class ReserveCart implements Command {

    private final @Nullable CommandKey key;
    private final String cartId;
    private final long ttlMs;
    private final String entropy;

    /**
     * @param ttlMs how long the hold lives, milliseconds
     * @param entropy 32 lower-case hexadecimal digits that make the reservation's id
     */
    public ReserveCart(@Nullable CommandKey key, String cartId, long ttlMs, String entropy) {
        this.key = key;
        this.cartId = cartId;
        this.ttlMs = ttlMs;
        this.entropy = entropy;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
    }

    public long ttlMs() {
        return ttlMs;
    }

    public String entropy() {
        return entropy;
    }

    @Override
    public String home() {
        return cartId;
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
