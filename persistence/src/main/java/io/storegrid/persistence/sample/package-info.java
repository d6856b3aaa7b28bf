/**
 * The sample catalogue: a confectionery marketplace in Portuguese, its checked-in file, the reader of that file and the
 * generator that makes it, or a larger one for load runs, out of a vocabulary.
 */
@NullMarked
package io.storegrid.persistence.sample;

import org.jspecify.annotations.NullMarked;
