package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Takes the customer's name off one cart. */
public final class ForgetCustomer implements Command {

    private final String cartId;

    public ForgetCustomer(String cartId) {
        this.cartId = cartId;
    }

    @Override
    public @Nullable CommandKey key() {
        return null;
    }

    public String cartId() {
        return cartId;
    }

    @Override
    public String home() {
        return cartId;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
