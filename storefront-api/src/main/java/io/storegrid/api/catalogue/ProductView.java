package io.storegrid.api.catalogue;

import io.storegrid.api.json.JsonText;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Product;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A product as callers see it. */
public record ProductView(
        String sku,
        String title,
        String description,
        String category,
        MoneyView price,
        Map<String, String> attributes,
        List<String> mediaUrls,
        @Nullable Integer maxPerOrder,
        long version,
        String updatedAt,
        @Nullable Availability availability) {

    /**
     * How much of a product can be promised.
     *
     * @param version the stock's; null when none was ever recorded
     */
    public record Availability(
            long available, boolean inStock, @Nullable Long version, String asOf) {

        static Availability of(Optional<InventoryItem> stock, long nowMicros) {
            long available = stock.map(InventoryItem::available).orElse(0L);
            return new Availability(
                    available, available > 0, stock.map(InventoryItem::version).orElse(null), JsonText.time(nowMicros));
        }
    }

    public static ProductView of(Product product) {
        return of(product, null);
    }

    static ProductView of(Product product, @Nullable Availability availability) {
        return new ProductView(
                product.sku(),
                product.title(),
                product.description(),
                product.category(),
                MoneyView.of(product.price()),
                product.attributes(),
                product.mediaUrls(),
                product.maxPerOrder() == 0 ? null : product.maxPerOrder(),
                product.version(),
                JsonText.time(product.updatedAtMicros()),
                availability);
    }
}
