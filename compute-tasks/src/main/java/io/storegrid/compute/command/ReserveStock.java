package io.storegrid.compute.command;

import io.storegrid.domain.ReservationLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Holds stock for all lines or for none. */
public final class ReserveStock implements Command {

    private final @Nullable CommandKey key;
    private final ReservationLine[] lines;
    private final long ttlMs;
    private final @Nullable String cartId;
    private final String entropy;

    /**
     * @param lines summed and sorted by SKU, at least one
     * @param ttlMs how long the hold lives, milliseconds
     * @param cartId the cart that the hold is for, when there is one
     * @param entropy 32 lower-case hexadecimal digits that make the reservation's id
     */
    public ReserveStock(
            @Nullable CommandKey key,
            List<ReservationLine> lines,
            long ttlMs,
            @Nullable String cartId,
            String entropy) {
        this.key = key;
        this.lines = lines.toArray(new ReservationLine[0]);
        this.ttlMs = ttlMs;
        this.cartId = cartId;
        this.entropy = entropy;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public List<ReservationLine> lines() {
        return List.of(lines);
    }

    public long ttlMs() {
        return ttlMs;
    }

    public @Nullable String cartId() {
        return cartId;
    }

    public String entropy() {
        return entropy;
    }

    @Override
    public String home() {
        return lines[0].sku();
    }

    @Override
    public boolean repeatable() {
        return key != null;
    }
}
