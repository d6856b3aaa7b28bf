package io.storegrid.compute.payment;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Limits;
import java.net.URI;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which payment provider, and how much patience with it. A bad value is refused, never clamped.
 *
 * @param provider name of a {@link PaymentProviderFactory}
 * @param url where the provider is asked, without a slash at its end; null for those that need none
 * @param callbackUrl address of this store's API as the provider sees it, without a slash at its end; null when the provider
 *     is told of none, and answers that come late are fetched by asking again
 * @param token what this store proves itself with, visible ASCII; null for nothing
 * @param callTimeout how long one attempt may take; 10 ms to 60 s
 * @param attempts how often one call is tried, 1 to 10; more makes callers wait where a later call does as well
 * @param retryPause before the second attempt, doubled before each later one, each time half more or less by chance, so that
 *     many callers do not come back at once; 10 ms to 10 s
 * @param callsMax calls that run at one time; above it callers get UNKNOWN at once. 1 to 10 000
 * @param breakerWindow attempts whose failures are counted, the newest ones, 2 to 10 000; at half of them failed the provider
 *     is left alone
 * @param breakerPause how long it is left alone, before a few trial calls; 10 ms to 10 min
 */
public record PaymentSettings(
        String provider,
        @Nullable URI url,
        @Nullable URI callbackUrl,
        @Nullable String token,
        Duration callTimeout,
        int attempts,
        Duration retryPause,
        int callsMax,
        int breakerWindow,
        Duration breakerPause) {

    /** Longer than any provider takes that works, shorter than a shopper's patience even three times over. */
    public static final Duration CALL_TIMEOUT_DEFAULT = Duration.ofSeconds(2);

    /** The least and the most that {@code callTimeout} can be. */
    public static final Duration CALL_TIMEOUT_MIN = Duration.ofMillis(10);

    public static final Duration CALL_TIMEOUT_MAX = Duration.ofSeconds(60);

    /** A lost packet, a restarted server: what a second try does not heal, a third hardly ever does. */
    public static final int ATTEMPTS_DEFAULT = 3;

    public static final Duration RETRY_PAUSE_DEFAULT = Duration.ofMillis(200);

    /** Calls, and so connections: 500 payments a second where the provider takes half a second for one. */
    public static final int CALLS_MAX_DEFAULT = 256;

    /** Attempts: enough that a few shoppers' bad luck does not shut out all others. */
    public static final int BREAKER_WINDOW_DEFAULT = 20;

    /** Percent of the window that must fail for the provider to be left alone. */
    public static final int BREAKER_FAILURES_PERCENT = 50;

    /** About the time that a provider's restart takes. */
    public static final Duration BREAKER_PAUSE_DEFAULT = Duration.ofSeconds(5);

    /** Calls let through after the pause; half of them must succeed. */
    public static final int BREAKER_TRIALS = 3;

    private static final Duration PAUSE_MIN = Duration.ofMillis(10);
    private static final Duration RETRY_PAUSE_MAX = Duration.ofSeconds(10);
    private static final Duration BREAKER_PAUSE_MAX = Duration.ofMinutes(10);
    private static final int ATTEMPTS_MAX = 10;
    private static final int COUNT_MAX = 10_000;

    /** How far a pause is stretched or cut by chance. */
    static final double PAUSE_SPREAD = 0.5;

    private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,4096}");

    static {
        InvariantViolation.require(
                defaults("none").longestCall().multipliedBy(4).compareTo(Limits.HOLD_TTL_DEFAULT) < 0,
                "a charge, its repeat and its cancellation may outlast the hold they are made for");
    }

    public PaymentSettings {
        require(!provider.isBlank(), "payment provider must be named");
        require(url == null || isBase(url), "payment url must be http[s]://host[:port][/path]");
        require(
                callbackUrl == null || isBase(callbackUrl),
                "payment callback url must be http[s]://host[:port][/path]");
        require(token == null || isToken(token), "payment token must be one word of visible ASCII characters");
        require(within(callTimeout, CALL_TIMEOUT_MIN, CALL_TIMEOUT_MAX), "payment call timeout must be 10 ms to 60 s");
        require(within(attempts, 1, ATTEMPTS_MAX), "payment attempts must be 1 to " + ATTEMPTS_MAX);
        require(within(retryPause, PAUSE_MIN, RETRY_PAUSE_MAX), "payment retry pause must be 10 ms to 10 s");
        require(within(callsMax, 1, COUNT_MAX), "payment calls at one time must be 1 to " + COUNT_MAX);
        require(within(breakerWindow, 2, COUNT_MAX), "payment breaker window must be 2 to " + COUNT_MAX);
        require(within(breakerPause, PAUSE_MIN, BREAKER_PAUSE_MAX), "payment breaker pause must be 10 ms to 10 min");
    }

    /** The provider of that name, and nothing else said. */
    public static PaymentSettings defaults(String provider) {
        return new PaymentSettings(
                provider,
                null,
                null,
                null,
                CALL_TIMEOUT_DEFAULT,
                ATTEMPTS_DEFAULT,
                RETRY_PAUSE_DEFAULT,
                CALLS_MAX_DEFAULT,
                BREAKER_WINDOW_DEFAULT,
                BREAKER_PAUSE_DEFAULT);
    }

    /** Whether paths can be put after {@code uri}: http or https, a host, and neither user, query, fragment nor last slash. */
    public static boolean isBase(URI uri) {
        return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null
                && !uri.getRawPath().endsWith("/");
    }

    /** Whether {@code text} fits into a header. */
    public static boolean isToken(String text) {
        return TOKEN.matcher(text).matches();
    }

    public PaymentSettings withUrl(@Nullable URI newUrl) {
        return new PaymentSettings(
                provider,
                newUrl,
                callbackUrl,
                token,
                callTimeout,
                attempts,
                retryPause,
                callsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withCallbackUrl(@Nullable URI newCallbackUrl) {
        return new PaymentSettings(
                provider,
                url,
                newCallbackUrl,
                token,
                callTimeout,
                attempts,
                retryPause,
                callsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withToken(@Nullable String newToken) {
        return new PaymentSettings(
                provider,
                url,
                callbackUrl,
                newToken,
                callTimeout,
                attempts,
                retryPause,
                callsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withCallTimeout(Duration newCallTimeout) {
        return new PaymentSettings(
                provider,
                url,
                callbackUrl,
                token,
                newCallTimeout,
                attempts,
                retryPause,
                callsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withAttempts(int newAttempts, Duration newRetryPause) {
        return new PaymentSettings(
                provider,
                url,
                callbackUrl,
                token,
                callTimeout,
                newAttempts,
                newRetryPause,
                callsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withCallsMax(int newCallsMax) {
        return new PaymentSettings(
                provider,
                url,
                callbackUrl,
                token,
                callTimeout,
                attempts,
                retryPause,
                newCallsMax,
                breakerWindow,
                breakerPause);
    }

    public PaymentSettings withBreaker(int newBreakerWindow, Duration newBreakerPause) {
        return new PaymentSettings(
                provider,
                url,
                callbackUrl,
                token,
                callTimeout,
                attempts,
                retryPause,
                callsMax,
                newBreakerWindow,
                newBreakerPause);
    }

    /** The longest that one call goes on, all its attempts and pauses together. */
    public Duration longestCall() {
        long pausesMs = 0;
        for (int pause = 0; pause < attempts - 1; pause++) {
            pausesMs += (long) Math.ceil((retryPause.toMillis() << pause) * (1 + PAUSE_SPREAD));
        }
        return callTimeout.multipliedBy(attempts).plusMillis(pausesMs);
    }

    /** Where the provider posts what it has to say of an order; null when it is told of no such place. */
    public @Nullable URI callbackFor(String orderId) {
        return callbackUrl == null ? null : URI.create(callbackUrl + "/v1/orders/" + orderId + "/payments");
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "PaymentSettings[provider=" + provider + ", url=" + url + ", callbackUrl=" + callbackUrl
                + ", callTimeout=" + callTimeout + ", attempts=" + attempts + "]";
    }

    private static boolean within(Duration value, Duration least, Duration most) {
        return value.compareTo(least) >= 0 && value.compareTo(most) <= 0;
    }

    private static boolean within(int value, int least, int most) {
        return value >= least && value <= most;
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
