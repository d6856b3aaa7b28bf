/** Load simulations: shoppers who know the store by its REST contract alone. */
@NullMarked
package io.storegrid.load;

import org.jspecify.annotations.NullMarked;
