/** Tests of the tasks that cross the grid. */
@NullMarked
package io.storegrid.compute.task;

import org.jspecify.annotations.NullMarked;
