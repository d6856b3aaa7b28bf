package io.storegrid.compute.payment;

import io.storegrid.domain.Money;

/**
 * What the provider says of one payment, or that it says nothing.
 *
 * @param amount what was taken ({@code APPROVED}) or given back ({@code REFUNDED}), in the provider's words: not
 *     necessarily what was asked for, so whoever is owed compares. Zero with the other results
 * @param reason for people, may be empty
 */
public record PaymentAnswer(Result result, Money amount, String reason) {

    /** How a payment stands. */
    public enum Result {
        /** The amount was taken. */
        APPROVED,
        /** Nothing was taken, or, for a refund, nothing given back; asking again under the same reference changes nothing. */
        DECLINED,
        /** Not decided yet: the provider posts the answer later, and tells it when asked again. */
        PENDING,
        /** Nothing was taken and nothing can be taken under this reference any more. */
        CANCELLED,
        /** The amount was given back. */
        REFUNDED,
        /**
         * Nobody knows: the provider did not answer in time, not sensibly, or was not asked, to spare it. The same request may
         * be repeated at any time, a charge can be cancelled; neither must be taken for a refusal.
         */
        UNKNOWN
    }

    /** With nothing taken or given. */
    static PaymentAnswer without(Result result, String currency, String reason) {
        return new PaymentAnswer(result, new Money(0, currency), reason);
    }

    /** No answer, for {@code request}. */
    static PaymentAnswer unknown(PaymentRequest request, String reason) {
        return without(Result.UNKNOWN, request.amount().currency(), reason);
    }
}
