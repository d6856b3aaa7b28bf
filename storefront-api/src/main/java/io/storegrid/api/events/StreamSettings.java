package io.storegrid.api.events;

import java.time.Duration;

/**
 * Bounds of the streams of one node.
 *
 * @param streamsMax streams open at once, 0…10 000; default 1 000; each costs a connection and some 10 KB
 * @param heartbeat between signs of life on a silent stream, 100 ms…25 s; default 15 s; shorter than the 30 s after which a
 *     silent connection is closed
 * @param stallMax how long a client may leave unread what was written, 100 ms…10 min; default 30 s
 */
public record StreamSettings(int streamsMax, Duration heartbeat, Duration stallMax) {

    /** 1 000 streams, 15 s, 30 s. */
    public static final StreamSettings DEFAULT =
            new StreamSettings(1_000, Duration.ofSeconds(15), Duration.ofSeconds(30));

    public StreamSettings {
        if (streamsMax < 0 || streamsMax > 10_000) {
            throw new IllegalArgumentException("streams must be 0 to 10000, are " + streamsMax);
        }
        if (heartbeat.toMillis() < 100 || heartbeat.toMillis() > 25_000) {
            throw new IllegalArgumentException("heartbeat must be 100 ms to 25 s, is " + heartbeat);
        }
        if (stallMax.toMillis() < 100 || stallMax.toMinutes() > 10) {
            throw new IllegalArgumentException("stall must be 100 ms to 10 min, is " + stallMax);
        }
    }
}
