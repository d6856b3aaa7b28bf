package io.storegrid.api.catalogue;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.storegrid.api.json.JsonText;
import io.storegrid.domain.Product;

/**
 * Products as JSON, kept for as long as the object lives that was rendered: products never change, and those who hand them
 * out give the same object again. Thread-safe.
 */
final class ProductTexts {

    /** Bytes of text kept; some 25 000 products of usual length. */
    private static final long BYTES_MAX = 16L << 20;

    private final Cache<Product, byte[]> texts = Caffeine.newBuilder()
            // By identity: to compare two products costs as much as to render one.
            .weakKeys()
            .maximumWeight(BYTES_MAX)
            .weigher((Product product, byte[] text) -> text.length)
            .build();

    /** {@code product} as UTF-8; not to be changed. */
    byte[] of(Product product) {
        return texts.get(product, one -> JsonText.of(ProductView.of(one)));
    }
}
