package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Sets the units on hand as a stock-take counted them. */
public final class SetStock implements Command {

    private final @Nullable CommandKey key;
    private final String sku;
    private final long onHand;
    private final long ifVersion;
    private final String adjustmentId;

    /**
     * @param onHand units
     * @param ifVersion the version that the caller decided on; 0: only if there is no stock record yet
     * @param adjustmentId names this stock-take in the ledger
     */
    public SetStock(@Nullable CommandKey key, String sku, long onHand, long ifVersion, String adjustmentId) {
        this.key = key;
        this.sku = sku;
        this.onHand = onHand;
        this.ifVersion = ifVersion;
        this.adjustmentId = adjustmentId;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String sku() {
        return sku;
    }

    public long onHand() {
        return onHand;
    }

    public long ifVersion() {
        return ifVersion;
    }

    public String adjustmentId() {
        return adjustmentId;
    }

    @Override
    public String home() {
        return sku;
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
