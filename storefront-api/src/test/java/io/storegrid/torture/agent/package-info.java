/**
 * What a node of a torture run has in its JVM beside the product: a Java agent that tells what the node's own copies are, has
 * messages to copies be late, ends or stops the process at a named step of a write, and, for the negative controls, takes one rule of the protocol away. It
 * changes classes while they are loaded, so that the product needs no switch and no option for any of it.
 */
@NullMarked
package io.storegrid.torture.agent;

import org.jspecify.annotations.NullMarked;
