package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StockChangeTest {

    @ParameterizedTest(name = "5 units {0}: {1} on hand, {2} reserved, {3} available")
    @CsvSource({"CONFIRMED, -5, -5, 0", "RELEASED, 0, -5, 5", "EXPIRED, 0, -5, 5"})
    void aSettlementGivesBackWhatTheHoldTook(HoldState state, long onHand, long reserved, long available) {
        StockChange change = StockChange.settle("rsv_1", 5, state);
        assertEquals(onHand, change.deltaOnHand());
        assertEquals(reserved, change.deltaReserved());
        assertEquals(available, change.deltaAvailable());
        assertEquals(state.name(), change.reason().name());
        assertEquals("rsv_1", change.ref());
    }

    @Test
    void holdingIsNoSettlement() {
        assertThrows(InvariantViolation.class, () -> StockChange.settle("rsv_1", 5, HoldState.HELD));
    }

    @Test
    void reservingAndCorrectingTakeOneKindOfUnitEach() {
        assertEquals(
                "RESERVED[onHand+0, reserved+5, ref=r]",
                StockChange.reserve("r", 5).toString());
        assertEquals(-5, StockChange.reserve("r", 5).deltaAvailable());
        assertEquals(
                "ADJUSTED[onHand-3, reserved+0, ref=a]",
                StockChange.adjust("a", -3).toString());
        assertEquals(
                "COUNTED[onHand+3, reserved+0, ref=c]",
                StockChange.count("c", 3).toString());
        assertEquals(
                "RESTOCKED[onHand+3, reserved+0, ref=o]",
                StockChange.restock("o", 3).toString());
    }

    @Test
    void everyReasonOfTheLedgerIsMadeByAChangeButTheFirst() {
        Set<LedgerReason> made = EnumSet.of(
                StockChange.reserve("r", 1).reason(),
                StockChange.adjust("a", 1).reason(),
                StockChange.count("c", 1).reason(),
                StockChange.restock("o", 1).reason());
        EnumSet.complementOf(EnumSet.of(HoldState.HELD))
                .forEach(state -> made.add(StockChange.settle("r", 1, state).reason()));
        assertEquals(EnumSet.complementOf(EnumSet.of(LedgerReason.INITIAL)), made);
    }
}
