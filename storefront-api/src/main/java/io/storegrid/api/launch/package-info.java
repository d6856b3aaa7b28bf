/** The program: options, console, and the order in which the parts of a node start and stop. */
@NullMarked
package io.storegrid.api.launch;

import org.jspecify.annotations.NullMarked;
