package io.storegrid.compute.lane;

import static io.storegrid.compute.lane.TestRows.NOW;
import static io.storegrid.compute.lane.TestRows.answer;
import static io.storegrid.compute.lane.TestRows.cart;
import static io.storegrid.compute.lane.TestRows.cartId;
import static io.storegrid.compute.lane.TestRows.holdId;
import static io.storegrid.compute.lane.TestRows.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of carts, one row a verdict. */
class CartRulesTest {

    private final TestRows rows = new TestRows();

    private static CartLine line(String sku, int quantity) {
        return new CartLine(sku, quantity);
    }

    private static Cart deleted(int digit) {
        return cart(digit, null).deletedAt(NOW - 1);
    }

    private static Cart outlived(int digit) {
        return new Cart(cartId(digit), false, "BRL", null, List.of(line("A", 2)), null, 0, null, 4, 1, 1, NOW);
    }

    private Cart put(Picture picture, String state) {
        Cart cart = switch (state) {
            case "deleted" -> deleted(1);
            case "outlived" -> outlived(1);
            case "empty" -> cart(1, null);
            case "full" -> cart(1, null, full());
            default -> cart(1, null, line("A", 2));
        };
        rows.cart(picture, cart);
        return cart;
    }

    private static CartLine[] full() {
        CartLine[] lines = new CartLine[100];
        for (int i = 0; i < lines.length; i++) {
            lines[i] = line("F" + i, 1);
        }
        return lines;
    }

    @Test
    void aCartIsMadeOnceHoweverOftenItIsAskedFor() {
        rows.cart(Picture.NONE, cart(1, null));
        CreateCart command = new CreateCart(null, cartId(1), "BRL", "maria", List.of(line("A", 2)));

        Verdict first = CartRules.create(command, rows.set);
        Verdict second = CartRules.create(command, rows.set);

        assertEquals("CREATED", said(first));
        assertEquals("CREATED", said(second));
        assertEquals(answer(first).cart(), answer(second).cart());
        assertEquals(1, Objects.requireNonNull(answer(second).cart()).version());
        assertEquals(1, rows.effects().size());
    }

