package io.storegrid.domain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CartTest {

    private static final long AT = 5_000_000;
    private static final long LIFE = Limits.CART_LIFE.toMillis() * 1_000;

    /** "A2 B1": 2 units of A, 1 of B. */
    private static List<CartLine> lines(String text) {
        return text.isEmpty()
                ? List.of()
                : Arrays.stream(text.split(" ", -1))
                        .map(line -> new CartLine(line.substring(0, 1), Integer.parseInt(line.substring(1))))
                        .toList();
    }

    private static Cart cart(String lines) {
        return Cart.create("cart_1", "BRL", "maria", lines(lines), 1_000);
    }

    @ParameterizedTest(name = "[{0}] with {2} of {1}: [{3}]")
    @CsvSource(emptyValue = "", textBlock = """
            'A2 B1', C, 3,     'A2 B1 C3'
            'A2 B1', A, 5,     'A5 B1'
            'A2 B1', A, 0,     'B1'
            'A2 B1', C, 0,     'A2 B1'
            'A2',    A, 0,     ''
            '',      A, 10000, 'A10000'
            """)
    void aLineKeepsItsPlaceAndANewOneComesLast(String before, String sku, long quantity, String after) {
        Cart changed = cart(before).withLine(sku, quantity, AT).orElseThrow();
        assertEquals(lines(after), changed.lines());
        assertEquals(2, changed.version());
        assertEquals(AT, changed.updatedAtMicros());
        assertEquals(AT + LIFE, changed.expiresAtMicros());
    }

    @Test
    void limitsHoldExactly() {
        assertTrue(cart("A1").withLine("A", 10_001, AT).isEmpty());
        List<CartLine> full = new ArrayList<>();
        for (int i = 0; i < Limits.CART_LINES_MAX; i++) {
            full.add(new CartLine("F" + i, 1));
        }
        Cart cart = Cart.create("cart_1", "BRL", null, full, 1_000);
        assertTrue(cart.withLine("ONE-MORE", 1, AT).isEmpty());
        assertTrue(cart.withLine("F0", 2, AT).isPresent());
        assertTrue(cart.withLinesOf(cart("A1"), AT).isEmpty());
        assertThrows(InvariantViolation.class, () -> new CartLine("A", 0));
        assertThrows(InvariantViolation.class, () -> new CartLine("A", 10_001));
    }

    @ParameterizedTest(name = "[{0}] and [{1}]: [{2}]")
    @CsvSource(emptyValue = "", textBlock = """
            'A2 B1', 'C3 A1', 'A3 B1 C3'
            '',      'C3 A1', 'C3 A1'
            'A2',    '',      'A2'
            """)
    void mergingSumsAndIsOneVersion(String into, String from, String after) {
        Cart merged = cart(into).withLinesOf(cart(from), AT).orElseThrow();
        assertEquals(lines(after), merged.lines());
        assertEquals(2, merged.version());
    }

    @Test
    void mergingAboveALimitIsNone() {
        assertTrue(cart("A9999").withLinesOf(cart("B1 A2"), AT).isEmpty());
    }

    @Test
    void eachEndIsOneVersionLaterAndADeletedCartNeverChanges() {
        Cart held = cart("A2").heldBy("rsv_1", false, AT);
        assertEquals("rsv_1", held.reservationId());
        assertEquals(lines("A2"), held.lines());
        Cart emptied = held.emptied(AT);
        assertNull(emptied.reservationId());
        assertEquals(List.of(), emptied.lines());
        assertEquals(3, emptied.version());
        Cart deleted = held.deletedAt(AT);
        assertTrue(deleted.deleted());
        assertNull(deleted.reservationId());
        assertThrows(InvariantViolation.class, () -> deleted.withLine("A", 1, AT));
        assertThrows(InvariantViolation.class, () -> deleted.deletedAt(AT));
    }

    @ParameterizedTest(name = "{0} us after its last change: open {1}")
    @CsvSource({"0, true", "2591999999999, true", "2592000000000, false"})
    void aCartLivesForThirtyDaysAfterItsLastChange(long later, boolean open) {
        assertEquals(open, cart("A2").openAt(1_000 + later));
        assertEquals(false, cart("A2").deletedAt(1_000).openAt(1_000 + later));
    }

    @Test
    void unitsOfWhatIsNotInTheCartAreNone() {
        assertEquals(2, cart("A2").quantityOf("A"));
        assertEquals(0, cart("A2").quantityOf("B"));
    }
}
