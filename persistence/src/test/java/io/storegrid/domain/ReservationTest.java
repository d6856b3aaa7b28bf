package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ReservationTest {

    private static Reservation reservation(HoldState state) {
        return new Reservation("rsv_1", state, "cart_1", null, List.of(new ReservationLine("A", 2)), 1_000, 2_000, 3);
    }

    @ParameterizedTest(name = "{0}, ends at 2000, read at {1}: {2}")
    @CsvSource({
        "HELD, 1999, HELD, false",
        "HELD, 2000, EXPIRED, true",
        "HELD, 2001, EXPIRED, true",
        "CONFIRMED, 2001, CONFIRMED, false",
        "RELEASED, 2001, RELEASED, false",
        "EXPIRED, 2001, EXPIRED, false"
    })
    void aReaderSeesAHoldEndWithItsTime(HoldState state, long now, HoldState seen, boolean due) {
        assertEquals(seen, reservation(state).stateAt(now));
        assertEquals(due, reservation(state).dueAt(now));
    }

    @ParameterizedTest
    @EnumSource(HoldState.class)
    void exactlyOneStepLeadsOutOfHeldAndNoneOutOfTheOthers(HoldState from) {
        for (HoldState to : HoldState.values()) {
            if (from == HoldState.HELD && to != HoldState.HELD) {
                assertEquals(
                        new Reservation(
                                "rsv_1", to, "cart_1", null, List.of(new ReservationLine("A", 2)), 1_000, 2_000, 4),
                        reservation(from).settled(to));
            } else {
                assertThrows(InvariantViolation.class, () -> reservation(from).settled(to));
            }
        }
    }

    @ParameterizedTest(name = "{0} to {1}: allowed {2}")
    @CsvSource({
        "HELD, 2001, true",
        "HELD, 2000, true",
        "HELD, 1999, false",
        "CONFIRMED, 2001, false",
        "EXPIRED, 2001, false"
    })
    void onlyAHeldOneIsExtendedAndNeverShortened(HoldState state, long to, boolean allowed) {
        if (allowed) {
            Reservation extended = reservation(state).extendedTo(to);
            assertEquals(to, extended.expiresAtMicros());
            assertEquals(4, extended.version());
        } else {
            assertThrows(InvariantViolation.class, () -> reservation(state).extendedTo(to));
        }
    }
}
