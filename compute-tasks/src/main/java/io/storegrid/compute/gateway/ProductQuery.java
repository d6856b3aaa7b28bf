package io.storegrid.compute.gateway;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader of the catalogue asks for.
 *
 * @param category only this category, exactly
 * @param text only products whose title or category has every word of this, accents and case aside
 * @param skus only these; empty: any
 * @param limit items a page, 1…200
 * @param after where the page before ended
 */
public record ProductQuery(
        @Nullable String category,
        @Nullable String text,
        List<String> skus,
        Sort sort,
        int limit,
        @Nullable Position after) {

    /** The order of a page; ties are broken by SKU. */
    public enum Sort {
        SKU,
        TITLE,
        PRICE_ASCENDING,
        PRICE_DESCENDING
    }

    /**
     * A place in an order: the last item that was seen.
     *
     * @param value the item's sort value as text; empty for {@link Sort#SKU}
     */
    public record Position(String value, String sku) {}
}
