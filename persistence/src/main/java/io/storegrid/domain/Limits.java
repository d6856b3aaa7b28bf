package io.storegrid.domain;

import java.time.Duration;

/** Every limit of the contract, with its unit and its reason. Their relations are asserted at class load. */
public final class Limits {

    /** Characters in a SKU; long enough for EAN plus variant, short enough for a key. */
    public static final int SKU_LENGTH_MAX = 64;

    /** Units in one line of a cart or a reservation. */
    public static final int LINE_QUANTITY_MAX = 10_000;

    /** Lines in one reservation; bounds the rows that one transaction locks for one caller. */
    public static final int RESERVATION_LINES_MAX = 50;

    /** Lines in one cart. */
    public static final int CART_LINES_MAX = 100;

    /** Units on hand of one SKU; far above any shop's stock, far below overflow of a sum over a batch. */
    public static final long ON_HAND_MAX = 1_000_000_000L;

    /** How long a hold lives when the caller does not say. */
    public static final Duration HOLD_TTL_DEFAULT = Duration.ofMinutes(5);

    /** The longest hold a caller may ask for at once. */
    public static final Duration HOLD_TTL_MAX = Duration.ofMinutes(30);

    /** The longest a hold may live from its creation, extensions included. */
    public static final Duration HOLD_LIFE_MAX = Duration.ofMinutes(30);

    /**
     * How often one hold is extended, or a cart's live hold replaced by a new one in a row: whoever needs longer has to let go
     * first, so that others have a chance.
     */
    public static final int HOLD_RENEWALS_MAX = 20;

    /** Live holds that one cart may have beside each other. */
    public static final int CART_HOLDS_MAX = 5;

    /** Characters in what a storefront calls a customer. */
    public static final int CUSTOMER_ID_LENGTH_MAX = 100;

    /** Characters in the word for a payment method. */
    public static final int PAYMENT_METHOD_LENGTH_MAX = 64;

    /** Characters in a reason that a caller gives. */
    public static final int REASON_LENGTH_MAX = 200;

    /** How long a cart lives after its last change. */
    public static final Duration CART_LIFE = Duration.ofDays(30);

    /** Characters in an idempotency key. */
    public static final int KEY_LENGTH_MAX = 255;

    /** SKUs in one multi-read. */
    public static final int READ_SKUS_MAX = 200;

    /** Characters in a title. */
    public static final int TITLE_LENGTH_MAX = 200;

    /** Characters in a description. */
    public static final int DESCRIPTION_LENGTH_MAX = 4_000;

    /** Characters in a category's name. */
    public static final int CATEGORY_LENGTH_MAX = 80;

    /** Attributes of one product. */
    public static final int ATTRIBUTES_MAX = 50;

    /** Characters in an attribute's name. */
    public static final int ATTRIBUTE_NAME_LENGTH_MAX = 60;

    /** Characters in an attribute's value. */
    public static final int ATTRIBUTE_VALUE_LENGTH_MAX = 500;

    /** Media addresses of one product. */
    public static final int MEDIA_URLS_MAX = 20;

    /** Characters in a media address. */
    public static final int MEDIA_URL_LENGTH_MAX = 500;

    /** A price in minor units; a hundred million in major units. */
    public static final long PRICE_MINOR_MAX = 10_000_000_000L;

    static {
        InvariantViolation.require(HOLD_TTL_DEFAULT.compareTo(HOLD_TTL_MAX) <= 0, "default hold above its maximum");
        InvariantViolation.require(
                HOLD_TTL_MAX.compareTo(HOLD_LIFE_MAX) <= 0, "one hold may outlive the life of a hold");
        InvariantViolation.require(
                Math.multiplyExact(PRICE_MINOR_MAX, (long) LINE_QUANTITY_MAX) < Long.MAX_VALUE / CART_LINES_MAX,
                "a cart's total may overflow");
    }

    private Limits() {}
}
