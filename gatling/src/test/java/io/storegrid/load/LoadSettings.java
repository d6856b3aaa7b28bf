package io.storegrid.load;

import java.net.URI;
import java.time.Duration;

/**
 * What a run is told by system properties.
 *
 * @param target {@code -Dtarget}: where the store answers, default {@code http://localhost:8080}
 * @param users {@code -Dusers}: shoppers at any one time, default 20, at least 1
 * @param duration {@code -Dduration}: how long new shoppers come, seconds, default 30, at least 1
 * @param skus {@code -Dskus}: products that the shoppers choose from, default 1000, at least 4; fewer means more contention
 */
record LoadSettings(URI target, int users, Duration duration, int skus) {

    static LoadSettings fromSystemProperties() {
        return new LoadSettings(
                URI.create(System.getProperty("target", "http://localhost:8080")),
                number("users", 20, 1),
                Duration.ofSeconds(number("duration", 30, 1)),
                number("skus", 1_000, 4));
    }

    private static int number(String name, int unsaid, int least) {
        int value = Integer.getInteger(name, unsaid);
        if (value < least) {
            throw new IllegalArgumentException("-D" + name + " must be at least " + least + ", not " + value);
        }
        return value;
    }
}
