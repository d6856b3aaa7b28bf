package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventPositionTest {

    @ParameterizedTest(name = "({0}, {1}) is {2}")
    @CsvSource({"0, 0, 0-0", "35, 36, z-10", "9223372036854775807, 9223372036854775807, 1y2p0ij32e8e7-1y2p0ij32e8e7"})
    void isATextAndComesBack(long tx, long seq, String text) {
        EventPosition position = new EventPosition(tx, seq);
        assertEquals(text, position.text());
        assertEquals(Optional.of(position), EventPosition.parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "1",
                "1-",
                "-1",
                "01-1",
                "1-01",
                "A-1",
                "1-2-3",
                " 1-2",
                "1y2p0ij32e8e8-0",
                "1--1",
                "ä-1"
            })
    void noOtherTextIsAPosition(String text) {
        assertEquals(Optional.empty(), EventPosition.parse(text));
    }

    @Test
    void goesByTransactionThenNumber() {
        assertTrue(new EventPosition(1, 9).compareTo(new EventPosition(2, 1)) < 0);
        assertTrue(new EventPosition(2, 2).compareTo(new EventPosition(2, 1)) > 0);
        assertEquals(0, new EventPosition(2, 2).compareTo(new EventPosition(2, 2)));
        assertThrows(InvariantViolation.class, () -> new EventPosition(-1, 0));
    }
}
