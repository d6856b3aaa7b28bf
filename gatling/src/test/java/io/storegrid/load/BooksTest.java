package io.storegrid.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each check of the audit is shown sound books, and books in which a lie is planted. */
final class BooksTest {

    private static final Tally.Promise PROMISE = new Tally.Promise("rsv_1", Map.of("A", 2, "B", 1), "CONFIRMED");

    @Test
    void aDropThatSoldWhatThereWasIsSound() {
        assertEquals(Books.SOUND, Books.drop(stock("GOTA", 1_000, 1_000, 0), 1_000, 10_000, 1_000, 9_000));
    }

    @Test
    void aDropThatFewWantedIsSound() {
        assertEquals(Books.SOUND, Books.drop(stock("GOTA", 1_000, 30, 970), 1_000, 30, 30, 0));
    }

    @ParameterizedTest(name = "sold {0}, refused {1}, on hand {2}, reserved {3}, available {4}: {5}")
    @CsvSource({
        "1001, 8999, 1000, 1000, 0, 'sold is 1001, not 1000; refused is 8999, not 9000'",
        " 999, 9001, 1000, 1000, 0, 'sold is 999, not 1000; refused is 9001, not 9000'",
        "1000, 8999, 1000, 1000, 0, 'refused is 8999, not 9000'",
        "1000, 9000, 1000,  999, 1, 'reserved is 999, not 1000; available is 1, not 0'",
        "1000, 9000, 1001, 1001, 0, 'reserved is 1001, not 1000; onHand is 1001, not 1000'",
        "1000, 9000, 1000, 1000, 1, 'available is 1, not 0'",
    })
    void noticesADropThatDoesNotAddUp(
            long sold, long refused, long onHand, long reserved, long available, String verdict) {
        String body = stock("GOTA", onHand, reserved, available);
        assertEquals(verdict, Books.drop(body, 1_000, 10_000, sold, refused));
    }

    @Test
    void noticesADropWithoutStock() {
        assertEquals(
                "reserved is -1, not 1; available is -1, not 0; onHand is -1, not 1", Books.drop("{}", 1, 1, 1, 0));
    }

    @Test
    void noticesABrokenInvariant() {
        assertEquals(Books.SOUND, Books.invariants(invariants(true, 0)));
        assertEquals("I2 (a claim) has 3 violations, such as [\"A\"]", Books.invariants(invariants(false, 3)));
        assertEquals("I2 (a claim) has 3 violations, such as [\"A\"]", Books.invariants(invariants(true, 3)));
        assertEquals("the invariants do not hold", Books.invariants(invariants(false, 0)));
        assertEquals("no invariant was checked", Books.invariants("{\"hold\":true,\"items\":[]}"));
        assertThrows(IllegalArgumentException.class, () -> Books.invariants("<html>"));
    }

    @Test
    void noticesACopyAheadOfItsRow() {
        assertEquals(Books.SOUND, Books.reconciled("{\"compared\":5,\"repaired\":1,\"ahead\":0,\"tookMs\":1}"));
        assertEquals("ahead is 2, not 0", Books.reconciled("{\"compared\":5,\"repaired\":0,\"ahead\":2,\"tookMs\":1}"));
        assertEquals("ahead is -1, not 0; nothing was compared", Books.reconciled("{}"));
    }

    @Test
    void noticesStockThatDoesNotAddUp() {
        assertEquals(Books.SOUND, Books.stock(stock("A", 5, 2, 3), "A"));
        assertEquals("asked for B and got \"A\"", Books.stock(stock("A", 5, 2, 3), "B"));
        assertEquals("available is 4, not 3", Books.stock(stock("A", 5, 2, 4), "A"));
        assertEquals("reserved is 6 of 5", Books.stock(stock("A", 5, 6, -1), "A"));
    }

