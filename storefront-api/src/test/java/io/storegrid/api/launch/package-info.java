/** Tests of the program: its options, and the packaged jar as a process. */
@NullMarked
package io.storegrid.api.launch;

import org.jspecify.annotations.NullMarked;
