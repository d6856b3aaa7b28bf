package io.storegrid.compute.payment;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.bulkhead.BulkheadFullException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.Threads;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A provider at the other end of HTTP, in the protocol of docs/payments.md.
 *
 * <p>From the outside in: the bulkhead counts calls, so that a slow provider can hold a bounded number of them, pauses included;
 * the retry repeats an attempt that brought no answer, under the same reference, so that money moves once; the breaker counts
 * attempts and lets none through while most of them fail; the limiter ends one that takes too long. A full bulkhead and an open
 * breaker are told at once and not repeated. A status of 4xx, but for 408, 425 and 429, is a refusal of the request as such:
 * repeating it is useless, and it says that the provider is well. What it says of the money nobody knows.
 */
final class HttpPaymentProvider implements PaymentProvider {

    private static final Logger LOG = LoggerFactory.getLogger(HttpPaymentProvider.class);
    private static final String NAME = "payment";

    private static final int THREADS = 2;

    private static final int OK = 200;
    private static final int SUCCESS_END = 300;
    private static final Set<Integer> PASSING_REFUSALS = Set.of(408, 425, 429);

    private final URI url;
    private final PaymentSettings settings;

    /** The client's, which may look up names on it: what waits for answers must not wait for those. */
    private final ExecutorService exchanges =
            Executors.newFixedThreadPool(THREADS, Threads.daemons("payment-exchange"));

    /** Where callers' futures end. */
    private final ExecutorService answers = Executors.newFixedThreadPool(THREADS, Threads.daemons("payment-answer"));

    private final ScheduledExecutorService timer = Threads.timer("payment-timer");
    private final Bulkhead bulkhead;
    private final Retry retry;
    private final CircuitBreaker breaker;
    private final TimeLimiter limiter;
    private final PaymentMetrics metrics;
    private final Set<Call> calls = ConcurrentHashMap.newKeySet();

    /**
     * Null when closed: the client of Java 17 has no close, and that of later ones waits in it; its thread ends when nobody
     * refers to the client.
     */
    private volatile @Nullable HttpClient client;

    HttpPaymentProvider(URI url, PaymentSettings settings, MeterRegistry registry) {
        this.url = url;
        this.settings = settings;
        bulkhead = Bulkhead.of(
                NAME,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(settings.callsMax())
                        .maxWaitDuration(Duration.ZERO)
                        .writableStackTraceEnabled(false)
                        .build());
        retry = Retry.of(
                NAME,
                RetryConfig.custom()
                        .maxAttempts(settings.attempts())
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(
                                settings.retryPause(), 2, PaymentSettings.PAUSE_SPREAD))
                        .retryOnException(HttpPaymentProvider::worthAnotherAttempt)
                        .build());
        breaker = CircuitBreaker.of(
                NAME,
                CircuitBreakerConfig.custom()
                        .slidingWindowType(CircuitBreakerConfig.SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(settings.breakerWindow())
                        .minimumNumberOfCalls(Math.max(1, settings.breakerWindow() / 2))
                        .failureRateThreshold(PaymentSettings.BREAKER_FAILURES_PERCENT)
                        .waitDurationInOpenState(settings.breakerPause())
                        .permittedNumberOfCallsInHalfOpenState(PaymentSettings.BREAKER_TRIALS)
                        .recordException(failure -> !isRefusal(failure))
                        .writableStackTraceEnabled(false)
                        .build());
        limiter = TimeLimiter.of(
                NAME,
                TimeLimiterConfig.custom()
                        .timeoutDuration(settings.callTimeout())
                        .build());
        metrics = new PaymentMetrics(registry, breaker, bulkhead);
        client = HttpClient.newBuilder()
                // Payments are few, and an upgrade in plain text is one more thing to go wrong.
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(settings.callTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                .executor(exchanges)
                .build();
    }

    /** A call that runs: what it ends in, and the attempt that is under way. */
    private static final class Call {
        private final PaymentOperation operation;
        private final PaymentRequest request;
        private final CompletableFuture<PaymentAnswer> outcome = new CompletableFuture<>();
        private volatile @Nullable CompletableFuture<?> attempt;

        Call(PaymentOperation operation, PaymentRequest request) {
            this.operation = operation;
            this.request = request;
        }
    }

    @Override
    public CompletableFuture<PaymentAnswer> charge(PaymentRequest request) {
        return call(new Call(PaymentOperation.CHARGE, request));
    }

    @Override
    public CompletableFuture<PaymentAnswer> refund(PaymentRequest request) {
        return call(new Call(PaymentOperation.REFUND, request));
    }

    @Override
    public CompletableFuture<PaymentAnswer> cancel(PaymentRequest request) {
        return call(new Call(PaymentOperation.CANCEL, request));
    }

    private CompletableFuture<PaymentAnswer> call(Call call) {
        long begin = System.nanoTime();
        calls.add(call);
        if (client == null) {
            calls.remove(call);
            return CompletableFuture.completedFuture(closed(call));
        }
        bulkhead.executeCompletionStage(() ->
                        retry.executeCompletionStage(timer, () -> breaker.executeCompletionStage(() -> limited(call))))
                .whenComplete((answer, failure) -> end(call, answer, failure, begin));
        return call.outcome;
    }

    private void end(Call call, @Nullable PaymentAnswer answer, @Nullable Throwable failure, long begin) {
        PaymentAnswer told = answer != null ? answer : unknown(call, failure);
        calls.remove(call);
        metrics.answered(call.operation, told.result(), System.nanoTime() - begin);
        if (call.outcome.isDone()) {
            return;
        }
        // Neither on the timer's thread, which others wait for, nor on the caller's.
        answers.execute(() -> call.outcome.complete(told));
    }

    private CompletionStage<PaymentAnswer> limited(Call call) {
        return limiter.executeCompletionStage(timer, () -> attempt(call))
                .whenComplete((answer, failure) -> attempted(call, failure));
    }

    private CompletableFuture<PaymentAnswer> attempt(Call call) {
        HttpClient http = client;
        if (http == null) {
            return CompletableFuture.failedFuture(ProviderTrouble.refusal("this node stops"));
        }
        CompletableFuture<HttpResponse<byte[]>> sent = http.sendAsync(httpRequest(call), response -> new LimitedBody());
        call.attempt = sent;
        if (client == null) {
            // Closed meanwhile, perhaps too early to have seen this attempt.
            sent.cancel(true);
        }
        return sent.handle((response, failure) -> read(call, response, failure));
    }

    /** After each attempt, and before anyone hears of it. */
    private void attempted(Call call, @Nullable Throwable failure) {
        metrics.attempted(call.operation, ended(failure));
        CompletableFuture<?> attempt = call.attempt;
        if (attempt != null) {
            // The limiter lets go of the answer only; the connection would wait for it for ever.
            attempt.cancel(true);
        }
    }

    private HttpRequest httpRequest(Call call) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(
                        URI.create(url + call.operation.path(call.request.reference())))
                .header("Content-Type", "application/json")
                .header("Accept", "application/json")
                .method(
                        call.operation.httpMethod(),
                        HttpRequest.BodyPublishers.ofByteArray(PaymentJson.write(call.request)));
        if (settings.token() != null) {
            builder.header("Authorization", "Bearer " + settings.token());
        }
        return builder.build();
    }

