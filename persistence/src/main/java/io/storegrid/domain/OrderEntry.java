package io.storegrid.domain;

import org.jspecify.annotations.Nullable;

/** One version of an order: what made it, and how the order stood afterwards. Immutable. */
public final class OrderEntry {

    private final long version;
    private final String type;
    private final String state;
    private final String paymentState;
    private final @Nullable String detail;
    private final long atMicros;

    /** @param type as in the outbox: {@code order.created}, … */
    public OrderEntry(
            long version, String type, String state, String paymentState, @Nullable String detail, long atMicros) {
        this.version = version;
        this.type = type;
        this.state = state;
        this.paymentState = paymentState;
        this.detail = detail;
        this.atMicros = atMicros;
    }

    public long version() {
        return version;
    }

    public String type() {
        return type;
    }

    public String state() {
        return state;
    }

    public String paymentState() {
        return paymentState;
    }

    public @Nullable String detail() {
        return detail;
    }

    /** Microseconds since the epoch. */
    public long atMicros() {
        return atMicros;
    }
}
