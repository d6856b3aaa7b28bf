/**
 * Lists of products out of memory: a sorted index on every node, and the feed that keeps it equal to the grid's products
 * cache.
 */
@NullMarked
package io.storegrid.compute.catalogue;

import org.jspecify.annotations.NullMarked;
