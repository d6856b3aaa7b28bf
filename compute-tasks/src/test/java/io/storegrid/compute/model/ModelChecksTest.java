package io.storegrid.compute.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The checks of the model notice what they are for: each violation is planted once. */
class ModelChecksTest {

    /** A shop with a unit and a hold on it, which one confirms while another reserves. */
    private static final Scenario SHOP = Scenario.of("planted", 2)
            .holding(new int[] {1, 0})
            .asked(Op.confirm(0), Op.reserve(1).sent(2))
            .copied();

    private final Protocol protocol = new Protocol(SHOP, null, new Witness());
    private final Books books = new Books(SHOP, protocol);
    private final byte[] state = protocol.first();

    @Test
    void soundBooksAreNotComplainedOf() {
        assertNull(books.check(state));
    }

    @ParameterizedTest(name = "{0} set to {1}: {2}")
    @CsvSource({
        "RESERVED, 3, COUNTERS",
        "RESERVED, 2, HELD_SUM",
        "ON_HAND, 1, SOLD_SUM",
        "LEDGER, 3, LEDGER_FORK",
        "LEDGER, 0, LEDGER_FORK",
        "LEDGER_ON_HAND, 3, LEDGER_REPLAY",
        "LEDGER_RESERVED, 0, LEDGER_REPLAY"
    })
    void noticesAWrongRow(String field, int value, Breach breach) {
        int offset = switch (field) {
            case "RESERVED" -> World.RESERVED;
            case "ON_HAND" -> World.ON_HAND;
            case "LEDGER" -> World.LEDGER;
            case "LEDGER_ON_HAND" -> World.LEDGER_ON_HAND;
            default -> World.LEDGER_RESERVED;
        };
        World.put(state, World.stock(0, offset), value);
        assertEquals(breach, books.check(state));
    }

    @Test
    void noticesTwoEffectsOfOneKey() {
        World.put(state, World.stock(0, World.ON_HAND), 3);
        World.put(state, World.stock(0, World.BOOKED), 3);
        World.put(state, World.stock(0, World.RESERVED), 3);
        World.put(state, World.stock(0, World.LEDGER_ON_HAND), 3);
        World.put(state, World.stock(0, World.LEDGER_RESERVED), 3);
        // Sends 1 and 2 are both of operation 1.
        World.putHold(state, World.FIRST_HOLDS + 1, HoldState.HELD, -1);
        World.putHold(state, World.FIRST_HOLDS + 2, HoldState.HELD, -1);
        assertEquals(Breach.TWO_EFFECTS, books.check(state));
    }

    @Test
    void noticesAnAcknowledgementOfNothing() {
        World.put(state, World.op(1, World.TOLD), told(Outcome.CREATED));
        assertEquals(Breach.LOST_ACKNOWLEDGEMENT, books.check(state));
    }

    @Test
    void noticesAHoldThatIsNotConfirmedAsTold() {
        World.put(state, World.op(0, World.FLAGS), World.SENT);
        World.put(state, World.op(0, World.TOLD), told(Outcome.CHANGED));
        assertEquals(Breach.LOST_ACKNOWLEDGEMENT, books.check(state));
    }

    @Test
    void noticesARefusalThatTookEffect() {
        oneMoreHeld();
        World.put(state, World.op(1, World.TOLD), told(Outcome.INSUFFICIENT_STOCK));
        assertEquals(Breach.REFUSED_YET_DONE, books.check(state));
    }

    @Test
    void noticesThatMovedWasNotTheTruth() {
        oneMoreHeld();
        World.put(state, World.send(1), World.NOTHING_DONE);
        assertEquals(Breach.REFUSED_YET_DONE, books.check(state));
    }

    @Test
    void noticesACopyAheadOfItsRow() {
        World.put(state, World.grid(0, World.BACKUP), 2);
        assertEquals(Breach.COPY_AHEAD, books.check(state));
    }

    @Test
    void noticesAnOldCopyOnlyWhenNothingIsOnItsWay() {
        World.put(state, World.grid(0, World.PRIMARY), 0);
        World.put(state, World.grid(0, World.DIRTY), 1);
        assertNull(books.check(state));
        World.put(state, World.grid(0, World.DIRTY), 0);
        assertEquals(Breach.COPY_STALE, books.check(state));
    }

    /** A grid that was never filled has nothing to load pictures from, so that lanes read for ever. */
    @Test
    void noticesThatNothingCanComeToRest() {
        Explorer.Result result = Explorer.explore(Shops.LAST_UNIT, Ablation.PICTURES_FROM_GRID, 10_000);
        assertEquals(Breach.STUCK, result.breach(), result::story);
    }

    @Test
    void saysThatItWasCut() {
        Explorer.Result result = Explorer.explore(Shops.LAST_UNIT, null, 100);
        assertTrue(result.cut(), result::story);
        assertNull(result.breach());
    }

    /** What is seen in a step and not in a state shows where a rule is left out. */
    @Test
    void everyBreachIsShownByAnAblationOrPlantedHere() {
        Set<Breach> shown = EnumSet.of(
                Breach.SOLD_SUM,
                Breach.LEDGER_REPLAY,
                Breach.STUCK,
                // Between two answers; and where a rule asserts what only a defect can break.
                Breach.UNEQUAL_ANSWERS,
                Breach.DEFECT);
        for (Ablation ablation : Ablation.values()) {
            shown.add(ablation.breach());
        }
        assertEquals(EnumSet.allOf(Breach.class), shown);
    }

    private void oneMoreHeld() {
        World.putHold(state, World.FIRST_HOLDS + 1, HoldState.HELD, -1);
        World.put(state, World.stock(0, World.RESERVED), 2);
        World.put(state, World.stock(0, World.LEDGER_RESERVED), 2);
    }

    /** The code of an outcome that speaks of send 1. */
    private static int told(Outcome outcome) {
        return Decisions.code(outcome, 1);
    }
}
