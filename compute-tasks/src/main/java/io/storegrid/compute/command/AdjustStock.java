package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Adds units to a SKU's stock, or takes away units that nobody holds. */
public final class AdjustStock implements Command {

    private final @Nullable CommandKey key;
    private final String sku;
    private final long delta;
    private final String reason;
    private final String adjustmentId;

    /**
     * @param delta units, negative to take away, not 0
     * @param reason free text for people
     * @param adjustmentId names this adjustment in the ledger
     */
    public AdjustStock(@Nullable CommandKey key, String sku, long delta, String reason, String adjustmentId) {
        this.key = key;
        this.sku = sku;
        this.delta = delta;
        this.reason = reason;
        this.adjustmentId = adjustmentId;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String sku() {
        return sku;
    }

    public long delta() {
        return delta;
    }

    public String reason() {
        return reason;
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
