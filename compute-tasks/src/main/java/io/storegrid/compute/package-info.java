/** Lanes, commands, colocated tasks, gateways, expiry and healing: all that decides and carries a write. */
@NullMarked
package io.storegrid.compute;

import org.jspecify.annotations.NullMarked;
