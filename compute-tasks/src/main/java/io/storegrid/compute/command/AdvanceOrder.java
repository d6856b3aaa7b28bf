package io.storegrid.compute.command;

import io.storegrid.domain.OrderState;
import org.jspecify.annotations.Nullable;

/** Takes down that an order's goods went on their way, or arrived. Repeating it changes nothing. */
public final class AdvanceOrder implements Command {

    private final @Nullable CommandKey key;
    private final String orderId;
    private final OrderState to;

    /** @param to FULFILLED or DELIVERED */
    public AdvanceOrder(@Nullable CommandKey key, String orderId, OrderState to) {
        this.key = key;
        this.orderId = orderId;
        this.to = to;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String orderId() {
        return orderId;
    }

    public OrderState to() {
        return to;
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
