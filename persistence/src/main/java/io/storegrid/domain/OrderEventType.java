package io.storegrid.domain;

import java.util.Locale;

/** What happened to an order: one value for each kind of entry in its history. */
public enum OrderEventType {
    CREATED,
    /** The provider took the payment's request and will say later what became of it. */
    PAYMENT_PENDING,
    PAYMENT_FAILED,
    CONFIRMED,
    CANCELLED,
    REFUND_DUE,
    REFUNDED,
    FULFILLED,
    DELIVERED;

    /** As the world is told: {@code order.payment-failed}. */
    public String code() {
        return "order." + name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether the payment's end is told with it. */
    public boolean tellsPayment() {
        return this == PAYMENT_FAILED || this == CONFIRMED || this == REFUND_DUE || this == REFUNDED;
    }
}
