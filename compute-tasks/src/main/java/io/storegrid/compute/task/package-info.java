/** Colocated tasks: what a gateway sends to the node that owns a key. */
@NullMarked
package io.storegrid.compute.task;

import org.jspecify.annotations.NullMarked;
