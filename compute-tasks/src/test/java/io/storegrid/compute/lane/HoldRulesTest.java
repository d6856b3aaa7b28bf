package io.storegrid.compute.lane;

import static io.storegrid.compute.lane.TestRows.NOW;
import static io.storegrid.compute.lane.TestRows.answer;
import static io.storegrid.compute.lane.TestRows.holdId;
import static io.storegrid.compute.lane.TestRows.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The rules of holds, one row a verdict. */
class HoldRulesTest {

    private final TestRows rows = new TestRows();

    private static Command command(String name, int hold) {
        return switch (name) {
            case "confirm" -> new SettleHold(null, holdId(hold), HoldState.CONFIRMED);
            case "release" -> new SettleHold(null, holdId(hold), HoldState.RELEASED);
            default -> new ExpireHold(holdId(hold));
        };
    }

    @ParameterizedTest(name = "{0} {1} within time {2}, {3}: {4}, shows {5}")
    @CsvSource(nullValues = "-", textBlock = """
            # picture, state, within time, command, verdict, state shown, stock after (10 on hand, 6 reserved, 4 of them ours)
            MEMORY,  HELD,      true,  confirm, CHANGED,               CONFIRMED, 6/2
            MEMORY,  HELD,      true,  release, CHANGED,               RELEASED,  10/2
            MEMORY,  HELD,      true,  expire,  CHANGED,               EXPIRED,   10/2
            MEMORY,  CONFIRMED, true,  confirm, read hold,             -,         10/6
            MEMORY,  RELEASED,  true,  release, read hold,             -,         10/6
            MEMORY,  RELEASED,  true,  expire,  UNCHANGED,             RELEASED,  10/6
            UNKNOWN, HELD,      true,  confirm, read hold,             -,         10/6
            UNKNOWN, HELD,      true,  release, read hold,             -,         10/6
            UNKNOWN, HELD,      true,  expire,  read hold,             -,         10/6
            NONE,    HELD,      true,  confirm, RESERVATION_NOT_FOUND, -,         10/6
            NONE,    HELD,      true,  release, RESERVATION_NOT_FOUND, -,         10/6
            NONE,    HELD,      true,  expire,  UNCHANGED,             -,         10/6
            READ,    HELD,      true,  confirm, CHANGED,               CONFIRMED, 6/2
            READ,    HELD,      true,  release, CHANGED,               RELEASED,  10/2
            READ,    HELD,      true,  expire,  UNCHANGED,             HELD,      10/6
            READ,    HELD,      false, confirm, RESERVATION_NOT_HELD,  EXPIRED,   10/6
            READ,    HELD,      false, release, UNCHANGED,             EXPIRED,   10/2
            READ,    HELD,      false, expire,  CHANGED,               EXPIRED,   10/2
            READ,    CONFIRMED, true,  confirm, RESERVATION_NOT_HELD,  CONFIRMED, 10/6
            READ,    CONFIRMED, true,  release, RESERVATION_NOT_HELD,  CONFIRMED, 10/6
            READ,    CONFIRMED, true,  expire,  UNCHANGED,             CONFIRMED, 10/6
            READ,    RELEASED,  true,  confirm, RESERVATION_NOT_HELD,  RELEASED,  10/6
            READ,    RELEASED,  true,  release, UNCHANGED,             RELEASED,  10/6
            READ,    EXPIRED,   false, confirm, RESERVATION_NOT_HELD,  EXPIRED,   10/6
            READ,    EXPIRED,   false, release, UNCHANGED,             EXPIRED,   10/6
            READ,    EXPIRED,   false, expire,  UNCHANGED,             EXPIRED,   10/6
            """)
    void aHoldEndsOnceAndOnlyInItsTime(
            Picture picture,
            HoldState state,
            boolean withinTime,
            String command,
            String verdict,
            @Nullable HoldState shown,
            String stockAfter) {
        rows.stock(Picture.MEMORY, "A", 10, 6, 0);
        HoldRow row = rows.hold(picture, 1, state, withinTime, new ReservationLine("A", 4));

        Verdict decided = Decider.decide(command(command, 1), rows.set);

        assertEquals(verdict, said(decided));
        if (decided instanceof Verdict.Decided) {
            Reservation told = answer(decided).reservation();
            assertEquals(shown, told == null ? null : told.state());
        }
        InventoryItem stock = Objects.requireNonNull(rows.set.stock("A").current());
        assertEquals(stockAfter, stock.onHand() + "/" + stock.reserved());
        assertEquals(stockAfter.equals("10/6"), row.settlement() == null);
    }

    @Test
    void anUnknownHoldIsNamed() {
        rows.hold(Picture.NONE, 1, HoldState.HELD, true);
        assertEquals(
                holdId(1),
                answer(Decider.decide(command("confirm", 1), rows.set)).ref());
    }

