package io.storegrid.persistence.sample;

import io.storegrid.domain.Product;

/**
 * One line of a sample catalogue.
 *
 * @param product version 0, as not stored yet
 * @param onHand units on hand, 0…10 000
 */
public record SampleItem(Product product, long onHand) {}
