/** Tests of bulk input. */
@NullMarked
package io.storegrid.compute.imports;

import org.jspecify.annotations.NullMarked;
