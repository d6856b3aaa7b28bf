/** What a run came to, on one page that somebody who was not there can read. */
@NullMarked
package io.storegrid.torture.report;

import org.jspecify.annotations.NullMarked;
