package io.storegrid.compute.payment;

import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.domain.Money;

/**
 * What the simulator knows of one reference at one moment.
 *
 * @param state UNKNOWN while nothing was decided
 * @param taken from the shopper, whatever was given back
 * @param refunded given back
 * @param charges how often it was asked to charge; likewise {@code refunds} and {@code cancels}
 */
public record SimulatedPayment(
        String reference,
        String orderId,
        String method,
        Result state,
        Money taken,
        Money refunded,
        int charges,
        int refunds,
        int cancels) {}
