package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LimitsTest {

    @Test
    void aHoldFitsIntoTheLifeOfAHold() {
        assertTrue(Limits.HOLD_TTL_DEFAULT.compareTo(Limits.HOLD_TTL_MAX) <= 0);
        assertTrue(Limits.HOLD_TTL_MAX.compareTo(Limits.HOLD_LIFE_MAX) <= 0);
    }

    @Test
    void theDearestCartHasATotal() {
        Money line = new Money(Limits.PRICE_MINOR_MAX, "BRL").times(Limits.LINE_QUANTITY_MAX);
        assertEquals(
                line.amountMinor() * Limits.CART_LINES_MAX,
                line.times(Limits.CART_LINES_MAX).amountMinor());
    }

    @Test
    void sumsOfStockOverABatchDoNotOverflow() {
        assertTrue(Limits.ON_HAND_MAX < Long.MAX_VALUE / 1_000_000);
    }
}
