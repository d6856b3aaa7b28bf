/** JSON in and out: one strict reader that names every fault by its pointer, one writer. */
@NullMarked
package io.storegrid.api.json;

import org.jspecify.annotations.NullMarked;
