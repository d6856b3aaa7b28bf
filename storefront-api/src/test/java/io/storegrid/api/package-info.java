/** The test kit of the REST side, and the tests that need no grid and no database. */
@NullMarked
package io.storegrid.api;

import org.jspecify.annotations.NullMarked;
