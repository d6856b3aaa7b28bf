/** Schema, the SQL of each aggregate, cache stores, embedded PostgreSQL and connection settings. */
@NullMarked
package io.storegrid.persistence;

import org.jspecify.annotations.NullMarked;
