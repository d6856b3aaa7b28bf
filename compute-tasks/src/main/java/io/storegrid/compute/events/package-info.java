/** What the world is told: reading the outbox, by way of another node where this one has no database, and following its end. */
@NullMarked
package io.storegrid.compute.events;

import org.jspecify.annotations.NullMarked;
