package io.storegrid.domain;

/**
 * What became of a command, in order of precedence: when several refusals apply, the caller gets the first.
 *
 * <p>A refusal is the caller's business and an ordinary value; what the environment does to a command is a fault, and
 * what we do wrong is an {@link InvariantViolation}. Refusals are recorded with their idempotency key like successes.
 */
public enum Outcome {
    /** Done, and something new exists. */
    CREATED(true, false),
    /** Done. */
    CHANGED(true, false),
    /** Nothing was to be done: the state that was asked for is the state there is. */
    UNCHANGED(true, false),

    /** The idempotency key was used before for another request. */
    KEY_REUSED(false, false),
    /** No such product in the catalogue. */
    PRODUCT_NOT_FOUND(false, true),
    /** No stock was ever recorded for this SKU. */
    INVENTORY_NOT_FOUND(false, true),
    /** No such cart. */
    CART_NOT_FOUND(false, false),
    /** No such reservation. */
    RESERVATION_NOT_FOUND(false, false),
    /** No such order. */
    ORDER_NOT_FOUND(false, false),
    /** The cart no longer takes changes. */
    CART_NOT_OPEN(false, false),
    /** The version that the caller decided on is not the current one. */
    VERSION_CONFLICT(false, true),
    /** The cart has no lines to reserve. */
    EMPTY_CART(false, true),
    /** More units or lines than one cart or SKU may have. */
    QUANTITY_LIMIT(false, false),
    /** The reservation was settled before, its time is over, or an order pays for it. */
    RESERVATION_NOT_HELD(false, false),
    /** The hold would outlive {@link Limits#HOLD_LIFE_MAX}, or was renewed {@link Limits#HOLD_RENEWALS_MAX} times. */
    EXTENSION_LIMIT(false, false),
    /** The cart has {@link Limits#CART_HOLDS_MAX} live holds. */
    HOLD_LIMIT(false, true),
    /** The order takes no payment, or not this one. */
    ORDER_NOT_PAYABLE(false, false),
    /** The order was never paid, is on its way, or was cancelled before. */
    NOT_CANCELLABLE(false, false),
    /** No step leads from the order's state to the one asked for. */
    INVALID_TRANSITION(false, true),
    /** Fewer units than are held cannot be on hand. */
    BELOW_RESERVED(false, true),
    /** Fewer units can be promised than were asked for. */
    INSUFFICIENT_STOCK(false, true),
    /** The order was placed and its payment failed. */
    PAYMENT_DECLINED(false, true);

    private final boolean accepted;
    private final boolean laterTryMayHelp;

    Outcome(boolean accepted, boolean laterTryMayHelp) {
        this.accepted = accepted;
        this.laterTryMayHelp = laterTryMayHelp;
    }

    /** Whether the command holds; otherwise it changed nothing. */
    public boolean accepted() {
        return accepted;
    }

    /** Whether the same command under a new key may be accepted at another time. */
    public boolean laterTryMayHelp() {
        return laterTryMayHelp;
    }
}
