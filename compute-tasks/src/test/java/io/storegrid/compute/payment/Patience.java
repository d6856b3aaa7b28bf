package io.storegrid.compute.payment;

import io.storegrid.domain.Money;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What the payment tests have in common: requests, settings, and waiting with a deadline. */
final class Patience {

    static final long DEADLINE_SECONDS = 60;
    static final Money PRICE = new Money(1_990, "BRL");

    /** Waits long for an answer that comes. */
    static final PaymentSettings PATIENT = PaymentSettings.defaults("http")
            .withCallTimeout(Duration.ofSeconds(30))
            .withAttempts(3, Duration.ofMillis(10));

    /** For answers that never come. */
    static final PaymentSettings HASTY = PATIENT.withCallTimeout(Duration.ofMillis(100));

    private Patience() {}

    static PaymentRequest request(String method) {
        return request(method, null);
    }

    static PaymentRequest request(String method, @Nullable URI callbackUrl) {
        String reference = PaymentRequest.newReference();
        return new PaymentRequest(reference, "pedido-" + reference, method, PRICE, callbackUrl);
    }

    static PaymentAnswer answer(CompletableFuture<PaymentAnswer> call) throws Exception {
        return call.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    static void await(String what, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within " + DEADLINE_SECONDS + " s: " + what);
            }
            Thread.sleep(5);
        }
    }
}
