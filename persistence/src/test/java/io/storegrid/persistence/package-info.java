/** Tests of the database side, and {@link io.storegrid.persistence.TestDatabase} for the tests of all modules. */
@NullMarked
package io.storegrid.persistence;

import org.jspecify.annotations.NullMarked;
