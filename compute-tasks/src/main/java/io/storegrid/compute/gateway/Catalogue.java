package io.storegrid.compute.gateway;

import java.util.List;

/** The one door for lists of products: answered from memory on every node, so lists go on without PostgreSQL. Thread-safe. */
public interface Catalogue {

    /** One page in the asked order. */
    ProductPage page(ProductQuery query);

    /** Units of a SKU that one order or hold may have, as far as is known here; 0: no limit but the general one. */
    int maxPerOrder(String sku);

    /** All categories that have a product, by name. */
    List<CategoryCount> categories();
}
