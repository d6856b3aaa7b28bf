package io.storegrid.compute.payment;

import io.micrometer.core.instrument.MeterRegistry;

/** Providers that speak the protocol of docs/payments.md. */
public final class HttpPaymentProviderFactory implements PaymentProviderFactory {

    /** What {@code --payment-provider} calls it. */
    public static final String NAME = "http";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public PaymentProvider create(PaymentSettings settings, MeterRegistry registry) {
        if (settings.url() == null) {
            throw new IllegalArgumentException("The payment provider http needs an address [setting=--payment-url]");
        }
        return new HttpPaymentProvider(settings.url(), settings, registry);
    }
}
