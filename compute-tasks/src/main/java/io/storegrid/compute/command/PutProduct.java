package io.storegrid.compute.command;

import io.storegrid.domain.Product;
import org.jspecify.annotations.Nullable;

/** Creates a product, or replaces its description. */
public final class PutProduct implements Command {

    private final @Nullable CommandKey key;
    private final Product product;
    private final long ifVersion;

    /**
     * @param product its own version and time are not looked at
     * @param ifVersion the version that the caller decided on; 0: only if there is no such product
     */
    public PutProduct(@Nullable CommandKey key, Product product, long ifVersion) {
        this.key = key;
        this.product = product;
        this.ifVersion = ifVersion;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public Product product() {
        return product;
    }

    public long ifVersion() {
        return ifVersion;
    }

    @Override
    public String home() {
        return product.sku();
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
