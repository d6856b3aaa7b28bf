package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneSettingsTest {

    @Test
    void theDefaultsAreAsDocumented() {
        assertEquals(new LaneSettings(1, 10_000, 512, Duration.ofMillis(1_500), 100_000), LaneSettings.DEFAULT);
    }

    @Test
    void everyFloorIsAllowed() {
        LaneSettings floors = new LaneSettings(1, 16, 1, Duration.ofMillis(200), 100);
        assertEquals(16, floors.depthMax());
        assertEquals(1, floors.batchMax());
        assertEquals(Duration.ofMillis(200), floors.stallAfter());
        assertEquals(100, floors.copiesMax());
    }

    @ParameterizedTest(name = "{5} is refused below its floor")
    @CsvSource(textBlock = """
            0, 16, 1, 200, 100, storegrid.lane.lanes
            1, 15, 1, 200, 100, storegrid.lane.depth-max
            1, 16, 0, 200, 100, storegrid.lane.batch-max
            1, 16, 1, 199, 100, storegrid.lane.stall-after
            1, 16, 1, 200,  99, storegrid.lane.copies-max
            """)
    void aBadValueIsRefusedByNameNeverClamped(
            int lanes, int depthMax, int batchMax, long stallAfterMs, int copiesMax, String setting) {
        IllegalArgumentException refused = assertThrows(
                IllegalArgumentException.class,
                () -> new LaneSettings(lanes, depthMax, batchMax, Duration.ofMillis(stallAfterMs), copiesMax));
        assertTrue(String.valueOf(refused.getMessage()).startsWith(setting), refused::getMessage);
    }
}
