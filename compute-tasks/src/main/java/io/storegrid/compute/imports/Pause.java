package io.storegrid.compute.imports;

import java.time.Duration;

/** Waits before another try; tests bring one that does not. */
@FunctionalInterface
interface Pause {

    /** From 100 ms, doubling, to 5 s: quick over a restart, patient over an outage. */
    Pause BACKOFF = attempt -> Thread.sleep(Math.min(Duration.ofSeconds(5).toMillis(), 100L << Math.min(attempt, 10)));

    /** @param attempt tries that failed before, from 0 */
    void before(int attempt) throws InterruptedException;
}
