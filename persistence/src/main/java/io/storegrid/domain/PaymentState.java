package io.storegrid.domain;

/** Where the money of an order stands. */
public enum PaymentState {
    /** The provider was asked, or is about to be; its answer is not known. */
    REQUESTED,
    /** The provider took the request and will say later what became of it. */
    PENDING,
    /** The money is here. */
    APPROVED,
    /** There is no money, and none is awaited. */
    DECLINED,
    /** The money is here and has to go back. */
    REFUND_DUE,
    /** The money went back. */
    REFUNDED;

    /** Whether something remains to be done about the money, by us or by the provider. */
    public boolean unsettled() {
        return this == REQUESTED || this == PENDING || this == REFUND_DUE;
    }
}