    @ParameterizedTest(name = "{0} {1} with 2 x A: {2} {3} {4} if version {5}: {6}")
    @CsvSource(textBlock = """
            MEMORY,  open,     ADD,   3, A, 0, CHANGED
            MEMORY,  open,     ADD,   1, B, 4, CHANGED
            MEMORY,  open,     SET,   5, A, 0, CHANGED
            MEMORY,  open,     SET,   0, A, 0, CHANGED
            MEMORY,  open,     SET,   2, A, 0, UNCHANGED
            MEMORY,  open,     SET,   0, B, 0, UNCHANGED
            MEMORY,  open,     ADD, 9999, A, 0, read cart
            MEMORY,  open,     ADD,   1, A, 3, read cart
            MEMORY,  deleted,  ADD,   1, A, 0, read cart
            MEMORY,  full,     ADD,   1, A, 0, read cart
            UNKNOWN, open,     ADD,   1, A, 0, read cart
            NONE,    open,     ADD,   1, A, 0, CART_NOT_FOUND
            READ,    deleted,  ADD,   1, A, 0, CART_NOT_FOUND
            READ,    outlived, ADD,   1, A, 0, CART_NOT_FOUND
            READ,    open,     ADD,   1, A, 3, VERSION_CONFLICT
            READ,    open,     ADD, 9998, A, 0, CHANGED
            READ,    open,     ADD, 9999, A, 0, QUANTITY_LIMIT
            READ,    full,     ADD,   1, A, 0, QUANTITY_LIMIT
            READ,    full,     ADD,   1, F7, 0, CHANGED
            """)
    void aLineChangesByWhatIsInTheCartThen(
            Picture picture,
            String state,
            ChangeCartLine.Mode mode,
            int quantity,
            String sku,
            long ifVersion,
            String verdict) {
        Cart before = put(picture, state);

        Verdict decided =
                CartRules.change(new ChangeCartLine(null, cartId(1), sku, quantity, mode, ifVersion), rows.set);

        assertEquals(verdict, said(decided));
        if (verdict.equals("CHANGED")) {
            Cart after = Objects.requireNonNull(answer(decided).cart());
            assertEquals(5, after.version());
            int has = mode == ChangeCartLine.Mode.ADD ? before.quantityOf(sku) : 0;
            assertEquals(has + quantity, after.quantityOf(sku));
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void addsOfOneBatchAreSummed() {
        rows.cart(Picture.MEMORY, cart(1, null, line("A", 2)));
        ChangeCartLine add = new ChangeCartLine(null, cartId(1), "A", 3, ChangeCartLine.Mode.ADD, 0);

        CartRules.change(add, rows.set);
        Verdict second = CartRules.change(add, rows.set);

        assertEquals(8, Objects.requireNonNull(answer(second).cart()).quantityOf("A"));
        assertEquals(6, Objects.requireNonNull(answer(second).cart()).version());
    }

    @Test
    void aConflictNamesTheVersionThatThereIs() {
        put(Picture.READ, "open");
        Verdict decided = CartRules.delete(new DeleteCart(null, cartId(1), 9), rows.set);
        assertEquals(4, answer(decided).currentVersion());
        assertEquals(cartId(1), answer(decided).ref());
    }

    @ParameterizedTest(name = "{0} {1} with hold {2}, delete if version {3}: {4}")
    @CsvSource(nullValues = "-", textBlock = """
            READ, open,     -,         0, CHANGED,          -
            READ, open,     -,         4, CHANGED,          -
            READ, open,     HELD,      0, CHANGED,          RELEASED
            READ, open,     due,       0, CHANGED,          -
            READ, open,     CONFIRMED, 0, CHANGED,          -
            READ, open,     touched,   0, deferred,         -
            READ, open,     made,      0, deferred,         -
            READ, open,     -,         3, VERSION_CONFLICT, -
            READ, deleted,  -,         0, CART_NOT_FOUND,   -
            READ, outlived, -,         0, CART_NOT_FOUND,   -
            NONE, open,     -,         0, CART_NOT_FOUND,   -
            """)
    void deletingGivesBackALiveHold(
            Picture picture,
            String state,
            @Nullable String hold,
            long ifVersion,
            String verdict,
            @Nullable HoldState settled) {
        rows.stock("A", 10, 2);
        if (hold == null) {
            put(picture, state);
        } else {
            rows.cart(picture, cart(1, holdId(1), line("A", 2)));
            putHold(hold);
        }

        Verdict decided = CartRules.delete(new DeleteCart(null, cartId(1), ifVersion), rows.set);

        assertEquals(verdict, said(decided));
        HoldRow row = rows.set.holds().get(holdId(1));
        var settlement = row == null ? null : row.settlement();
        assertEquals(settled, settlement == null ? null : settlement.state());
        if (verdict.equals("CHANGED")) {
            assertTrue(Objects.requireNonNull(answer(decided).cart()).deleted());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    /** Hold 1 of 2 x A: a state, due, touched by a mate, or made by one so that it was not loaded. */
    private void putHold(String hold) {
        ReservationLine units = new ReservationLine("A", 2);
        switch (hold) {
            case "made" -> {}
            case "due" -> rows.hold(Picture.READ, 1, HoldState.HELD, false, units);
            case "touched" ->
                rows.hold(Picture.READ, 1, HoldState.HELD, true, units).touch();
            default -> rows.hold(Picture.READ, 1, HoldState.valueOf(hold), true, units);
        }
    }

    @ParameterizedTest(name = "into {0}, from {1} in {2} with hold {3}, if version {4}: {5}")
    @CsvSource(nullValues = "-", textBlock = """
            open,    lines,   BRL, -,       0, CHANGED
            open,    lines,   BRL, -,       4, CHANGED
            open,    lines,   BRL, HELD,    0, CHANGED
            open,    lines,   BRL, due,     0, CHANGED
            open,    lines,   BRL, touched, 0, deferred
            open,    lines,   BRL, made,    0, deferred
            open,    empty,   BRL, -,       0, UNCHANGED
            open,    lines,   USD, -,       0, CART_NOT_OPEN
            open,    much,    BRL, -,       0, QUANTITY_LIMIT
            full,    lines,   BRL, -,       0, QUANTITY_LIMIT
            open,    lines,   BRL, -,       3, VERSION_CONFLICT
            deleted, lines,   BRL, -,       0, CART_NOT_FOUND
            open,    deleted, BRL, -,       0, CART_NOT_FOUND
            open,    none,    BRL, -,       0, CART_NOT_FOUND
            """)
    void mergingSumsLinesAndEmptiesTheSource(
            String into, String from, String currency, @Nullable String hold, long ifVersion, String verdict) {
        rows.stock("A", 10, 2);
        put(Picture.READ, into);
        String held = hold == null ? null : holdId(1);
        Cart source = switch (from) {
            case "empty" -> cart(2, currency, held);
            case "much" -> cart(2, currency, held, line("B", 1), line("A", 9_999));
            case "deleted" -> deleted(2);
            default -> cart(2, currency, held, line("B", 1), line("A", 3));
        };
        rows.cart(from.equals("none") ? Picture.NONE : Picture.READ, source);
        if (hold != null) {
            putHold(hold);
        }

        Verdict decided = CartRules.merge(new MergeCarts(null, cartId(1), cartId(2), ifVersion), rows.set);

        assertEquals(verdict, said(decided));
        if (verdict.equals("CHANGED")) {
            Cart merged = Objects.requireNonNull(answer(decided).cart());
            assertEquals(List.of(line("A", 5), line("B", 1)), merged.lines());
            assertEquals(5, merged.version());
            Cart emptied = Objects.requireNonNull(rows.set.cart(cartId(2)).current());
            assertEquals(List.of(), emptied.lines());
            assertNull(emptied.reservationId());
            assertEquals(5, emptied.version());
            assertEquals(
                    "HELD".equals(hold) ? 0 : 2,
                    Objects.requireNonNull(rows.set.stock("A").current()).reserved());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    @ParameterizedTest(name = "2 x A in the cart, {0} on hand, {1} reserved, {2} due, hold {3}: {4}")
    @CsvSource(nullValues = "-", textBlock = """
            # the cart's own hold is of 2 x A and among the reserved ones
            10, 0, 0, -,         CREATED
             2, 0, 0, -,         CREATED
             1, 0, 0, -,         INSUFFICIENT_STOCK
             2, 1, 1, -,         expire first [A]
             2, 2, 0, HELD,      CHANGED
             2, 2, 2, due,       expire first [A]
             4, 2, 2, due,       CREATED
             2, 2, 0, RELEASED,  INSUFFICIENT_STOCK
             4, 2, 0, CONFIRMED, CREATED
             9, 2, 0, touched,   deferred
             9, 2, 0, made,      deferred
            """)
    void aCartIsNeverBlockedByItsOwnHold(long onHand, long reserved, long due, @Nullable String hold, String verdict) {
        rows.stock(Picture.READ, "A", onHand, reserved, due);
        rows.cart(Picture.READ, cart(1, hold == null ? null : holdId(1), line("A", 2)));
        if (hold != null) {
            putHold(hold);
        }

        Verdict decided = reserve();

        assertEquals(verdict, said(decided));
        if (TestRows.accepted(decided)) {
            Reservation made = Objects.requireNonNull(answer(decided).reservation());
            assertEquals(cartId(1), made.cartId());
            assertEquals(List.of(new ReservationLine("A", 2)), made.lines());
            assertEquals(
                    made.id(),
                    Objects.requireNonNull(rows.set.cart(cartId(1)).current()).reservationId());
            long given = "HELD".equals(hold) ? 2 : 0;
            assertEquals(
                    reserved + 2 - given,
                    Objects.requireNonNull(rows.set.stock("A").current()).reserved());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    private Verdict reserve() {
        return CartRules.reserve(new ReserveCart(null, cartId(1), 60_000, TestRows.ENTROPY), rows.set);
    }

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(textBlock = """
            READ, empty,    EMPTY_CART
            READ, deleted,  CART_NOT_FOUND
            READ, outlived, CART_NOT_FOUND
            NONE, open,     CART_NOT_FOUND
            READ, open,     INVENTORY_NOT_FOUND
            """)
    void aCartThatCannotBeReservedSaysWhy(Picture picture, String state, String verdict) {
        put(picture, state);
        rows.stock(Picture.NONE, "A", 0, 0, 0);

        assertEquals(verdict, said(reserve()));
        assertEquals(List.of(), rows.effects());
    }

    @Test
    void aRefusedReserveKeepsTheHoldThereIsAndCountsItsUnits() {
        rows.stock("A", 10, 4);
        rows.cart(Picture.READ, cart(1, holdId(1), line("A", 9)));
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 2));

        Verdict decided = reserve();

        assertEquals(List.of(new Shortage("A", 9, 8)), answer(decided).shortages());
        assertEquals(List.of(), rows.effects());
    }

    @Test
    void aSmallerCartNeedsNothingButGivesBackFirst() {
        StockRow stock = rows.stock("A", 5, 5);
        rows.cart(Picture.READ, cart(1, holdId(1), line("A", 1)));
        rows.hold(Picture.READ, 1, HoldState.HELD, true, new ReservationLine("A", 3));

        assertEquals("CHANGED", said(reserve()));
        assertEquals(new InventoryItem("A", 5, 3, 7), stock.current());
        assertEquals(0, Objects.requireNonNull(stock.change()).need());
        assertEquals(3, Objects.requireNonNull(stock.change()).needReserved());
    }

    @Test
    void aLineThatAMatePutIntoTheCartWaits() {
        rows.stock("A", 10, 0);
        rows.cart(Picture.READ, cart(1, null, line("A", 1)));
        CartRules.change(new ChangeCartLine(null, cartId(1), "B", 1, ChangeCartLine.Mode.ADD, 0), rows.set);

        assertEquals("deferred", said(reserve()));
    }

    @Test
    void aCartReservedTwiceInABatchWaits() {
        rows.stock("A", 10, 0);
        rows.cart(Picture.READ, cart(1, null, line("A", 1)));

        assertEquals("CREATED", said(reserve()));
        assertEquals("deferred", said(reserve()));
        assertEquals(1, rows.set.made().size());
    }

    @Test
    void aCartPutBackAsItWasIsStillAnotherVersion() {
        CartRow row = rows.cart(Picture.READ, cart(1, null, line("A", 1)));
        CartRules.change(new ChangeCartLine(null, cartId(1), "A", 2, ChangeCartLine.Mode.SET, 0), rows.set);
        CartRules.change(new ChangeCartLine(null, cartId(1), "A", 1, ChangeCartLine.Mode.SET, 0), rows.set);
        assertNotNull(row.change());
    }
}
