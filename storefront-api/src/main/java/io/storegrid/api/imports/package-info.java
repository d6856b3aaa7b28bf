/** Bulk input over HTTP: bodies go to a file in bounded memory, the import runs in the background. */
@NullMarked
package io.storegrid.api.imports;

import org.jspecify.annotations.NullMarked;
