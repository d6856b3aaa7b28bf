package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class HttpSettingsTest {

    @Test
    void listensOnLoopbackByDefault() {
        assertEquals(new HttpSettings("127.0.0.1", 8080, Duration.ofSeconds(5)), HttpSettings.defaults());
    }

    @Test
    void takesEveryChange() {
        assertEquals(
                new HttpSettings("0.0.0.0", 0, Duration.ofSeconds(60)),
                HttpSettings.defaults().withHost("0.0.0.0").withPort(0).withRequestTimeout(Duration.ofSeconds(60)));
    }

    @Test
    void refusesWhatMakesNoSense() {
        HttpSettings defaults = HttpSettings.defaults();
        assertThrows(IllegalArgumentException.class, () -> defaults.withHost(" "));
        assertThrows(IllegalArgumentException.class, () -> defaults.withPort(-1));
        assertThrows(IllegalArgumentException.class, () -> defaults.withPort(65_536));
        assertThrows(IllegalArgumentException.class, () -> defaults.withRequestTimeout(Duration.ofMillis(99)));
        assertThrows(IllegalArgumentException.class, () -> defaults.withRequestTimeout(Duration.ofSeconds(61)));
    }
}
