package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Changes one line of a cart. */
public final class ChangeCartLine implements Command {

    /** How the quantity is meant. */
    public enum Mode {
        /** Units on top of what the line has. */
        ADD,
        /** Units that the line is to have; 0 removes it. */
        SET
    }

    private final @Nullable CommandKey key;
    private final String cartId;
    private final String sku;
    private final int quantity;
    private final Mode mode;
    private final long ifVersion;

    /**
     * @param quantity 1…10 000; 0 allowed with {@link Mode#SET}
     * @param ifVersion the version that the caller decided on; 0: whatever it is
     */
    public ChangeCartLine(
            @Nullable CommandKey key, String cartId, String sku, int quantity, Mode mode, long ifVersion) {
        this.key = key;
        this.cartId = cartId;
        this.sku = sku;
        this.quantity = quantity;
        this.mode = mode;
        this.ifVersion = ifVersion;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
    }

    public String sku() {
        return sku;
    }

    public int quantity() {
        return quantity;
    }

    public Mode mode() {
        return mode;
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
        return key != null || (mode == Mode.SET && ifVersion == 0);
    }
}
