package io.storegrid.api;

import java.time.Duration;

/**
 * Where and how the API listens.
 *
 * @param host address to listen on; loopback by default, so that nobody else can reach a store that nobody secured
 * @param port TCP port, 0…65 535; 0 takes a free one; default 8080
 * @param requestTimeout the longest a caller waits for a write, 100 ms…60 s; default 5 s; longer than the database's
 *     own time-outs, or callers hear "unknown" where "unavailable" is the truth
 */
public record HttpSettings(String host, int port, Duration requestTimeout) {

    /** The address that only this machine reaches. */
    public static final String LOOPBACK = "127.0.0.1";

    /** The port when nobody says otherwise. */
    public static final int PORT_DEFAULT = 8080;

    /** The deadline when nobody says otherwise. */
    public static final Duration REQUEST_TIMEOUT_DEFAULT = Duration.ofSeconds(5);

    private static final Duration REQUEST_TIMEOUT_MIN = Duration.ofMillis(100);
    private static final Duration REQUEST_TIMEOUT_MAX = Duration.ofSeconds(60);

    public HttpSettings {
        if (host.isBlank()) {
            throw new IllegalArgumentException("HTTP host must not be blank");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("HTTP port must be 0 to 65535, is " + port);
        }
        if (requestTimeout.compareTo(REQUEST_TIMEOUT_MIN) < 0 || requestTimeout.compareTo(REQUEST_TIMEOUT_MAX) > 0) {
            throw new IllegalArgumentException("HTTP request timeout must be 100 ms to 60 s, is " + requestTimeout);
        }
    }

    /** Loopback, port 8080, 5 s. */
    public static HttpSettings defaults() {
        return new HttpSettings(LOOPBACK, PORT_DEFAULT, REQUEST_TIMEOUT_DEFAULT);
    }

    /** These settings with another port. */
    public HttpSettings withPort(int newPort) {
        return new HttpSettings(host, newPort, requestTimeout);
    }

    /** These settings with another address. */
    public HttpSettings withHost(String newHost) {
        return new HttpSettings(newHost, port, requestTimeout);
    }

    /** These settings with another deadline. */
    public HttpSettings withRequestTimeout(Duration newRequestTimeout) {
        return new HttpSettings(host, port, newRequestTimeout);
    }
}
