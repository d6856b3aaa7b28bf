package io.storegrid.torture;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** Microseconds since the epoch, that never go back: the system's time at the start of the run, and what passed since. */
final class Clock {

    private final long startMicros = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    private final long startNanos = System.nanoTime();

    long micros() {
        return startMicros + (System.nanoTime() - startNanos) / 1_000;
    }
}
