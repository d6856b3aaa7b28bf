package io.storegrid.api.events;

import io.storegrid.api.json.JsonText;
import io.storegrid.domain.OrderEntry;
import org.jspecify.annotations.Nullable;

/** One version of an order as callers see it; the id is the version. */
record OrderEntryView(
        long id,
        String type,
        String state,
        String paymentState,
        String at,
        @Nullable String detail) {

    static OrderEntryView of(OrderEntry entry) {
        return new OrderEntryView(
                entry.version(),
                entry.type(),
                entry.state(),
                entry.paymentState(),
                JsonText.time(entry.atMicros()),
                entry.detail());
    }
}
