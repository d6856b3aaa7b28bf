package io.storegrid.domain;

/** Where an order stands. The arrows between the states are {@link #leadsTo}, and there are no others. */
public enum OrderState {
    /** Placed; its stock is held and its payment is not decided. */
    PENDING_PAYMENT,
    /** Paid; its units are sold. */
    CONFIRMED,
    /** Handed to the carrier. */
    FULFILLED,
    /** Handed to the customer; the end. */
    DELIVERED,
    /** Taken back after it was paid; its units are back in stock and its money is due back. */
    CANCELLED,
    /** Nobody paid; its units are no longer promised. The end, unless money arrives late. */
    PAYMENT_FAILED,
    /** Money arrived that this order has no use for; it is due back. */
    REFUND_DUE,
    /** That money went back; the end. */
    REFUNDED;

    /** Whether an order may go from this state to {@code next} in one step. */
    public boolean leadsTo(OrderState next) {
        return switch (this) {
            case PENDING_PAYMENT -> next == CONFIRMED || next == PAYMENT_FAILED || next == REFUND_DUE;
            case CONFIRMED -> next == FULFILLED || next == CANCELLED;
            case FULFILLED -> next == DELIVERED;
            // Money that arrives after all buys the goods if they are still there, else it goes back.
            case PAYMENT_FAILED -> next == CONFIRMED || next == REFUND_DUE;
            case REFUND_DUE -> next == REFUNDED;
            case DELIVERED, CANCELLED, REFUNDED -> false;
        };
    }

    /** Whether the units of an order in this state are sold: exactly then its reservation is CONFIRMED. */
    public boolean sold() {
        return this == CONFIRMED || this == FULFILLED || this == DELIVERED || this == CANCELLED;
    }
}
