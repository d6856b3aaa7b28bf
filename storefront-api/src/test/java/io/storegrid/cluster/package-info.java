/**
 * Grids of packaged nodes, each a process of its own, that grow, shrink, restart and lose nodes while shoppers buy. Every test
 * ends with the books: what callers were told, what PostgreSQL has and what the grid shows must be one and the same.
 */
@NullMarked
package io.storegrid.cluster;

import org.jspecify.annotations.NullMarked;
