package io.storegrid.domain;

/** What a payment provider says about one payment. */
public enum PaymentResult {
    /** The money is taken. */
    APPROVED,
    /** The money is not taken and will not be. */
    DECLINED,
    /** The provider will say later. */
    PENDING
}
