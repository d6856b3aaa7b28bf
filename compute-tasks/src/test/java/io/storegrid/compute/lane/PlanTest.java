package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.ReservationLine;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A batch: members in order, each on what those before it left. */
class PlanTest {

    private final TestRows rows = new TestRows();
    private final AtomicInteger number = new AtomicInteger(10);

    private Command reserve(String sku, int quantity) {
        return new ReserveStock(
                null,
                List.of(new ReservationLine(sku, quantity)),
                60_000,
                null,
                Integer.toString(number.incrementAndGet()).repeat(16));
    }

    private Plan plan(Command... commands) {
        return Plan.decide(
                Arrays.stream(commands).map(c -> new Member(new Request(c))).toList(), rows.set);
    }

    private static List<Outcome> outcomes(Plan plan) {
        return plan.answers().values().stream().map(answer -> answer.outcome()).toList();
    }

    @Test
    void eachMemberSeesWhatThoseBeforeItDid() {
        rows.stock("A", 10, 4);
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 4));

        Plan plan = plan(
                reserve("A", 6),
                reserve("A", 4),
                new SettleHold(null, TestRows.holdId(1), HoldState.RELEASED),
                reserve("A", 4),
                reserve("A", 11));

        assertEquals(
                List.of(Outcome.CREATED, Outcome.CHANGED, Outcome.CREATED, Outcome.INSUFFICIENT_STOCK), outcomes(plan));
        assertEquals(1, plan.deferred().size(), "the second came before the release and waits for the next batch");
    }

    @Test
    void whoeverWaitsKeepsTheirOrder() {
        rows.stock("A", 10, 0);

        Plan plan = plan(reserve("A", 8), reserve("A", 3), reserve("A", 2), reserve("A", 4));

        assertEquals(List.of(Outcome.CREATED, Outcome.CREATED), outcomes(plan));
        assertEquals(
                List.of(3, 4),
                plan.deferred().stream()
                        .map(member ->
                                ((ReserveStock) member.command()).lines().get(0).quantity())
                        .toList());
        assertFalse(plan.incomplete());
        assertTrue(BatchWriter.writes(plan));
    }

    @Test
    void oneReadServesAllThatWait() {
        rows.stock(Picture.MEMORY, "A", 1, 1, 0);
        rows.stock(Picture.MEMORY, "B", 0, 0, 0);
        rows.hold(Picture.UNKNOWN, 1, HoldState.HELD, true);

        Plan plan = plan(reserve("A", 1), reserve("A", 1), reserve("B", 1), new ExpireHold(TestRows.holdId(1)));

        assertTrue(plan.incomplete());
        assertEquals(Set.of("A", "B"), plan.unreadStock());
        assertEquals(Set.of(TestRows.holdId(1)), plan.unreadHolds());
        assertEquals(Set.of(), plan.unreadCarts());
        assertFalse(BatchWriter.writes(plan));
    }

    @Test
    void dueHoldsInTheWayAreNamedAndTheRequestWaits() {
        rows.stock(Picture.READ, "A", 2, 2, 2);

        Plan plan = plan(reserve("A", 1), reserve("A", 3));

        assertEquals(Set.of("A"), plan.expireFirst());
        assertEquals(1, plan.deferred().size());
        assertEquals(List.of(Outcome.INSUFFICIENT_STOCK), outcomes(plan));
    }
}
