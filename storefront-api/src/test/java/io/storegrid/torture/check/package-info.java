/**
 * Judges of a history. Each {@link io.storegrid.torture.check.Checker} states one thing that must never be seen, knows nothing
 * but what the harness wrote down, and uses none of the store's own code but its vocabulary. Where a clock matters, doubt is in
 * the store's favour by a stated tolerance ({@link io.storegrid.torture.check.Bounds}): what is flagged is wrong.
 */
@NullMarked
package io.storegrid.torture.check;

import org.jspecify.annotations.NullMarked;
