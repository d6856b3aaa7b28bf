/** Reservations over HTTP. */
@NullMarked
package io.storegrid.api.reservation;

import org.jspecify.annotations.NullMarked;
