package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InventoryItemTest {

    @ParameterizedTest(name = "{0} on hand, {1} reserved, version {2}")
    @CsvSource({"0, 0, 1, 0", "10, 0, 1, 10", "10, 10, 7, 0", "10, 3, 7, 7"})
    void availableIsWhatIsOnHandAndNotReserved(long onHand, long reserved, long version, long available) {
        assertEquals(available, new InventoryItem("A", onHand, reserved, version).available());
    }

    @ParameterizedTest(name = "{0} on hand, {1} reserved, version {2}")
    @CsvSource({"-1, 0, 1", "0, 1, 1", "10, 11, 1", "10, -1, 1", "0, 0, 0"})
    void noStockBreaksItsInvariant(long onHand, long reserved, long version) {
        assertThrows(InvariantViolation.class, () -> new InventoryItem("A", onHand, reserved, version));
    }

    private static StockChange change(String kind, long quantity) {
        return switch (kind) {
            case "reserve" -> StockChange.reserve("r", quantity);
            case "confirm" -> StockChange.settle("r", quantity, HoldState.CONFIRMED);
            case "release" -> StockChange.settle("r", quantity, HoldState.RELEASED);
            case "expire" -> StockChange.settle("r", quantity, HoldState.EXPIRED);
            case "count" -> StockChange.count("c", quantity);
            default -> StockChange.adjust("a", quantity);
        };
    }

    @ParameterizedTest(name = "{0} on hand, {1} reserved, {2} {3}: {4} on hand, {5} reserved")
    @CsvSource({
        "10,  0, reserve, 10, 10, 10",
        "10,  9, reserve,  1, 10, 10",
        "10,  4, confirm,  4,  6,  0",
        "10, 10, confirm,  1,  9,  9",
        "10,  4, release,  4, 10,  0",
        "10,  4, expire,   3, 10,  1",
        "10,  4, adjust,  -6,  4,  4",
        "10,  4, adjust,   1, 11,  4",
        "10,  4, count,   -6,  4,  4",
        "0,   0, adjust, 1000000000, 1000000000, 0"
    })
    void anAllowedChangeMovesTheCountersAndTheVersionByOne(
            long onHand, long reserved, String kind, long quantity, long onHandAfter, long reservedAfter) {
        InventoryItem item = new InventoryItem("A", onHand, reserved, 7);
        StockChange change = change(kind, quantity);
        assertEquals(true, item.allows(change));
        assertEquals(new InventoryItem("A", onHandAfter, reservedAfter, 8), item.after(change));
    }

    @ParameterizedTest(name = "{0} on hand, {1} reserved, not {2} {3}")
    @CsvSource({
        "10,  0, reserve, 11",
        "10, 10, reserve,  1",
        "10,  4, confirm,  5",
        "10,  4, release,  5",
        "10,  4, expire,   5",
        "10,  4, adjust,  -7",
        "10,  4, count,   -7",
        "1,   0, adjust, 1000000000"
    })
    void aChangeThatBreaksTheInvariantIsNotAllowed(long onHand, long reserved, String kind, long quantity) {
        assertEquals(false, new InventoryItem("A", onHand, reserved, 7).allows(change(kind, quantity)));
    }
}
