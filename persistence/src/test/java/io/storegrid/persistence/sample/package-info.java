/** Tests of the sample catalogue. */
@NullMarked
package io.storegrid.persistence.sample;

import org.jspecify.annotations.NullMarked;
