package io.storegrid.api.http;

import io.javalin.http.Context;
import io.javalin.router.Endpoint;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts requests by route template, method and status, with a latency histogram of fixed buckets. Routes come from the
 * table and unknown paths share one name, so no caller can make the number of series grow. Thread-safe.
 */
public final class HttpMetrics {

    private static final String STARTED_NANOS = "storegrid.started-nanos";

    private static final String METRICS = "storegrid.metrics";

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private record Series(String method, String route, int status) {}

    private final MeterRegistry registry;
    private final ConcurrentMap<Series, Timer> timers = new ConcurrentHashMap<>();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final DistributionSummary bodyBytes;

    public HttpMetrics(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder("http.server.requests.in.flight", inFlight, AtomicInteger::get)
                .description("Requests that were taken and not answered yet")
                .register(registry);
        bodyBytes = DistributionSummary.builder("http.server.request.body")
                .description("Bytes of request bodies that were read")
                .baseUnit("bytes")
                .register(registry);
    }

    /** A request begins. */
    public void begin(Context ctx) {
        inFlight.incrementAndGet();
        ctx.attribute(STARTED_NANOS, System.nanoTime());
        ctx.attribute(METRICS, this);
    }

    /** Counts a request as answered although its reply goes on: how long somebody listens is no latency. */
    public static void answered(Context ctx) {
        HttpMetrics metrics = ctx.attribute(METRICS);
        if (metrics != null) {
            metrics.end(ctx);
        }
    }

    /** A request ends; counted once, however often this is called for it. */
    public void end(Context ctx) {
        Long started = ctx.attribute(STARTED_NANOS);
        if (started == null) {
            return;
        }
        ctx.attribute(STARTED_NANOS, null);
        inFlight.decrementAndGet();
        Endpoint endpoint = ctx.endpoints().lastHttpEndpoint();
        Series series = endpoint == null
                ? new Series("any", "unmatched", ctx.statusCode())
                : new Series(endpoint.method.name(), endpoint.path, ctx.statusCode());
        timers.computeIfAbsent(series, this::timer).record(Duration.ofNanos(System.nanoTime() - started));
        Long bytes = ctx.attribute(RequestBodies.BYTES_READ);
        if (bytes != null) {
            bodyBytes.record(bytes);
        }
    }

    /** Notes how many bytes of the body of {@code ctx} were read. */
    public static void bodyRead(Context ctx, long bytes) {
        ctx.attribute(RequestBodies.BYTES_READ, bytes);
    }

    private Timer timer(Series series) {
        return Timer.builder("http.server.requests")
                .description("Requests by route, method and status")
                .tag("method", series.method())
                .tag("route", series.route())
                .tag("status", Integer.toString(series.status()))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
