package io.storegrid.bench;

import io.storegrid.domain.ReservationLine;
import java.util.List;

/**
 * One reservation to be made.
 *
 * @param key the caller's idempotency key, never used before
 * @param lines what is wanted, sorted by SKU
 */
record Order(String key, List<ReservationLine> lines) {}
