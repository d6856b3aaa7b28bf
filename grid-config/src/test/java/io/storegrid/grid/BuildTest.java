package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuildTest {

    @Test
    void knowsItsVersion() {
        assertTrue(Build.VERSION.matches("[0-9]+[.][0-9]+[.][0-9]+.*"), Build.VERSION);
    }

    @ParameterizedTest(name = "{0} is of line {1}")
    @CsvSource({"0.1.0-SNAPSHOT, 0.1", "1.2.3, 1.2", "1.2-SNAPSHOT, 1.2", "10.20.30, 10.20", "7, 7"})
    void callsWhatMayMeetALine(String version, String line) {
        assertEquals(line, Build.line(version));
    }
}
