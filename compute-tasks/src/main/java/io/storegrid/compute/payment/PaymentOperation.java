package io.storegrid.compute.payment;

import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.util.Locale;

/** What a provider can be asked, as the protocol has it (docs/payments.md). */
enum PaymentOperation {
    CHARGE("PUT", ""),
    REFUND("POST", "/refund"),
    CANCEL("POST", "/cancel");

    private final String httpMethod;
    private final String suffix;

    PaymentOperation(String httpMethod, String suffix) {
        this.httpMethod = httpMethod;
        this.suffix = suffix;
    }

    String httpMethod() {
        return httpMethod;
    }

    /** What follows the reference in the path. */
    String suffix() {
        return suffix;
    }

    /** Below the provider's address. */
    String path(String reference) {
        return "/charges/" + reference + suffix;
    }

    /** Whether {@code result} makes sense as an answer; anything else is as good as none. */
    boolean canEndIn(Result result) {
        return switch (result) {
            case APPROVED -> this != REFUND;
            case DECLINED -> this != CANCEL;
            case CANCELLED -> this != REFUND;
            case PENDING, REFUNDED -> true;
            case UNKNOWN -> false;
        };
    }

    /** For labels of metrics. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
