package io.storegrid.compute.lane;

import static io.storegrid.compute.lane.TestRows.answer;
import static io.storegrid.compute.lane.TestRows.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import io.storegrid.domain.StockChange;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of stock, one row a verdict. */
class StockRulesTest {

    private final TestRows rows = new TestRows();

    private static ReserveStock reserve(ReservationLine... lines) {
        return new ReserveStock(null, ReservationLine.summed(List.of(lines)), 60_000, null, TestRows.ENTROPY);
    }

    private static ReservationLine line(String sku, int quantity) {
        return new ReservationLine(sku, quantity);
    }

    @ParameterizedTest(name = "{0}: {1} on hand, {2} reserved, {3} due, reserve {4}: {5}")
    @CsvSource(textBlock = """
            # picture, on hand, reserved, due, asked, verdict
            MEMORY,  10,  0, 0, 10, CREATED
            MEMORY,  10,  9, 0,  1, CREATED
            MEMORY,  10,  1, 0, 10, read stock [A]
            UNKNOWN,  0,  0, 0,  1, read stock [A]
            NONE,     0,  0, 0,  1, INVENTORY_NOT_FOUND
            READ,    10,  0, 0, 10, CREATED
            READ,    10,  1, 0, 10, INSUFFICIENT_STOCK
            READ,     0,  0, 0,  1, INSUFFICIENT_STOCK
            READ,    10,  4, 3, 10, INSUFFICIENT_STOCK
            READ,    10,  4, 4, 10, expire first [A]
            READ,    10, 10, 1,  1, expire first [A]
            """)
    void reservingTakesWhatIsAvailableOrSaysWhyNot(
            Picture picture, long onHand, long reserved, long due, int asked, String verdict) {
        rows.stock(picture, "A", onHand, reserved, due);

        Verdict decided = StockRules.reserve(reserve(line("A", asked)), rows.set);

        assertEquals(verdict, said(decided));
        if (TestRows.accepted(decided)) {
            assertEquals(
                    new InventoryItem("A", onHand, reserved + asked, 6),
                    rows.set.stock("A").current());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void aReservationHasTheIdOfItsFirstSkusPartitionAndItsTimeFromTheBatch() {
        rows.stock("A", 10, 0);
        rows.stock("B", 10, 0);

        Verdict decided = StockRules.reserve(reserve(line("B", 2), line("A", 1)), rows.set);

        String id = ReservationId.of(TestRows.PARTITION, TestRows.ENTROPY);
        Reservation made = new Reservation(
                id,
                HoldState.HELD,
                null,
                null,
                List.of(line("A", 1), line("B", 2)),
                TestRows.NOW,
                TestRows.NOW + 60_000_000,
                1);
        assertEquals(made, answer(decided).reservation());
        assertEquals(List.of(made), rows.set.made());
    }

    @Test
    void allShortagesAreReportedAndNoLineIsTaken() {
        rows.stock("A", 10, 0);
        rows.stock(Picture.READ, "B", 10, 9, 2);
        rows.stock("C", 1, 0);

        Verdict decided = StockRules.reserve(reserve(line("A", 1), line("B", 4), line("C", 2)), rows.set);

        assertEquals(
                List.of(new Shortage("B", 4, 3), new Shortage("C", 2, 1)),
                answer(decided).shortages());
        assertEquals(List.of(), rows.effects());
    }

    @ParameterizedTest(name = "A {0}, B {1}, C {2}: {3}")
    @CsvSource(textBlock = """
            # each asked for 5: enough, short, reclaimable (5 due), none (no row), unread (short by memory)
            unread,      short,       none,        read stock [A]
            unread,      enough,      unread,      'read stock [A, C]'
            short,       none,        reclaimable, INVENTORY_NOT_FOUND
            short,       reclaimable, enough,      INSUFFICIENT_STOCK
            reclaimable, enough,      reclaimable, 'expire first [A, C]'
            enough,      enough,      enough,      CREATED
            """)
    void theFirstReasonInOrderDecidesAndNoLineIsTakenAlone(String a, String b, String c, String verdict) {
        Map<String, String> states = Map.of("A", a, "B", b, "C", c);
        states.forEach((sku, state) -> {
            switch (state) {
                case "enough" -> rows.stock(sku, 5, 0);
                case "short" -> rows.stock(sku, 5, 1);
                case "reclaimable" -> rows.stock(Picture.READ, sku, 5, 5, 5);
                case "none" -> rows.stock(Picture.NONE, sku, 0, 0, 0);
                default -> rows.stock(Picture.MEMORY, sku, 5, 1, 0);
            }
        });

        Verdict decided = StockRules.reserve(reserve(line("A", 5), line("B", 5), line("C", 5)), rows.set);

        assertEquals(verdict, said(decided));
        assertEquals(TestRows.accepted(decided) ? 4 : 0, rows.effects().size());
    }

    @ParameterizedTest(name = "{0} on hand, {1} due, a mate took {2}, reserve {3}: {4}")
    @CsvSource(textBlock = """
            10, 0, 5,  5, CREATED
            10, 0, 5,  6, deferred
            10, 0, 5, 11, INSUFFICIENT_STOCK
            10, 3, 5, 10, expire first [A]
            10, 3, 5, 11, INSUFFICIENT_STOCK
            """)
    void aMateInTheWayIsAReasonToWaitNeverToRefuse(long onHand, long due, int mate, int asked, String verdict) {
        rows.stock(Picture.READ, "A", onHand, due, due);
        rows.set.stock("A").apply(StockChange.reserve("rsv_mate", Math.min(mate, (int) (onHand - due))));
        List<String> before = rows.effects();

        Verdict decided = StockRules.reserve(reserve(line("A", asked)), rows.set);

        assertEquals(verdict, said(decided));
        if (!TestRows.accepted(decided)) {
            assertEquals(before, rows.effects());
        }
    }

    @Test
    void reservingOfWhatAMateJustMadeWaitsWhenItIsTooLittle() {
        StockRow made = rows.stock(Picture.NONE, "A", 0, 0, 0);
        made.create(3, "first");

        assertEquals("deferred", said(StockRules.reserve(reserve(line("A", 4)), rows.set)));
        assertEquals("CREATED", said(StockRules.reserve(reserve(line("A", 3)), rows.set)));
    }

    @ParameterizedTest(name = "{0}: {1} on hand, {2} reserved, {3} due, adjust by {4}: {5}")
    @CsvSource(textBlock = """
            # picture, on hand, reserved, due, delta, verdict
            MEMORY,  10,        4, 0,  -6,        CREATED
            MEMORY,  10,        4, 0,   1,        CREATED
            MEMORY,  10,        4, 0,  -7,        read stock [A]
            UNKNOWN,  0,        0, 0,   1,        read stock [A]
            NONE,     0,        0, 0,   1,        INVENTORY_NOT_FOUND
            NONE,     0,        0, 0,  -1,        INVENTORY_NOT_FOUND
            READ,    10,        4, 0,  -6,        CREATED
            READ,    10,        4, 0,  -7,        INSUFFICIENT_STOCK
            READ,    10,        4, 1,  -7,        expire first [A]
            READ,    10,        4, 1,  -8,        INSUFFICIENT_STOCK
            READ,    10,        4, 4, -10,        expire first [A]
            READ,    10,        4, 0,   999999990, CREATED
            READ,    10,        4, 0,   999999991, QUANTITY_LIMIT
            MEMORY,  10,        4, 0,   999999991, read stock [A]
            """)
    void adjustingNeverTakesWhatIsHeld(
            Picture picture, long onHand, long reserved, long due, long delta, String verdict) {
        rows.stock(picture, "A", onHand, reserved, due);

        Verdict decided = StockRules.adjust(new AdjustStock(null, "A", delta, "because", "adj-1"), rows.set);

        assertEquals(verdict, said(decided));
        if (TestRows.accepted(decided)) {
            assertEquals(
                    new InventoryItem("A", onHand + delta, reserved, 6),
                    answer(decided).inventory());
            assertEquals("adj-1", answer(decided).ref());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void aRefusedAdjustmentNamesWhatCouldBeTakenDueHoldsIncluded() {
        rows.stock(Picture.READ, "A", 10, 4, 1);

        Verdict decided = StockRules.adjust(new AdjustStock(null, "A", -8, "because", "adj-1"), rows.set);

        assertEquals(List.of(new Shortage("A", 8, 7)), answer(decided).shortages());
    }

    @ParameterizedTest(name = "{0} on hand, a mate adjusted by {1}, adjust by {2}: {3}")
    @CsvSource(textBlock = """
            10,        -5,         -5, CREATED
            10,        -5,         -6, deferred
            10,        -5,        -11, INSUFFICIENT_STOCK
            999999990,  5,         10, deferred
            999999990,  5,         11, QUANTITY_LIMIT
            """)
    void anAdjustmentWaitsForAMateRatherThanBeRefusedForIt(long onHand, long mate, long delta, String verdict) {
        rows.stock("A", onHand, 0);
        rows.set.stock("A").apply(StockChange.adjust("mate", mate));
        List<String> before = rows.effects();

        Verdict decided = StockRules.adjust(new AdjustStock(null, "A", delta, "because", "adj-1"), rows.set);

        assertEquals(verdict, said(decided));
        if (!TestRows.accepted(decided)) {
            assertEquals(before, rows.effects());
        }
    }

    @ParameterizedTest(name = "stock of 10 made by a mate, adjust by {0}: {1}")
    @CsvSource(textBlock = """
            -10,        CREATED
            -11,        deferred
            999999991, deferred
            """)
    void anAdjustmentOfWhatAMateJustMadeIsNotJudgedByTheRowBefore(long delta, String verdict) {
        rows.stock(Picture.NONE, "A", 0, 0, 0).create(10, "first");

        assertEquals(verdict, said(StockRules.adjust(new AdjustStock(null, "A", delta, "because", "adj-1"), rows.set)));
    }

    @ParameterizedTest(name = "{0}: {1} on hand, {2} reserved, version 5; set {3} if version {4}: {5}")
    @CsvSource(textBlock = """
            NONE,  0, 0,  7, 0, CREATED
            NONE,  0, 0,  7, 1, VERSION_CONFLICT
            READ, 10, 4,  7, 5, CHANGED
            READ, 10, 4,  4, 5, CHANGED
            READ, 10, 4, 10, 5, CHANGED
            READ, 10, 4,  3, 5, BELOW_RESERVED
            READ, 10, 4,  3, 4, VERSION_CONFLICT
            READ, 10, 4,  7, 4, VERSION_CONFLICT
            READ, 10, 4,  7, 0, VERSION_CONFLICT
            """)
    void aStockTakeStatesTheVersionItCounted(
            Picture picture, long onHand, long reserved, long counted, long ifVersion, String verdict) {
        StockRow row = rows.stock(picture, "A", onHand, reserved, 0);

        Verdict decided = StockRules.set(new SetStock(null, "A", counted, ifVersion, "count-1"), rows.set);

        assertEquals(verdict, said(decided));
        switch (answer(decided).outcome()) {
            case CREATED -> {
                assertEquals(
                        InventoryItem.initial("A", counted), answer(decided).inventory());
                assertEquals(counted, Objects.requireNonNull(row.creation()).onHand());
            }
            case CHANGED -> {
                assertEquals(
                        new InventoryItem("A", counted, reserved, 6),
                        answer(decided).inventory());
                assertEquals(5, Objects.requireNonNull(row.change()).expected(), "absolute: compared and set");
            }
            case VERSION_CONFLICT -> {
                assertEquals(picture.has() ? 5 : 0, answer(decided).currentVersion());
                assertEquals(List.of(), rows.effects());
            }
            default -> assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void aStockTakeWaitsForAMateOnItsRow() {
        rows.stock("A", 10, 0).apply(StockChange.adjust("mate", 1));

        assertEquals("deferred", said(StockRules.set(new SetStock(null, "A", 7, 5, "count-1"), rows.set)));
        assertEquals("deferred", said(StockRules.set(new SetStock(null, "A", 7, 6, "count-1"), rows.set)));
    }

    @ParameterizedTest(name = "{0} of 100, {1} reserved: need {2}, need reserved {3}")
    @CsvSource(textBlock = """
            # changes in decided order; the guard is the largest prefix need, not the net
            'reserve 5',                          50,  5, 0
            'reserve 5, release 5, reserve 5',    50,  5, 0
            'reserve 5, reserve 5, release 10',   50, 10, 0
            'release 5, reserve 5',               50,  0, 5
            'release 5, reserve 8',               50,  3, 5
            'reserve 5, release 5',               50,  5, 0
            'confirm 5, release 5',               50,  0, 10
            'reserve 3, confirm 10, reserve 4',   50,  7, 7
            'adjust 5, reserve 5',                50,  0, 0
            'adjust -5, adjust 5',                50,  5, 0
            'adjust 10, reserve 3, reserve 9',    50,  2, 0
            'count -4, reserve 2',                50,  6, 0
            """)
    void theGuardDemandsTheLargestPrefixNotTheNet(String changes, long reserved, long need, long needReserved) {
        StockRow row = rows.stock("A", 100, reserved);
        String[] steps = changes.split(", ", -1);
        for (String step : steps) {
            int blank = step.indexOf(' ');
            int number = Integer.parseInt(step.substring(blank + 1));
            row.apply(
                    switch (step.substring(0, blank)) {
                        case "reserve" -> StockChange.reserve("r", number);
                        case "release" -> StockChange.settle("r", number, HoldState.RELEASED);
                        case "confirm" -> StockChange.settle("r", number, HoldState.CONFIRMED);
                        case "count" -> StockChange.count("c", number);
                        default -> StockChange.adjust("a", number);
                    });
        }

        var change = Objects.requireNonNull(row.change());
        assertEquals(need, change.need());
        assertEquals(needReserved, change.needReserved());
        assertEquals(0, change.expected());
        assertEquals(steps.length, change.changes().size());
        assertEquals(5 + steps.length, Objects.requireNonNull(row.current()).version());
    }

    @Test
    void anUntouchedRowIsNotWritten() {
        StockRow row = rows.stock("A", 100, 0);
        row.absolute();
        assertNull(row.change());
        assertNull(row.creation());
    }

    @Test
    void whatAMateDoesToStockMadeInTheBatchNeedsNoGuard() {
        StockRow row = rows.stock(Picture.NONE, "A", 0, 0, 0);
        row.create(Limits.ON_HAND_MAX, "first");
        row.apply(StockChange.reserve("r", 9));

        assertNotNull(row.creation());
        assertEquals(0, Objects.requireNonNull(row.change()).need());
        assertEquals(new InventoryItem("A", Limits.ON_HAND_MAX, 9, 2), row.current());
    }
}
