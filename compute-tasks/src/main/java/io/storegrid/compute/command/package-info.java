/** What callers may ask of the store: one final class a command, because commands cross the grid. */
@NullMarked
package io.storegrid.compute.command;

import org.jspecify.annotations.NullMarked;
