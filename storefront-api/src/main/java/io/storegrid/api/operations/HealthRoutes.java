package io.storegrid.api.operations;

import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.storegrid.api.http.Replies;
import io.storegrid.compute.gateway.Operations;
import java.util.List;

/** {@code /health} and {@code /metrics}: for probes, which read the status and nothing else. Thread-safe. */
public final class HealthRoutes {

    private record Live(String status, String node) {}

    private record Ready(boolean ready, boolean degraded, String node, List<Operations.Check> checks) {}

    private final Operations operations;
    private final PrometheusMeterRegistry registry;
    private final String nodeName;

    public HealthRoutes(Operations operations, PrometheusMeterRegistry registry, String nodeName) {
        this.operations = operations;
        this.registry = registry;
        this.nodeName = nodeName;
    }

    public void live(Context ctx) {
        Replies.json(ctx, 200, Replies.NEVER, new Live("live", nodeName));
    }

    public void ready(Context ctx) {
        Operations.Readiness readiness = operations.readiness();
        if (!readiness.ready()) {
            ctx.header("Retry-After", "1");
        }
        Replies.json(
                ctx,
                readiness.ready() ? 200 : 503,
                Replies.NEVER,
                new Ready(readiness.ready(), readiness.degraded(), nodeName, readiness.checks()));
    }

    public void metrics(Context ctx) {
        ctx.contentType("text/plain; version=0.0.4; charset=utf-8")
                .header("Cache-Control", Replies.NEVER)
                .result(registry.scrape());
    }
}
