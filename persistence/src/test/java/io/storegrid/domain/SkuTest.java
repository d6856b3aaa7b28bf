package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SkuTest {

    @ParameterizedTest(name = "[{0}]: {1}")
    @CsvSource(emptyValue = "", textBlock = """
            'A',             true
            'a-Z_0.9',       true
            '...',           true
            '',              false
            ' ',             false
            'A B',           false
            'A/B',           false
            'BRIGADEIRO%20', false
            'AÇAÍ',          false
            'A\u0000',       false
            """)
    void isMadeOfPlainLettersDigitsAndThreeMarks(String text, boolean valid) {
        assertEquals(valid, Sku.isValid(text));
        assertEquals(valid, text.matches(Sku.FORM));
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false"})
    void hasAtMostSixtyFourCharacters(int length, boolean valid) {
        assertEquals(valid, Sku.isValid("A".repeat(length)));
    }

    @Test
    void agreesWithItsDocumentedFormOnEveryCharacter() {
        IntStream.rangeClosed(0, 0xffff).forEach(c -> {
            String text = String.valueOf((char) c);
            assertEquals(text.matches(Sku.FORM), Sku.isValid(text), () -> "U+" + Integer.toHexString(c));
        });
    }
}
