package io.storegrid.compute.lane;

/** A row was not as the decision said it was: roll back, read under locks, decide again (PROTOCOL 8, 9). */
final class GuardLost extends Exception {

    private final transient String guard;

    GuardLost(String guard) {
        super("guard lost: " + guard, null, false, false);
        this.guard = guard;
    }

    /** What was lost: carts, holds, products or stock. */
    String guard() {
        return guard;
    }
}
