/** Stock over HTTP. */
@NullMarked
package io.storegrid.api.inventory;

import org.jspecify.annotations.NullMarked;
