package io.storegrid.torture.check;

import io.storegrid.domain.InvariantViolation;
import java.time.Duration;

/**
 * What the checkers allow.
 *
 * @param clock between the harness' clock and PostgreSQL's, which run on one machine: error of reading both, and what the
 *     system's clock is slewed during a run
 * @param decision between PostgreSQL's clock and the time that a node writes into a row: nodes decide on their idea of the
 *     database's time, and decide again when it is off by more than half a second
 * @param poorDecision the same while or shortly after something is broken: a reading of the clock that was long on its way is
 *     used when there is no better one
 * @param lag between the time that a row says and its commit: what a transaction may take with all its time-outs. Faults that
 *     lie in between prolong it
 * @param probe from the end of a fault to a reservation that is accepted
 * @param overdue from the expiry of a hold to its settlement, away from faults
 * @param unknownShare of writes without an answer when their client's patience ended, at most
 * @param searchSteps choices that the search for an order may make for one SKU
 * @param search how long it may take for one SKU
 */
public record Bounds(
        Duration clock,
        Duration decision,
        Duration poorDecision,
        Duration lag,
        Duration probe,
        Duration overdue,
        double unknownShare,
        long searchSteps,
        Duration search) {

    /** What runs on one machine are judged by. */
    public static final Bounds STRICT = new Bounds(
            Duration.ofMillis(50),
            Duration.ofMillis(600),
            Duration.ofSeconds(6),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5),
            0.01,
            10_000_000,
            Duration.ofSeconds(60));

    public Bounds {
        InvariantViolation.require(
                clock.compareTo(decision) <= 0 && decision.compareTo(poorDecision) <= 0,
                "a tolerance is larger than the one that includes it");
    }

    long clockMicros() {
        return micros(clock);
    }

    long lagMicros() {
        return micros(lag);
    }

    static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }
}
