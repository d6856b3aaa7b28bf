package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReservationIdTest {

    private static final String ENTROPY = "0123456789abcdef".repeat(2);

    @ParameterizedTest
    @CsvSource({"0, 0000", "1, 0001", "42, 002a", "1023, 03ff", "65535, ffff"})
    void carriesThePartitionOfItsFirstSku(int partition, String digits) {
        String id = ReservationId.of(partition, ENTROPY);
        assertEquals("rsv_" + ENTROPY + digits, id);
        assertTrue(ReservationId.isValid(id));
        assertEquals(partition, ReservationId.partition(id));
    }

    @Test
    void whatDoesNotFitIsADefect() {
        assertThrows(InvariantViolation.class, () -> ReservationId.of(-1, ENTROPY));
        assertThrows(InvariantViolation.class, () -> ReservationId.of(65_536, ENTROPY));
        assertThrows(InvariantViolation.class, () -> ReservationId.of(0, ENTROPY + "0"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rsv_",
                "rsv_00000123456789abcdef0123456789abcde",
                "rsv_00000123456789abcdef0123456789abcdef0",
                "RSV_00000123456789abcdef0123456789abcdef",
                "rsv_00000123456789ABCDEF0123456789abcdef",
                "rsv_00000123456789abcdeg0123456789abcdef",
                "rsv_-0010123456789abcdef0123456789abcdef",
                "cart00000123456789abcdef0123456789abcdef"
            })
    void nothingElseHasItsForm(String text) {
        assertFalse(ReservationId.isValid(text));
    }

    @ParameterizedTest
    @CsvSource({
        "cart_0123456789abcdef0123456789abcdef, true",
        "cart_0123456789abcdef0123456789abcdeF, false",
        "cart_0123456789abcdef0123456789abcde, false",
        "rsv_0123456789abcdef0123456789abcdef, false"
    })
    void aCartsIdHasAFormOfItsOwn(String text, boolean valid) {
        assertEquals(valid, CartId.isValid(text));
    }

    @Test
    void aCartsIdIsMadeOfValidRandomnessOnly() {
        assertEquals("cart_" + ENTROPY, CartId.of(ENTROPY));
        assertThrows(InvariantViolation.class, () -> CartId.of("0"));
    }
}
