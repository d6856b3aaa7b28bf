/**
 * The bench command: what an operation costs here, beside what it costs when it is written in plain SQL. Cost is CPU time of
 * the processes that do the work, read from {@code /proc}, and what counts are ratios inside one run whose contenders take
 * turns: machines differ, ratios less so.
 */
@NullMarked
package io.storegrid.bench;

import org.jspecify.annotations.NullMarked;
