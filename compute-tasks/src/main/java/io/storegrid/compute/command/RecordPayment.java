package io.storegrid.compute.command;

import io.storegrid.domain.Money;
import io.storegrid.domain.PaymentResult;
import org.jspecify.annotations.Nullable;

/** Takes down what the payment provider says about an order's payment, whether it was asked or says it by itself. */
public final class RecordPayment implements Command {

    private final @Nullable CommandKey key;
    private final String orderId;
    private final String reference;
    private final PaymentResult result;
    private final Money amount;
    private final String entropy;

    /**
     * @param reference the payment it speaks of
     * @param amount what the provider took; counts for APPROVED only
     * @param entropy 32 lower-case hexadecimal digits that make the id of the sale, should the order's hold be over
     */
    public RecordPayment(
            @Nullable CommandKey key,
            String orderId,
            String reference,
            PaymentResult result,
            Money amount,
            String entropy) {
        this.key = key;
        this.orderId = orderId;
        this.reference = reference;
        this.result = result;
        this.amount = amount;
        this.entropy = entropy;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String orderId() {
        return orderId;
    }

    public String reference() {
        return reference;
    }

    public PaymentResult result() {
        return result;
    }

    public Money amount() {
        return amount;
    }

    public String entropy() {
        return entropy;
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
