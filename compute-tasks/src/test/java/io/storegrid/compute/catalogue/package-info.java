/** Tests of the catalogue in memory. */
@NullMarked
package io.storegrid.compute.catalogue;

import org.jspecify.annotations.NullMarked;
