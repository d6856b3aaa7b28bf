/**
 * What happened in one torture run, as it was seen from outside: who asked what, when, through which node, and what came back;
 * what was done to the processes; and what was there at the end. Written line by line while it happens, read back by the
 * checkers, which know nothing else. All times are microseconds since the epoch on one clock, which the harness derives from
 * {@link System#nanoTime} so that it never goes back; rows keep PostgreSQL's own.
 */
@NullMarked
package io.storegrid.torture.history;

import org.jspecify.annotations.NullMarked;
