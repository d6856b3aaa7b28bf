package io.storegrid.compute.payment;

import java.util.concurrent.CompletableFuture;

/**
 * Takes money for orders and gives it back. Thread-safe.
 *
 * <p>Every call returns at once, and its future ends within {@link PaymentSettings#longestCall}; trouble on the way is the
 * answer {@link PaymentAnswer.Result#UNKNOWN}, never an exception. Each operation may be repeated under its reference and
 * happens once. Futures end on a few threads of the provider's own: what follows must not block on them.
 */
public interface PaymentProvider extends AutoCloseable {

    /**
     * Takes the amount.
     *
     * @return APPROVED, DECLINED, PENDING, UNKNOWN; CANCELLED or REFUNDED when that came first
     */
    CompletableFuture<PaymentAnswer> charge(PaymentRequest request);

    /**
     * Gives the amount back, which is what was taken under the reference or less, and can be done once.
     *
     * @return REFUNDED, DECLINED when there is nothing to give back, PENDING, UNKNOWN
     */
    CompletableFuture<PaymentAnswer> refund(PaymentRequest request);

    /**
     * Sees to it that no money is taken under the reference from now on.
     *
     * @return CANCELLED, then a charge under the reference can never be taken, not even one that is still on its way; APPROVED
     *     when it was taken already, which a refund undoes; REFUNDED when that was done; PENDING when the provider cannot say
     *     yet; UNKNOWN
     */
    CompletableFuture<PaymentAnswer> cancel(PaymentRequest request);

    /** Ends all calls, those that run with UNKNOWN. */
    @Override
    void close();
}
