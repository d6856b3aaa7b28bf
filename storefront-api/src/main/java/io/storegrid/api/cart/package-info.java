/** Carts over HTTP, shown with the catalogue's prices and the stock of the moment. */
@NullMarked
package io.storegrid.api.cart;

import org.jspecify.annotations.NullMarked;
