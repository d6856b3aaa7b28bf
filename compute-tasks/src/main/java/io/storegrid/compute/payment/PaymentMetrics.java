package io.storegrid.compute.payment;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** What calls to the provider count. Thread-safe; {@link #close} takes the gauges along, the counters stay. */
final class PaymentMetrics implements AutoCloseable {

    /** How one attempt of a call ended. */
    enum End {
        ANSWERED,
        REFUSED,
        TIMEOUT,
        FAILED
    }

    private final MeterRegistry registry;
    private final List<Meter> gauges = new ArrayList<>();

    PaymentMetrics(MeterRegistry registry, CircuitBreaker breaker, Bulkhead bulkhead) {
        this.registry = registry;
        for (PaymentOperation operation : PaymentOperation.values()) {
            // From nothing on, so that a rate can be seen from the first event.
            for (Result result : Result.values()) {
                if (result == Result.UNKNOWN || operation.canEndIn(result)) {
                    answers(operation, result);
                }
            }
            for (End end : End.values()) {
                attempts(operation, end);
            }
        }
        for (CircuitBreaker.State state :
                List.of(CircuitBreaker.State.CLOSED, CircuitBreaker.State.OPEN, CircuitBreaker.State.HALF_OPEN)) {
            gauges.add(Gauge.builder("storegrid.payment.breaker", breaker, b -> b.getState() == state ? 1 : 0)
                    .description("1 for the state that the circuit breaker is in")
                    .tag("state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry));
        }
        gauges.add(Gauge.builder(
                        "storegrid.payment.calls.running",
                        bulkhead.getMetrics(),
                        b -> b.getMaxAllowedConcurrentCalls() - b.getAvailableConcurrentCalls())
                .description("Calls to the provider that run, their pauses included")
                .register(registry));
    }

    void answered(PaymentOperation operation, Result result, long nanos) {
        answers(operation, result).increment();
        Timer.builder("storegrid.payment.call.time")
                .description("From asking to the answer, repeats and pauses included")
                .tag("operation", operation.label())
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    void attempted(PaymentOperation operation, End end) {
        attempts(operation, end).increment();
    }

    private Counter answers(PaymentOperation operation, Result result) {
        return Counter.builder("storegrid.payment.calls")
                .description("Calls to the payment provider by what became of them")
                .tag("operation", operation.label())
                .tag("result", result.name())
                .register(registry);
    }

    private Counter attempts(PaymentOperation operation, End end) {
        return Counter.builder("storegrid.payment.attempts")
                .description("Requests sent to the payment provider by how they ended")
                .tag("operation", operation.label())
                .tag("end", end.name().toLowerCase(Locale.ROOT))
                .register(registry);
    }

    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }
}
