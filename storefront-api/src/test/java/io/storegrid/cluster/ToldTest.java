package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.domain.HoldState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A comparison that never said no proves nothing: each kind of lie is planted once. */
class ToldTest {

    private final Told told = new Told(Map.of("A", 10L, "B", 10L));
    private final Stored stored = new Stored(new HashMap<>(), new HashMap<>(), new HashMap<>());

    @BeforeEach
    void tellTheTruth() {
        told.held("sold", Map.of("A", 2), false);
        told.settled("sold", HoldState.CONFIRMED);
        told.held("held", Map.of("A", 1, "B", 3), false);
        told.held("given-back", Map.of("B", 4), false);
        told.settled("given-back", HoldState.RELEASED);
        told.held("brief", Map.of("B", 1), true);
        told.added("cart", "A", 2);
        told.added("cart", "A", 3);
        stored.holds().put("sold", new Stored.Hold(HoldState.CONFIRMED, Map.of("A", 2)));
        stored.holds().put("held", new Stored.Hold(HoldState.HELD, Map.of("A", 1, "B", 3)));
        stored.holds().put("given-back", new Stored.Hold(HoldState.RELEASED, Map.of("B", 4)));
        stored.holds().put("brief", new Stored.Hold(HoldState.EXPIRED, Map.of("B", 1)));
        stored.stock().put("A", new Stored.Stock(8, 1));
        stored.stock().put("B", new Stored.Stock(10, 3));
        stored.cartUnits().put(Stored.cartLine("cart", "A"), 5);
    }

    @Test
    void findsNothingWhereAllIsTrue() {
        assertEquals(List.of(), told.differences(stored));
    }

    @Test
    void noticesAHoldThatIsGone() {
        noticed(rows -> rows.holds().remove("held"));
    }

    @Test
    void noticesAHoldInAnotherState() {
        noticed(rows -> rows.holds().put("sold", new Stored.Hold(HoldState.HELD, Map.of("A", 2))));
    }

    @Test
    void noticesAHoldWithOtherLines() {
        noticed(rows -> rows.holds().put("sold", new Stored.Hold(HoldState.CONFIRMED, Map.of("A", 1))));
    }

    @Test
    void noticesAHoldThatDidNotExpire() {
        noticed(rows -> rows.holds().put("brief", new Stored.Hold(HoldState.HELD, Map.of("B", 1))));
    }

    @Test
    void noticesAHoldThatNobodyWasToldOf() {
        noticed(rows -> rows.holds().put("twice", new Stored.Hold(HoldState.HELD, Map.of("A", 1))));
    }

    @Test
    void noticesStockThatIsGone() {
        noticed(rows -> rows.stock().put("A", new Stored.Stock(7, 1)));
    }

    @Test
    void noticesStockThatIsStillReserved() {
        noticed(rows -> rows.stock().put("B", new Stored.Stock(10, 4)));
    }

    @Test
    void noticesALostCartLine() {
        noticed(rows -> rows.cartUnits().clear());
    }

    @Test
    void noticesACartLineThatWasAddedTwice() {
        noticed(rows -> rows.cartUnits().put(Stored.cartLine("cart", "A"), 8));
    }

    private void noticed(Consumer<Stored> lie) {
        lie.accept(stored);
        assertEquals(
                1,
                told.differences(stored).size(),
                () -> told.differences(stored).toString());
    }
}
