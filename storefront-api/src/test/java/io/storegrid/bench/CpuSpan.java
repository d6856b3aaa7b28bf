package io.storegrid.bench;

import io.storegrid.persistence.TestDatabase;
import java.util.Arrays;

/** CPU that some processes and PostgreSQL use between two moments, for work that is no {@link Turn}. Not thread-safe. */
final class CpuSpan {

    private final long[] processes;
    private long oursMicros;
    private long databaseMicros;
    private long oursBefore;
    private long databaseBefore;

    /** @param processes ours; PostgreSQL is the one that this JVM's test databases are in */
    CpuSpan(long... processes) {
        this.processes = processes.clone();
    }

    /** Of this JVM. */
    static CpuSpan here() {
        return new CpuSpan(ProcessHandle.current().pid());
    }

    void begin() {
        oursBefore = ours();
        databaseBefore = database();
    }

    /** Adds what was used since {@link #begin}. */
    void end() {
        oursMicros += ours() - oursBefore;
        databaseMicros += database() - databaseBefore;
    }

    double oursMicros() {
        return oursMicros;
    }

    double databaseMicros() {
        return databaseMicros;
    }

    private long ours() {
        return Arrays.stream(processes).map(CpuMeter::process).sum();
    }

    private static long database() {
        return CpuMeter.withChildren(TestDatabase.server().pid());
    }
}
