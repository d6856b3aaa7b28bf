package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Takes down that the money of an order went back. */
public final class RecordRefund implements Command {

    private final String orderId;
    private final String reference;

    /** @param reference the payment whose money went back */
    public RecordRefund(String orderId, String reference) {
        this.orderId = orderId;
        this.reference = reference;
    }

    @Override
    public @Nullable CommandKey key() {
        return null;
    }

    public String orderId() {
        return orderId;
    }

    public String reference() {
        return reference;
    }

    @Override
    public String home() {
        return orderId;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
