/**
 * The lanes: where every write is decided. A lane is one thread that takes what is queued, decides it in memory, writes it
 * in one PostgreSQL transaction and hands the result on. The rules are those of the model-checked write protocol; comments
 * name them by number.
 */
@NullMarked
package io.storegrid.compute.lane;

import org.jspecify.annotations.NullMarked;
