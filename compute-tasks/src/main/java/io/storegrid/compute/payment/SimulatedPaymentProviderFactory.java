package io.storegrid.compute.payment;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * A provider that takes no real money: a {@link PaymentSimulator} in this process, asked over HTTP like any other. It forgets
 * all when the node ends and knows nothing of the simulators of other nodes, so it gives back on trust what it does not know.
 */
public final class SimulatedPaymentProviderFactory implements PaymentProviderFactory {

    /** What {@code --payment-provider} calls it. */
    public static final String NAME = "simulator";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PaymentProvider create(PaymentSettings settings, MeterRegistry registry) {
        try {
            PaymentSimulator simulator = PaymentSimulator.startTrusting();
            return new Simulated(new HttpPaymentProvider(simulator.url(), settings, registry), simulator);
        } catch (IOException e) {
            throw new UncheckedIOException("The payment simulator cannot listen", e);
        }
    }

    private record Simulated(PaymentProvider provider, PaymentSimulator simulator) implements PaymentProvider {

        @Override
        public CompletableFuture<PaymentAnswer> charge(PaymentRequest request) {
            return provider.charge(request);
        }

        @Override
        public CompletableFuture<PaymentAnswer> refund(PaymentRequest request) {
            return provider.refund(request);
        }

        @Override
        public CompletableFuture<PaymentAnswer> cancel(PaymentRequest request) {
            return provider.cancel(request);
        }

        @Override
        public void close() {
            provider.close();
            simulator.close();
        }
    }
}
