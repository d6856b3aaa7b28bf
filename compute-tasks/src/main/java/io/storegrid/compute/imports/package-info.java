/**
 * Bulk input: lines spooled to a file, read as a stream, delivered to the owners of their SKUs and settled step by step in
 * the import's row, so that any node's death costs a repeat of one step.
 */
@NullMarked
package io.storegrid.compute.imports;

import org.jspecify.annotations.NullMarked;
