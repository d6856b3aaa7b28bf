package io.storegrid.compute.gateway;

import io.storegrid.domain.Product;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of the catalogue.
 *
 * @param next where the next page begins; null on the last page
 */
public record ProductPage(List<Product> items, ProductQuery.@Nullable Position next) {}
