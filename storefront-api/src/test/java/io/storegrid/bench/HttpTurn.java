package io.storegrid.bench;

import io.storegrid.persistence.TestDatabase;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One server under one kind of request: warms up by a number of requests, then takes turns of about one length and keeps
 * count of what was acknowledged. What a server's own JVM and PostgreSQL use is counted, what the client uses is not.
 */
final class HttpTurn {

    static final int OPERATIONS_MIN = 400;
    private static final int CALIBRATION = 500;

    /** What the server before may still have to do: tell caches, write out, collect garbage. */
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final String name;
    private final ServerProcess server;
    private final int status;
    private final Supplier<byte[]> requests;
    private final int connections;
    private long acknowledged;

    /** @param status what every request must be answered with */
    HttpTurn(String name, ServerProcess server, int connections, int status, Supplier<byte[]> requests) {
        this.name = name;
        this.server = server;
        this.status = status;
        this.requests = requests;
        this.connections = connections;
    }

    /** What it is called in tables. */
    String name() {
        return name;
    }

    ServerProcess server() {
        return server;
    }

    /** Requests that were answered with the status that was expected. */
    long acknowledged() {
        return acknowledged;
    }

    /** Sends requests that are not measured, so that what is measured is compiled code. */
    void warmUp(int operations) {
        try (HttpLoad load = connect()) {
            run(load, operations);
        }
    }

    /** A measured turn of about {@code seconds}. */
    Cost take(double seconds) {
        LockSupport.parkNanos(SETTLE_NANOS);
        try (HttpLoad load = connect()) {
            return measure(load, (int) Math.round(run(load, CALIBRATION).perSecond() * seconds));
        }
    }

    /** A measured turn of {@code operations} requests, or a few more. */
    Cost measure(int operations) {
        try (HttpLoad load = connect()) {
            return measure(load, operations);
        }
    }

    private Cost measure(HttpLoad load, int operations) {
        int count = Math.max(OPERATIONS_MIN, operations);
        long postgres = TestDatabase.server().pid();
        long jvmBefore = CpuMeter.process(server.pid());
        long databaseBefore = CpuMeter.withChildren(postgres);
        ClosedLoop.Run run = run(load, count);
        double jvm = CpuMeter.process(server.pid()) - jvmBefore;
        double database = CpuMeter.withChildren(postgres) - databaseBefore;
        return new Cost(
                run.perSecond(), run.latencyMicros(0.5), run.latencyMicros(0.99), jvm / count, database / count, 1);
    }

    /** Anew for each turn: a server closes connections that were silent while others had theirs. */
    private HttpLoad connect() {
        return new HttpLoad(server.port(), connections);
    }

    private ClosedLoop.Run run(HttpLoad load, int operations) {
        ClosedLoop.Run run = load.run(requests, status, operations);
        acknowledged += operations;
        return run;
    }
}
