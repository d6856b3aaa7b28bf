/** The REST side of the store: the application as one value, its settings, its table of routes. */
@NullMarked
package io.storegrid.api;

import org.jspecify.annotations.NullMarked;
