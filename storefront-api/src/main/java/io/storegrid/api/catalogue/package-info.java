/** Products and categories over HTTP, and the one place that says what a product may look like. */
@NullMarked
package io.storegrid.api.catalogue;

import org.jspecify.annotations.NullMarked;
