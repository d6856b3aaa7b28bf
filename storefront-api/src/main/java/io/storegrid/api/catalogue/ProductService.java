package io.storegrid.api.catalogue;

import io.storegrid.api.http.Cursors;
import io.storegrid.api.json.JsonText;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Product;
import io.storegrid.domain.Sku;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads of the catalogue. Thread-safe. */
final class ProductService {

    /** Where a list stands. */
    record Page(int limit, @Nullable String nextCursor) {}

    /** All categories. */
    record Categories(List<CategoryCount> items) {}

    private static final byte[] ITEMS = "{\"items\":[".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PAGE = "],\"page\":".getBytes(StandardCharsets.UTF_8);

    private final ProductTexts texts = new ProductTexts();
    private final Catalogue catalogue;
    private final ReadGateway reads;

    ProductService(Catalogue catalogue, ReadGateway reads) {
        this.catalogue = catalogue;
        this.reads = reads;
    }

    /** The page of {@code query} that begins behind {@code cursor}, as JSON. */
    byte[] page(ProductQuery query, @Nullable String cursor) {
        ProductQuery asked = cursor == null
                ? query
                : new ProductQuery(
                        query.category(),
                        query.text(),
                        query.skus(),
                        query.sort(),
                        query.limit(),
                        Cursors.position(query, cursor));
        ProductPage page = catalogue.page(asked);
        String next = page.next() == null ? null : Cursors.of(query, page.next());
        return json(page.items(), new Page(query.limit(), next));
    }

    private byte[] json(List<Product> items, Page page) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(256 + items.size() * 768);
        json.writeBytes(ITEMS);
        for (int i = 0; i < items.size(); i++) {
            if (i > 0) {
                json.write(',');
            }
            json.writeBytes(texts.of(items.get(i)));
        }
        json.writeBytes(PAGE);
        json.writeBytes(JsonText.of(page));
        json.write('}');
        return json.toByteArray();
    }

    /** {@code product} as JSON; not to be changed. */
    byte[] json(Product product) {
        return texts.of(product);
    }

    /** A product that readers may see. */
    Optional<Product> product(String sku) {
        return Sku.isValid(sku) ? reads.product(sku) : Optional.empty();
    }

    /** {@code product} with what can be promised of it now. */
    ProductView withAvailability(Product product) {
        return ProductView.of(product, ProductView.Availability.of(reads.inventory(product.sku()), reads.nowMicros()));
    }

    Categories categories() {
        return new Categories(catalogue.categories());
    }
}
