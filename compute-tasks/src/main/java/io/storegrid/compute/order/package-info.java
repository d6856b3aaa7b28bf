/**
 * What follows an order: its payment is asked for, its money given back, and whatever a crash left half done is taken up by
 * whoever finds it. Nothing of it lives in memory only.
 */
@NullMarked
package io.storegrid.compute.order;

import org.jspecify.annotations.NullMarked;
