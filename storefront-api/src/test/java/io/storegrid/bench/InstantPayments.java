package io.storegrid.bench;

import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.compute.payment.PaymentProvider;
import io.storegrid.compute.payment.PaymentProviderFactory;
import io.storegrid.compute.payment.PaymentRequest;
import io.storegrid.compute.payment.PaymentSettings;
import java.util.concurrent.CompletableFuture;

/** A provider in the node's own process that approves at once: what is measured beside it is the checkout, not the payment. */
public final class InstantPayments implements PaymentProviderFactory {

    /** What the setting calls it. */
    static final String NAME = "instant";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PaymentProvider create(PaymentSettings settings, MeterRegistry registry) {
        return new PaymentProvider() {
            @Override
            public CompletableFuture<PaymentAnswer> charge(PaymentRequest request) {
                return says(Result.APPROVED, request);
            }

            @Override
            public CompletableFuture<PaymentAnswer> refund(PaymentRequest request) {
                return says(Result.REFUNDED, request);
            }

            @Override
            public CompletableFuture<PaymentAnswer> cancel(PaymentRequest request) {
                return says(Result.CANCELLED, request);
            }

            @Override
            public void close() {}
        };
    }

    private static CompletableFuture<PaymentAnswer> says(Result result, PaymentRequest request) {
        return CompletableFuture.completedFuture(new PaymentAnswer(result, request.amount(), ""));
    }
}
