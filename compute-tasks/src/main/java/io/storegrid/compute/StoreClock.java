package io.storegrid.compute;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The database's time as this node knows it, without a round trip: the last reading that PostgreSQL gave, moved on by the
 * monotonic clock. Used to say when something was made and to show a hold as expired; whether a hold may still be
 * confirmed is asked of PostgreSQL in the statement that does it. Thread-safe.
 */
public final class StoreClock {

    /** A reading that took longer on its way says little; it is used only when there is nothing better. */
    private static final long GOOD_ROUND_TRIP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** After this long even a poor reading beats an old one. */
    private static final long STALE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private record Reading(long databaseMicros, long atNanos) {}

    private final AtomicReference<@Nullable Reading> last = new AtomicReference<>();

    /**
     * Takes in what PostgreSQL said.
     *
     * @param databaseMicros its {@code clock_timestamp()}, microseconds since the epoch
     * @param sentNanos {@link System#nanoTime} before the statement was sent
     * @param receivedNanos the same after its answer came
     */
    public void observe(long databaseMicros, long sentNanos, long receivedNanos) {
        Reading known = last.get();
        boolean good = receivedNanos - sentNanos <= GOOD_ROUND_TRIP_NANOS;
        if (known == null || good || receivedNanos - known.atNanos() > STALE_NANOS) {
            last.set(new Reading(databaseMicros, sentNanos + (receivedNanos - sentNanos) / 2));
        }
    }

    /** The database's time now, microseconds since the epoch; this machine's while no reading was taken yet. */
    public long nowMicros() {
        Reading known = last.get();
        if (known == null) {
            return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        }
        return known.databaseMicros() + TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - known.atNanos());
    }
}
