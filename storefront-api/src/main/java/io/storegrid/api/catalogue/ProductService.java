package io.storegrid.api.catalogue;

import io.storegrid.api.http.Cursors;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Product;
import io.storegrid.domain.Sku;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads of the catalogue. Thread-safe. */
final class ProductService {

    /** Where a list stands. */
    record Page(int limit, @Nullable String nextCursor) {}

    /** A page of products. */
    record Products(List<ProductView> items, Page page) {}

    /** All categories. */
    record Categories(List<CategoryCount> items) {}

    private final Catalogue catalogue;
    private final ReadGateway reads;

    ProductService(Catalogue catalogue, ReadGateway reads) {
        this.catalogue = catalogue;
        this.reads = reads;
    }

    /** The page of {@code query} that begins behind {@code cursor}. */
    Products page(ProductQuery query, @Nullable String cursor) {
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
        return new Products(page.items().stream().map(ProductView::of).toList(), new Page(query.limit(), next));
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
