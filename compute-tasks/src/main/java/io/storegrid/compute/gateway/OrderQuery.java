package io.storegrid.compute.gateway;

import io.storegrid.domain.OrderState;
import org.jspecify.annotations.Nullable;

/** Which orders, newest first. Crosses the grid. */
public final class OrderQuery {

    private final @Nullable String customerId;
    private final @Nullable OrderState state;
    private final long beforeMicros;
    private final String beforeId;
    private final int limit;

    /**
     * @param customerId whose carts they came from; null: everybody's
     * @param state null: any
     * @param beforeMicros place in the order of creation behind which to begin, with {@code beforeId}; {@link
     *     Long#MAX_VALUE} for its beginning
     * @param limit at most so many
     */
    public OrderQuery(
            @Nullable String customerId, @Nullable OrderState state, long beforeMicros, String beforeId, int limit) {
        this.customerId = customerId;
        this.state = state;
        this.beforeMicros = beforeMicros;
        this.beforeId = beforeId;
        this.limit = limit;
    }

    public @Nullable String customerId() {
        return customerId;
    }

    public @Nullable OrderState state() {
        return state;
    }

    public long beforeMicros() {
        return beforeMicros;
    }

    public String beforeId() {
        return beforeId;
    }

    public int limit() {
        return limit;
    }
}
