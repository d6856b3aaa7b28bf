/** Orders, from checkout to delivery, and the customers behind them. */
@NullMarked
package io.storegrid.api.order;

import org.jspecify.annotations.NullMarked;
