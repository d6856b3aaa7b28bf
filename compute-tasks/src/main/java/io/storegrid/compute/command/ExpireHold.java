package io.storegrid.compute.command;

import org.jspecify.annotations.Nullable;

/** Ends a hold whose time is over; does nothing to one that was settled or extended meanwhile. */
public final class ExpireHold implements Command {

    private final String reservationId;

    public ExpireHold(String reservationId) {
        this.reservationId = reservationId;
    }

    public String reservationId() {
        return reservationId;
    }

    @Override
    public @Nullable CommandKey key() {
        return null;
    }

    @Override
    public String home() {
        return reservationId;
    }

    @Override
    public boolean repeatable() {
        return true;
    }
}
