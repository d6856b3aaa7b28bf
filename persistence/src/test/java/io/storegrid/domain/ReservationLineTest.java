package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationLineTest {

    @ParameterizedTest(name = "[{0}]: [{1}]")
    @CsvSource(emptyValue = "", textBlock = """
            'A1',                   'A1'
            'B2 A1',                'A1 B2'
            'B2 A1 B3 A4',          'A5 B5'
            'B1 a1 A1',             'A1 B1 a1'
            'A2147483647',          'A2147483647'
            'A2147483647 A1',       ''
            'A2147483647 B1 A1',    ''
            """)
    void linesOfOneSkuAreSummedAndSorted(String given, String summed) {
        List<ReservationLine> lines = Arrays.stream(given.split(" ", -1))
                .map(line -> new ReservationLine(line.substring(0, 1), Integer.parseInt(line.substring(1))))
                .toList();
        assertEquals(
                summed,
                ReservationLine.summed(lines).stream()
                        .map(line -> line.sku() + line.quantity())
                        .collect(Collectors.joining(" ")));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE})
    void anEmptyLineIsADefect(int quantity) {
        assertThrows(InvariantViolation.class, () -> new ReservationLine("A", quantity));
    }
}
