package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Takes a product out of the catalogue; holds and orders keep it. */
public final class ArchiveProduct implements Command {

    private final @Nullable CommandKey key;
    private final String sku;
    private final long ifVersion;

    /**
     * @param ifVersion the version that the caller decided on
     */
    public ArchiveProduct(@Nullable CommandKey key, String sku, long ifVersion) {
        this.key = key;
        this.sku = sku;
        this.ifVersion = ifVersion;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String sku() {
        return sku;
    }

    public long ifVersion() {
        return ifVersion;
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
