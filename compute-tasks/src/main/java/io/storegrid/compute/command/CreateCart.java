package io.storegrid.compute.command;

import io.storegrid.domain.CartLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes a cart. */
public final class CreateCart implements Command {

    private final @Nullable CommandKey key;
    private final String cartId;
    private final String currency;
    private final @Nullable String customerId;
    private final CartLine[] lines;

    /**
     * @param cartId chosen by the caller's side, so that a retry makes no second cart
     * @param lines each SKU once
     */
    public CreateCart(
            @Nullable CommandKey key,
            String cartId,
            String currency,
            @Nullable String customerId,
            List<CartLine> lines) {
        this.key = key;
        this.cartId = cartId;
        this.currency = currency;
        this.customerId = customerId;
        this.lines = lines.toArray(new CartLine[0]);
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String cartId() {
        return cartId;
    }

    public String currency() {
        return currency;
    }

    public @Nullable String customerId() {
        return customerId;
    }

    public List<CartLine> lines() {
        return List.of(lines);
    }

    @Override
    public String home() {
        return cartId;
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
