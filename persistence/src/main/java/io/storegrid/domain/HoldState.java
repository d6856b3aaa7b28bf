package io.storegrid.domain;

/** Where a reservation stands. Exactly one step leads out of {@link #HELD}, none leads out of the others. */
public enum HoldState {
    /** Units are set aside until the hold's expiry. */
    HELD,
    /** The units were sold: they left on-hand and reserved. */
    CONFIRMED,
    /** The holder gave the units back. */
    RELEASED,
    /** The hold ran out and the units came back. */
    EXPIRED;

    /** Whether the hold is over. */
    public boolean settled() {
        return this != HELD;
    }
}
