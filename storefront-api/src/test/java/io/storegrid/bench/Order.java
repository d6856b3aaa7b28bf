package io.storegrid.bench;

import io.storegrid.domain.ReservationLine;
import java.util.List;

/**
 * One reservation to be made.
 *
 * @param key the caller's idempotency key, never used before
 * @param entropy what the reservation's id is made of, as the API makes it
 * @param lines what is wanted, sorted by SKU
 */
record Order(String key, String entropy, List<ReservationLine> lines) {}
