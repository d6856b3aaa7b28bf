/** The payment provider and its simulator, over real HTTP on loopback. */
@NullMarked
package io.storegrid.compute.payment;

import org.jspecify.annotations.NullMarked;
