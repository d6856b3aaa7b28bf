package io.storegrid.compute.payment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PaymentSettingsTest {

    @Test
    void waitsThreeTimesTwoSecondsUnlessToldOtherwise() {
        PaymentSettings settings = PaymentSettings.defaults("none");
        assertEquals("none", settings.provider());
        assertNull(settings.url());
        assertNull(settings.callbackUrl());
        assertNull(settings.callbackFor("o-1"));
        assertNull(settings.token());
        assertEquals(Duration.ofSeconds(2), settings.callTimeout());
        assertEquals(3, settings.attempts());
        assertEquals(Duration.ofMillis(200), settings.retryPause());
        assertEquals(256, settings.callsMax());
        assertEquals(20, settings.breakerWindow());
        assertEquals(Duration.ofSeconds(5), settings.breakerPause());
        // Three attempts of 2 s, and pauses of 200 and 400 ms that chance may stretch by half.
        assertEquals(Duration.ofMillis(6_900), settings.longestCall());
    }

    @Test
    void takesEverySetting() {
        URI url = URI.create("https://pay.example/v2");
        URI callbackUrl = URI.create("https://loja.example");
        PaymentSettings settings = PaymentSettings.defaults("http")
                .withUrl(url)
                .withCallbackUrl(callbackUrl)
                .withToken("t0ken")
                .withCallTimeout(Duration.ofMillis(700))
                .withAttempts(5, Duration.ofMillis(30))
                .withCallsMax(7)
                .withBreaker(8, Duration.ofSeconds(9));
        assertEquals(
                new PaymentSettings(
                        "http",
                        url,
                        callbackUrl,
                        "t0ken",
                        Duration.ofMillis(700),
                        5,
                        Duration.ofMillis(30),
                        7,
                        8,
                        Duration.ofSeconds(9)),
                settings);
        assertEquals(URI.create("https://loja.example/v1/orders/o-1/payments"), settings.callbackFor("o-1"));
        assertFalse(settings.toString().contains("t0ken"));
    }

    @ParameterizedTest(
            name = "refuses time-out {0} ms, {1} attempts, pause {2} ms, {3} calls, window {4}, pause {5} ms")
    @CsvSource({
        "9,     3,  200,   256,   20,    5000",
        "60001, 3,  200,   256,   20,    5000",
        "2000,  0,  200,   256,   20,    5000",
        "2000,  11, 200,   256,   20,    5000",
        "2000,  3,  9,     256,   20,    5000",
        "2000,  3,  10001, 256,   20,    5000",
        "2000,  3,  200,   0,     20,    5000",
        "2000,  3,  200,   10001, 20,    5000",
        "2000,  3,  200,   256,   1,     5000",
        "2000,  3,  200,   256,   10001, 5000",
        "2000,  3,  200,   256,   20,    9",
        "2000,  3,  200,   256,   20,    600001",
    })
    void refusesNumbersOutOfRange(int timeout, int attempts, int pause, int calls, int window, int breakerPause) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new PaymentSettings(
                        "http",
                        null,
                        null,
                        null,
                        Duration.ofMillis(timeout),
                        attempts,
                        Duration.ofMillis(pause),
                        calls,
                        window,
                        Duration.ofMillis(breakerPause)));
    }

    @Test
    void refusesAddressesAndTokensThatCannotBeSent() {
        PaymentSettings settings = PaymentSettings.defaults("http");
        for (String url : new String[] {"ftp://h", "http:///x", "https://h/", "https://me@h", "https://h?q", "h"}) {
            assertThrows(IllegalArgumentException.class, () -> settings.withUrl(URI.create(url)), url);
            assertThrows(IllegalArgumentException.class, () -> settings.withCallbackUrl(URI.create(url)), url);
        }
        for (String token : new String[] {"", "two words", "line\nbreak", "é"}) {
            assertThrows(IllegalArgumentException.class, () -> settings.withToken(token));
        }
        assertThrows(IllegalArgumentException.class, () -> PaymentSettings.defaults(" "));
    }
}
