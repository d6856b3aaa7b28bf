package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    @Test
    void whatHoldsComesBeforeEveryRefusal() {
        EnumSet<Outcome> accepted = EnumSet.of(Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED);
        for (Outcome outcome : Outcome.values()) {
            assertEquals(accepted.contains(outcome), outcome.accepted(), outcome::name);
            assertFalse(outcome.accepted() && outcome.laterTryMayHelp(), outcome::name);
        }
        assertEquals(
                accepted.size(),
                Arrays.stream(Outcome.values()).takeWhile(Outcome::accepted).count());
    }

    @Test
    void aLaterTryHelpsOnlyAgainstWhatCanChange() {
        EnumSet<Outcome> passing = EnumSet.noneOf(Outcome.class);
        Arrays.stream(Outcome.values()).filter(Outcome::laterTryMayHelp).forEach(passing::add);
        assertEquals(
                EnumSet.of(
                        Outcome.PRODUCT_NOT_FOUND,
                        Outcome.INVENTORY_NOT_FOUND,
                        Outcome.VERSION_CONFLICT,
                        Outcome.EMPTY_CART,
                        Outcome.HOLD_LIMIT,
                        Outcome.INVALID_TRANSITION,
                        Outcome.BELOW_RESERVED,
                        Outcome.INSUFFICIENT_STOCK,
                        Outcome.PAYMENT_DECLINED),
                passing);
    }

    @Test
    void aMissingThingIsToldBeforeAStaleVersionAndThatBeforeAShortage() {
        List<Outcome> told = List.of(
                Outcome.KEY_REUSED, Outcome.INVENTORY_NOT_FOUND, Outcome.VERSION_CONFLICT, Outcome.INSUFFICIENT_STOCK);
        assertEquals(told, told.stream().sorted().toList());
    }
}
