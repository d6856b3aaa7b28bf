package io.storegrid.compute.payment;

import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.util.concurrent.CompletableFuture;

/** For stores that sell nothing yet: everything is declined, nothing is ever taken. */
public final class NoPaymentProviderFactory implements PaymentProviderFactory {

    /** What {@code --payment-provider} calls it. */
    public static final String NAME = "none";

    private static final String REASON = "no payment provider is configured";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PaymentProvider create(PaymentSettings settings, MeterRegistry registry) {
        return new Nobody();
    }

    private static final class Nobody implements PaymentProvider {

        @Override
        public CompletableFuture<PaymentAnswer> charge(PaymentRequest request) {
            return answer(Result.DECLINED, request);
        }

        @Override
        public CompletableFuture<PaymentAnswer> refund(PaymentRequest request) {
            return answer(Result.DECLINED, request);
        }

        /** Nothing is taken here, so none can be. */
        @Override
        public CompletableFuture<PaymentAnswer> cancel(PaymentRequest request) {
            return answer(Result.CANCELLED, request);
        }

        private static CompletableFuture<PaymentAnswer> answer(Result result, PaymentRequest request) {
            return CompletableFuture.completedFuture(
                    PaymentAnswer.without(result, request.amount().currency(), REASON));
        }

        @Override
        public void close() {}
    }
}
