package io.storegrid.bench;

import io.storegrid.persistence.TestDatabase;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * One contender under measurement: warms up by a number of operations, then takes turns of about one length and keeps count
 * of what its books must say.
 */
final class Turn {

    private static final int OPERATIONS_MIN = 400;
    private static final int CALIBRATION = 300;

    private final Contender contender;
    private final Demand demand;
    private long held;
    private long units;
    private long refused;

    Turn(Contender contender, Demand demand) {
        this.contender = contender;
        this.demand = demand;
    }

    Contender contender() {
        return contender;
    }

    /** Runs operations that are not measured, so that what is measured is compiled code. */
    void warmUp(int callers, int operations) {
        run(callers, operations);
        contender.batch();
    }

    /** A measured turn of about {@code seconds}, at most {@code operationsMax} operations. */
    Cost take(int callers, double seconds, int operationsMax) {
        ClosedLoop.Run probe = run(callers, Math.max(CALIBRATION, callers * 4));
        int operations =
                (int) Math.min(operationsMax, Math.max(OPERATIONS_MIN, Math.round(probe.perSecond() * seconds)));
        contender.batch();
        long self = ProcessHandle.current().pid();
        long server = TestDatabase.server().pid();
        long jvmBefore = CpuMeter.process(self);
        long databaseBefore = CpuMeter.withChildren(server);
        ClosedLoop.Run run = run(callers, operations);
        double jvm = CpuMeter.process(self) - jvmBefore;
        double database = CpuMeter.withChildren(server) - databaseBefore;
        return new Cost(
                run.perSecond(),
                run.latencyMicros(0.5),
                run.latencyMicros(0.99),
                jvm / operations,
                database / operations,
                contender.batch());
    }

    private ClosedLoop.Run run(int callers, int operations) {
        Supplier<CompletableFuture<Boolean>> next = () -> contender.reserve(demand.next());
        ClosedLoop.Run run = ClosedLoop.run(next, callers, operations);
        held += run.held();
        units += run.held() * demand.lines();
        refused += run.refused();
        return run;
    }

    /** Fails unless the books say what callers were told. */
    void check() {
        contender.books().check(contender.name(), held, units, refused);
    }
}