    @Test
    void noticesALostLineAndAForgottenEnd() {
        assertEquals(
                Books.SOUND, Books.reservation(reservation("rsv_1", "CONFIRMED", line("B", 1), line("A", 2)), PROMISE));
        assertEquals(
                "lines are {A=2}, not {A=2, B=1}",
                Books.reservation(reservation("rsv_1", "CONFIRMED", line("A", 2)), PROMISE));
        assertEquals(
                "lines are {A=3, B=1}, not {A=2, B=1}",
                Books.reservation(reservation("rsv_1", "CONFIRMED", line("A", 3), line("B", 1)), PROMISE));
        assertEquals(
                "state is HELD, not CONFIRMED",
                Books.reservation(reservation("rsv_1", "HELD", line("A", 2), line("B", 1)), PROMISE));
        assertEquals(
                "asked for rsv_1 and got \"rsv_2\"",
                Books.reservation(reservation("rsv_2", "CONFIRMED", line("A", 2), line("B", 1)), PROMISE));
        assertTrue(Books.reservation("{}", PROMISE).contains("state is missing"));
    }

    @Test
    void noticesALostCartLine() {
        String body = "{\"lines\":[" + line("A", 3) + "]}";
        assertEquals(Books.SOUND, Books.cart(body, Map.of("A", 3)));
        assertEquals("lines are {A=3}, not {A=2}", Books.cart(body, Map.of("A", 2)));
        assertEquals("lines are {A=3}, not {A=3, B=1}", Books.cart(body, Map.of("A", 3, "B", 1)));
        assertEquals("lines are {A=3}, not {}", Books.cart(body, Map.of()));
    }

    @Test
    void noticesAPageThatIsEmptyTooLongOrOfAnotherCategory() {
        String body = page("", "A", "B");
        assertEquals(Books.SOUND, Books.page(body, 2, "Bolos"));
        assertEquals(Books.SOUND, Books.page(body, 3, ""));
        assertEquals("the page has 2 products, asked for 1", Books.page(body, 1, ""));
        assertEquals("the page has 0 products, asked for 1", Books.page(page(""), 1, ""));
        assertEquals("A is of \"Bolos\", not of Doces; B is of \"Bolos\", not of Doces", Books.page(body, 2, "Doces"));
    }

    @Test
    void noticesAProductThatIsNotListedOrListedTwice() {
        CatalogueWalk whole = new CatalogueWalk(List.of("A", "C"));
        assertEquals(Books.SOUND, whole.page(page("next", "A", "B")));
        assertEquals(Books.SOUND, whole.page(page("", "C")));
        CatalogueWalk lost = new CatalogueWalk(List.of("A", "C"));
        assertEquals(Books.SOUND, lost.page(page("next", "A", "B")));
        assertEquals("1 products are not listed, such as C", lost.page(page("", "D")));
        CatalogueWalk twice = new CatalogueWalk(List.of("A"));
        assertEquals(Books.SOUND, twice.page(page("next", "A", "B")));
        assertEquals("B is listed twice", twice.page(page("", "B")));
    }

    private static String stock(String sku, long onHand, long reserved, long available) {
        return "{\"sku\":\"" + sku + "\",\"onHand\":" + onHand + ",\"reserved\":" + reserved + ",\"available\":"
                + available + "}";
    }

    private static String invariants(boolean hold, int violations) {
        return "{\"hold\":" + hold
                + ",\"items\":[{\"name\":\"I1\",\"claim\":\"another\",\"violations\":0,\"examples\":[]},"
                + "{\"name\":\"I2\",\"claim\":\"a claim\",\"violations\":" + violations + ",\"examples\":[\"A\"]}]}";
    }

    private static String reservation(String id, String state, String... lines) {
        return "{\"id\":\"" + id + "\",\"state\":\"" + state + "\",\"lines\":[" + String.join(",", lines) + "]}";
    }

    private static String line(String sku, int quantity) {
        return "{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}";
    }

    private static String page(String nextCursor, String... skus) {
        StringBuilder items = new StringBuilder();
        for (String sku : skus) {
            items.append(items.isEmpty() ? "" : ",").append("{\"sku\":\"" + sku + "\",\"category\":\"Bolos\"}");
        }
        return "{\"items\":[" + items + "],\"page\":{\"limit\":2"
                + (nextCursor.isEmpty() ? "" : ",\"nextCursor\":\"" + nextCursor + "\"") + "}}";
    }
}
