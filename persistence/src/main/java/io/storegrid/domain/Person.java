package io.storegrid.domain;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Who placed an order. Kept apart from the order, in a row of its own that can be erased; never in a log, ledger or event. */
public final class Person {

    private final @Nullable String customerId;
    private final @Nullable String email;
    private final TreeMap<String, String> shippingAddress;

    public Person(@Nullable String customerId, @Nullable String email, Map<String, String> shippingAddress) {
        this.customerId = customerId;
        this.email = email;
        this.shippingAddress = new TreeMap<>(shippingAddress);
    }

    public @Nullable String customerId() {
        return customerId;
    }

    public @Nullable String email() {
        return email;
    }

    /** By the names that the contract gives its parts; a copy. */
    public Map<String, String> shippingAddress() {
        return new TreeMap<>(shippingAddress);
    }

    /** Whether there is nothing to keep. */
    public boolean unknown() {
        return customerId == null && email == null && shippingAddress.isEmpty();
    }

    @Override
    public String toString() {
        return "Person[not shown]";
    }
}
