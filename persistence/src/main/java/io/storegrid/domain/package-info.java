/**
 * The model of the store and its pure rules: stock, holds, carts, products. No Ignite, JDBC, HTTP, JSON, clock or
 * randomness: everything that varies comes in as an argument. Values are immutable final classes, because they also
 * cross the grid (Ignite cannot marshal records).
 */
@NullMarked
package io.storegrid.domain;

import org.jspecify.annotations.NullMarked;