    private static PaymentAnswer read(Call call, @Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
        if (response == null) {
            Throwable cause = failure == null ? new IOException("no response") : unwrapped(failure);
            throw new CompletionException(ProviderTrouble.passing("no answer: " + cause, cause));
        }
        int status = response.statusCode();
        if (status < OK || status >= SUCCESS_END) {
            String message = "the provider answered with status " + status;
            throw new CompletionException(
                    status >= 400 && status < 500 && !PASSING_REFUSALS.contains(status)
                            ? ProviderTrouble.refusal(message)
                            : ProviderTrouble.passing(message));
        }
        try {
            return PaymentJson.readAnswer(call.operation, call.request, response.body());
        } catch (IOException e) {
            // The body is the provider's and may hold anything: it is not shown.
            throw new CompletionException(ProviderTrouble.passing("the provider's answer cannot be read", e));
        }
    }

    private static PaymentMetrics.End ended(@Nullable Throwable failure) {
        if (failure == null) {
            return PaymentMetrics.End.ANSWERED;
        }
        Throwable cause = unwrapped(failure);
        if (isRefusal(cause)) {
            return PaymentMetrics.End.REFUSED;
        }
        return cause instanceof TimeoutException || cause.getCause() instanceof HttpTimeoutException
                ? PaymentMetrics.End.TIMEOUT
                : PaymentMetrics.End.FAILED;
    }

    private PaymentAnswer unknown(Call call, @Nullable Throwable failure) {
        Throwable cause = failure == null ? new IllegalStateException("no answer and no failure") : unwrapped(failure);
        // These two come by the hundred while something is wrong, so they are not logged; they are counted.
        if (cause instanceof BulkheadFullException) {
            return PaymentAnswer.unknown(
                    call.request, "not asked: " + settings.callsMax() + " calls to the provider are running");
        }
        if (cause instanceof CallNotPermittedException) {
            return PaymentAnswer.unknown(call.request, "not asked: the provider is left alone after too many failures");
        }
        String reason;
        if (cause instanceof TimeoutException) {
            reason = "the provider did not answer within "
                    + settings.callTimeout().toMillis() + " ms";
        } else if (cause instanceof ProviderTrouble && cause.getMessage() != null) {
            reason = cause.getMessage();
        } else {
            LOG.error("A payment call failed in a way that was not foreseen [{}]", call.request, cause);
            return PaymentAnswer.unknown(call.request, "internal: " + cause);
        }
        LOG.warn("No answer to a payment call [operation={}, {}, cause={}]", call.operation, call.request, reason);
        return PaymentAnswer.unknown(call.request, reason);
    }

    private static PaymentAnswer closed(Call call) {
        return PaymentAnswer.unknown(call.request, "this node stops");
    }

    private static boolean worthAnotherAttempt(Throwable failure) {
        return failure instanceof TimeoutException
                || (failure instanceof ProviderTrouble trouble && !trouble.isRefusal());
    }

    private static boolean isRefusal(Throwable failure) {
        return failure instanceof ProviderTrouble trouble && trouble.isRefusal();
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    @Override
    public void close() {
        client = null;
        timer.shutdownNow();
        for (Call call : calls) {
            call.outcome.complete(closed(call));
            CompletableFuture<?> attempt = call.attempt;
            if (attempt != null) {
                attempt.cancel(true);
            }
        }
        metrics.close();
        exchanges.shutdown();
        answers.shutdown();
    }
}
