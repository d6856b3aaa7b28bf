package io.storegrid.domain;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The payment of an order: one attempt under one reference, which is the key that makes asking twice harmless. */
public final class Payment {

    private final PaymentState state;
    private final String method;
    private final String reference;
    private final @Nullable Money received;

    /**
     * @param method what the shopper chose, a word that the provider knows; never card data
     * @param reference ours, unguessable, one for each order
     * @param received what has arrived, whatever was asked for; null: nothing
     */
    public Payment(PaymentState state, String method, String reference, @Nullable Money received) {
        this.state = state;
        this.method = method;
        this.reference = reference;
        this.received = received;
    }

    public PaymentState state() {
        return state;
    }

    public String method() {
        return method;
    }

    public String reference() {
        return reference;
    }

    /** What has arrived, whatever was asked for; null: nothing. */
    public @Nullable Money received() {
        return received;
    }

    Payment become(PaymentState next, @Nullable Money nowReceived) {
        return new Payment(next, method, reference, nowReceived);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payment that
                && state == that.state
                && method.equals(that.method)
                && reference.equals(that.reference)
                && Objects.equals(received, that.received);
    }

    @Override
    public int hashCode() {
        return Objects.hash(state, reference);
    }

    @Override
    public String toString() {
        return "Payment[" + state + ", method=" + method + ", received=" + received + "]";
    }
}
