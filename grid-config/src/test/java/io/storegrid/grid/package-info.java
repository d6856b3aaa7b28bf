/** Tests of a node's set-up, and {@link io.storegrid.grid.TestGrid} for the tests of the modules above. */
@NullMarked
package io.storegrid.grid;

import org.jspecify.annotations.NullMarked;