    @ParameterizedTest(name = "hold {0}, stock {1} with {2} reserved, {3}: {4}")
    @CsvSource(textBlock = """
            # the hold is of 4 units: fewer reserved means that one of the two is old
            MEMORY, MEMORY, 3, confirm, read stock [A] and hold
            MEMORY, MEMORY, 3, release, read stock [A] and hold
            MEMORY, MEMORY, 3, expire,  read stock [A] and hold
            MEMORY, UNKNOWN, 0, confirm, read stock [A] and hold
            MEMORY, READ,   3, confirm, read stock [A] and hold
            READ,   MEMORY, 3, confirm, read stock [A] and hold
            MEMORY, MEMORY, 4, confirm, CHANGED
            READ,   READ,   4, confirm, CHANGED
            """)
    void settlingOnAnOldPictureIsReadAgainAndNoDefect(
            Picture hold, Picture stock, long reserved, String command, String verdict) {
        rows.stock(stock, "A", 10, reserved, 0);
        rows.hold(hold, 1, HoldState.HELD, true, new ReservationLine("A", 4));

        assertEquals(verdict, said(Decider.decide(command(command, 1), rows.set)));
        if (!verdict.equals("CHANGED")) {
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void settlingUnitsThatNobodyReservedIsADefectOnceAllWasRead() {
        rows.stock("A", 10, 3);
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 4));

        assertThrows(InvariantViolation.class, () -> Decider.decide(command("confirm", 1), rows.set));
    }

    @Test
    void allLinesEndTogether() {
        rows.stock("A", 10, 4);
        rows.stock("B", 10, 5);
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 4), new ReservationLine("B", 5));

        Decider.decide(command("confirm", 1), rows.set);

        assertEquals(new InventoryItem("A", 6, 0, 6), rows.set.stock("A").current());
        assertEquals(new InventoryItem("B", 5, 0, 6), rows.set.stock("B").current());
    }

    @ParameterizedTest(name = "after confirm, {0} waits")
    @CsvSource({"confirm", "release", "expire", "extend"})
    void twoCommandsOnOneHoldShareNoBatch(String second) {
        rows.stock("A", 10, 4);
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 4));
        Decider.decide(command("confirm", 1), rows.set);
        List<String> before = rows.effects();

        Command next = second.equals("extend") ? new ExtendHold(null, holdId(1), 1) : command(second, 1);

        assertEquals("deferred", said(Decider.decide(next, rows.set)));
        assertEquals(before, rows.effects());
    }

    @ParameterizedTest(name = "{0} {1} within time {2}, made 10 min ago, ends in 5, extend to {3} ms: {4}")
    @CsvSource(textBlock = """
            READ, HELD,      true,   300001, CHANGED
            READ, HELD,      true,  1200000, CHANGED
            READ, HELD,      true,  1200001, EXTENSION_LIMIT
            READ, HELD,      true,   300000, UNCHANGED
            READ, HELD,      true,        1, UNCHANGED
            READ, HELD,      false,  300001, RESERVATION_NOT_HELD
            READ, CONFIRMED, true,   300001, RESERVATION_NOT_HELD
            READ, RELEASED,  true,   300001, RESERVATION_NOT_HELD
            READ, EXPIRED,   false,  300001, RESERVATION_NOT_HELD
            NONE, HELD,      true,   300001, RESERVATION_NOT_FOUND
            """)
    void extendingNeverShortensAndEndsAtTheLimitOfALife(
            Picture picture, HoldState state, boolean withinTime, long ttlMs, String verdict) {
        HoldRow row = rows.hold(picture, 1, state, withinTime, new ReservationLine("A", 4));

        Verdict decided = HoldRules.extend(new ExtendHold(null, holdId(1), ttlMs), rows.set);

        assertEquals(verdict, said(decided));
        if (verdict.equals("CHANGED")) {
            Reservation extended = Objects.requireNonNull(row.extended());
            assertEquals(NOW + ttlMs * 1_000, extended.expiresAtMicros());
            assertEquals(extended, answer(decided).reservation());
        } else {
            assertNull(row.extended());
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void aHoldPastItsTimeIsShownExpiredToWhoWantsToExtendIt() {
        rows.hold(Picture.READ, 1, HoldState.HELD, false, new ReservationLine("A", 4));

        Verdict decided = HoldRules.extend(new ExtendHold(null, holdId(1), 1_000), rows.set);

        assertEquals(
                HoldState.EXPIRED,
                Objects.requireNonNull(answer(decided).reservation()).state());
    }

    @ParameterizedTest
    @EnumSource(
            value = HoldState.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"HELD"})
    void aRowSettlesOnce(HoldState state) {
        HoldRow row = rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 4));
        row.settle(state, false);

        assertThrows(InvariantViolation.class, () -> row.settle(state, false));
        assertThrows(InvariantViolation.class, () -> row.extend(NOW + 1_000_000_000));
    }
}
