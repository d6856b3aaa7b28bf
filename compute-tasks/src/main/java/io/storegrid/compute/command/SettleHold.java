package io.storegrid.compute.command;

import io.storegrid.domain.HoldState;
import org.jspecify.annotations.Nullable;

/** Ends a hold because its holder says so: CONFIRMED sells the units, RELEASED gives them back. */
public final class SettleHold implements Command {

    private final @Nullable CommandKey key;
    private final String reservationId;
    private final HoldState settlement;

    /**
     * @param settlement CONFIRMED or RELEASED
     */
    public SettleHold(@Nullable CommandKey key, String reservationId, HoldState settlement) {
        this.key = key;
        this.reservationId = reservationId;
        this.settlement = settlement;
    }

    @Override
    public @Nullable CommandKey key() {
        return key;
    }

    public String reservationId() {
        return reservationId;
    }

    public HoldState settlement() {
        return settlement;
    }

    @Override
    public String home() {
        return reservationId;
    }

    @Override
    public boolean repeatable() {
        return key != null || settlement == HoldState.RELEASED;
    }
}
