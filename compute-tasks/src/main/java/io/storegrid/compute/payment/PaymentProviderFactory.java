package io.storegrid.compute.payment;

import io.micrometer.core.instrument.MeterRegistry;

/** Makes providers of one kind; found by {@link java.util.ServiceLoader}, chosen by its name. */
public interface PaymentProviderFactory {

    /** What {@code --payment-provider} calls it. */
    String name();

    /**
     * A provider, open until it is closed.
     *
     * @throws IllegalArgumentException when the settings lack what this kind needs
     */
    PaymentProvider create(PaymentSettings settings, MeterRegistry registry);
}
