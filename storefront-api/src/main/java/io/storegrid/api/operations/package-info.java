/** What operators and browsers ask: health, metrics, the contract, problem pages, the grid. */
@NullMarked
package io.storegrid.api.operations;

import org.jspecify.annotations.NullMarked;
