package io.storegrid.compute.lane;

import io.storegrid.domain.Product;
import org.jspecify.annotations.Nullable;

/** One product while a batch is decided; read under its row's lock when it may be changed. */
final class ProductEntry {

    private final @Nullable Product base;
    private @Nullable Product current;

    ProductEntry(@Nullable Product base) {
        this.base = base;
        this.current = base;
    }

    @Nullable
    Product base() {
        return base;
    }

    @Nullable
    Product current() {
        return current;
    }

    Product become(Product next) {
        current = next;
        return next;
    }

    /**
     * What to write; null when nothing changed. Several changes of one product in a batch are one version: only the last is
     * ever seen, and a row is written over the version right before its own.
     */
    @Nullable
    Product change() {
        Product after = current;
        return after == null || (base != null && after.equals(base)) ? null : after;
    }
}
