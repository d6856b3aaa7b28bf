package io.storegrid.compute.model;

import io.storegrid.domain.HoldState;
import org.jspecify.annotations.Nullable;

/**
 * What one client wants, under one idempotency key, and how often it may ask for it.
 *
 * @param kind which command
 * @param first units of the first SKU: asked for, added (negative: taken away) or counted
 * @param second the same of the second SKU
 * @param hold the hold that stood at the beginning and is to be settled; -1: none
 * @param after the operation whose hold is settled, once the client was told of it; -1: none
 * @param sends how often the request is sent at most, each time to either owner
 */
record Op(Kind kind, int first, int second, int hold, int after, int sends) {

    /** The commands of the model. */
    enum Kind {
        RESERVE(null),
        CONFIRM(HoldState.CONFIRMED),
        RELEASE(HoldState.RELEASED),
        ADJUST(null),
        COUNT(null);

        private final @Nullable HoldState settlement;

        Kind(@Nullable HoldState settlement) {
            this.settlement = settlement;
        }

        /** The state that a hold is to end in; null for commands on stock. */
        @Nullable
        HoldState settlement() {
            return settlement;
        }
    }

    /** Holds units of the first SKU. */
    static Op reserve(int first) {
        return reserve(first, 0);
    }

    /** Holds units of both SKUs. */
    static Op reserve(int first, int second) {
        return new Op(Kind.RESERVE, first, second, -1, -1, 1);
    }

    /** Sells what hold {@code hold} keeps. */
    static Op confirm(int hold) {
        return new Op(Kind.CONFIRM, 0, 0, hold, -1, 1);
    }

    /** Gives back what hold {@code hold} keeps. */
    static Op release(int hold) {
        return new Op(Kind.RELEASE, 0, 0, hold, -1, 1);
    }

    /** Settles the hold that operation {@code op} made. */
    static Op settleThatOf(int op, Kind settlement) {
        return new Op(settlement, 0, 0, -1, op, 1);
    }

    /** Adds units to one SKU or takes them away. */
    static Op adjust(int sku, int delta) {
        return new Op(Kind.ADJUST, sku == 0 ? delta : 0, sku == 0 ? 0 : delta, -1, -1, 1);
    }

    /** A stock-take of the first SKU by a client that saw version 1. */
    static Op count(int onHand) {
        return new Op(Kind.COUNT, onHand, 0, -1, -1, 1);
    }

    /** This operation, asked for up to {@code times} times. */
    Op sent(int times) {
        return new Op(kind, first, second, hold, after, times);
    }

    boolean onStock() {
        return kind.settlement() == null;
    }

    /** Whether {@code sku} is named; for settlements that depends on the hold. */
    boolean names(int sku) {
        return kind == Kind.COUNT ? sku == 0 : quantity(sku) != 0;
    }

    int quantity(int sku) {
        return sku == 0 ? first : second;
    }
}
