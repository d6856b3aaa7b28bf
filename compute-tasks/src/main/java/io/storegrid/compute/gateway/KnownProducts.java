package io.storegrid.compute.gateway;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.storegrid.domain.Product;
import org.apache.ignite.binary.BinaryObject;

/**
 * Products that were read lately, as objects. The grid is asked each time and says which version there is; an object of
 * that version cannot have changed, so it serves again and the entry need not be taken apart. Whoever renders a product may
 * rely on getting the same object as long as nothing changed. Thread-safe.
 */
final class KnownProducts {

    /** Objects kept, some 1.4 KB each; beyond it those go that are asked for least. */
    private static final long PRODUCTS_MAX = 5_000;

    private final Cache<String, Product> known =
            Caffeine.newBuilder().maximumSize(PRODUCTS_MAX).build();

    /** The product in {@code entry}, the grid's entry of {@code sku}. */
    Product of(String sku, BinaryObject entry) {
        long version = entry.<Long>field("version");
        Product product = known.getIfPresent(sku);
        if (product == null || product.version() != version) {
            product = entry.deserialize();
            known.put(sku, product);
        }
        return product;
    }
}
