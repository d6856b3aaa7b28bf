package io.storegrid.api.reservation;

import io.storegrid.api.json.JsonText;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Reservation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A reservation as callers see it at one moment. */
record ReservationView(
        String id,
        HoldState state,
        @Nullable String cartId,
        @Nullable String orderId,
        List<Line> lines,
        String createdAt,
        String expiresAt,
        long version) {

    /** Units of one SKU. */
    record Line(String sku, int quantity) {}

    /** @param atMicros the moment that decides whether a hold has run out */
    static ReservationView of(Reservation reservation, long atMicros) {
        return new ReservationView(
                reservation.id(),
                reservation.stateAt(atMicros),
                reservation.cartId(),
                reservation.orderId(),
                reservation.lines().stream()
                        .map(line -> new Line(line.sku(), line.quantity()))
                        .toList(),
                JsonText.time(reservation.createdAtMicros()),
                JsonText.time(reservation.expiresAtMicros()),
                reservation.version());
    }
}
