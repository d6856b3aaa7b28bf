package io.storegrid.compute.payment;

import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.domain.InvariantViolation;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** The kinds of payment providers on the class path. */
public final class PaymentProviders {

    private PaymentProviders() {}

    /** Their names. */
    public static SortedSet<String> names() {
        return new TreeSet<>(factories().keySet());
    }

    /**
     * Opens the provider that the settings name.
     *
     * @throws IllegalArgumentException when there is none of that name, or the settings lack what it needs
     */
    public static PaymentProvider open(PaymentSettings settings, MeterRegistry registry) {
        Map<String, PaymentProviderFactory> factories = factories();
        PaymentProviderFactory factory = factories.get(settings.provider());
        if (factory == null) {
            throw new IllegalArgumentException("No payment provider is called so [name=" + settings.provider()
                    + ", known=" + String.join(", ", factories.keySet()) + "]");
        }
        return factory.create(settings, registry);
    }

    private static Map<String, PaymentProviderFactory> factories() {
        Map<String, PaymentProviderFactory> factories = new TreeMap<>();
        // By the loader of this class: that of the calling thread may be Ignite's.
        for (PaymentProviderFactory factory :
                ServiceLoader.load(PaymentProviderFactory.class, PaymentProviders.class.getClassLoader())) {
            PaymentProviderFactory twin = factories.putIfAbsent(factory.name(), factory);
            InvariantViolation.require(twin == null, "two payment providers of one name [%s]", factory.name());
        }
        return factories;
    }
}
