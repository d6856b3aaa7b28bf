package io.storegrid.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.load.LoadSettings.Bounds;
import io.storegrid.load.LoadSettings.BoundsOf;
import io.storegrid.load.LoadSettings.Demand;
import io.storegrid.load.LoadSettings.Profile;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LoadSettingsTest {

    private static final BoundsOf BOUNDS = new BoundsOf(new Bounds(100, 200), new Bounds(1_000, 2_000));

    @Test
    void assumesALaptop() {
        assertEquals(
                new LoadSettings(
                        List.of(URI.create("http://localhost:8080")),
                        Profile.LAPTOP,
                        20,
                        0,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(30),
                        Duration.ZERO,
                        1_000,
                        100_000,
                        Demand.UNIFORM,
                        10_000,
                        1_000,
                        new Bounds(100, 200)),
                read(Map.of()));
    }

    @Test
    void aThousandThinkAndAreWaitedForLonger() {
        LoadSettings settings = read(Map.of("profile", "thousand"));
        assertEquals(1_000, settings.users());
        assertEquals(Duration.ofSeconds(15), settings.ramp());
        assertEquals(Duration.ofSeconds(1), settings.think());
        assertEquals(new Bounds(1_000, 2_000), settings.bounds());
    }

    @Test
    void takesEverySetting() {
        assertEquals(
                new LoadSettings(
                        List.of(URI.create("http://a:1"), URI.create("https://b:2")),
                        Profile.THOUSAND,
                        7,
                        8,
                        Duration.ofSeconds(9),
                        Duration.ofSeconds(10),
                        Duration.ofMillis(11),
                        12,
                        13,
                        Demand.ZIPF,
                        14,
                        15,
                        new Bounds(16, 17)),
                read(Map.ofEntries(
                        Map.entry("targets", "http://a:1/, https://b:2"),
                        Map.entry("target", "http://unused:1"),
                        Map.entry("profile", "thousand"),
                        Map.entry("users", "7"),
                        Map.entry("rate", "8"),
                        Map.entry("ramp", "9"),
                        Map.entry("duration", "10"),
                        Map.entry("think", "11"),
                        Map.entry("skus", "12"),
                        Map.entry("stock", "13"),
                        Map.entry("demand", "zipf"),
                        Map.entry("shoppers", "14"),
                        Map.entry("units", "15"),
                        Map.entry("p95", "16"),
                        Map.entry("p99", "17"))));
    }

    @ParameterizedTest(name = "-D{0} is taken from {1} to {2}")
    @CsvSource({
        "users, 1, 10000",
        "rate, 0, 10000",
        "ramp, 0, 3600",
        "duration, 1, 604800",
        "think, 0, 60000",
        "skus, 4, 100000",
        "stock, 0, 10000000",
        "shoppers, 1, 1000000",
        "units, 1, 1000000",
        "p95, 1, 60000",
        "p99, 1, 60000"
    })
    void keepsBounds(String name, int least, int most) {
        read(Map.of(name, String.valueOf(least)));
        read(Map.of(name, String.valueOf(most)));
        for (String bad : List.of(String.valueOf(least - 1), String.valueOf(most + 1), "", "viele", "1.5")) {
            assertTrue(refusal(Map.of(name, bad)).contains("-D" + name + " must be a whole number from " + least), bad);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost:8080",
                "http://",
                "ftp://a",
                "http://a/v1",
                "http://a?b",
                "http://a:1,",
                "http://a b"
            })
    void refusesWhatIsNoTarget(String target) {
        assertTrue(refusal(Map.of("target", target)).contains("-Dtarget must be http://host:port without a path"));
        assertTrue(refusal(Map.of("targets", target)).contains("-Dtargets must be http://host:port,"));
    }

    @Test
    void namesAllProblemsAtOnce() {
        String refusal = refusal(Map.of("users", "0", "demand", "ZIPF", "profile", "server", "target", "here"));
        assertTrue(refusal.contains("-Dusers must be a whole number from 1 to 10000, is '0'"), refusal);
        assertTrue(refusal.contains("-Ddemand must be uniform or zipf, is 'ZIPF'"), refusal);
        assertTrue(refusal.contains("-Dprofile must be laptop or thousand, is 'server'"), refusal);
        assertTrue(refusal.contains("-Dtarget must be http://host:port without a path, is 'here'"), refusal);
    }

    private static LoadSettings read(Map<String, String> properties) {
        return LoadSettings.read(properties::get, Profile.LAPTOP, BOUNDS);
    }

    private static String refusal(Map<String, String> properties) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> read(properties))
                .getMessage());
    }
}
