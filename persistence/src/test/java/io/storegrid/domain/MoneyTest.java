package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {

    @ParameterizedTest(name = "{0} centavos {1} times: {2}")
    @CsvSource({"450, 3, 1350", "1, 0, 0", "10000000000, 10000, 100000000000000"})
    void multiplyingIsExact(long amount, int quantity, long total) {
        assertEquals(new Money(total, "BRL"), new Money(amount, "BRL").times(quantity));
    }

    @Test
    void overflowIsNoAmount() {
        assertThrows(ArithmeticException.class, () -> new Money(Long.MAX_VALUE, "BRL").times(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "BR", "BRLL", "brl", "R$ ", "ÀÉÎ", "BR1"})
    void aCurrencyHasThreeCapitalLetters(String code) {
        assertEquals(false, Money.isCurrency(code));
        assertThrows(InvariantViolation.class, () -> new Money(1, code));
    }
}
