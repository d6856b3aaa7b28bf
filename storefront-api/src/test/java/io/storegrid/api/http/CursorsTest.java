package io.storegrid.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.ProblemException;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ProductQuery.Position;
import io.storegrid.compute.gateway.ProductQuery.Sort;
import io.storegrid.domain.Limits;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorsTest {

    private static final ProductQuery QUERY = new ProductQuery("Docinhos", "coco", List.of("A1"), Sort.TITLE, 50, null);
    private static final Position PLACE = new Position("Beijinho de coco", "BEI-001");

    @Test
    void returnsThePlaceItWasMadeFor() {
        assertEquals(PLACE, Cursors.position(QUERY, Cursors.of(QUERY, PLACE)));
        Position bySku = new Position("", "A");
        assertEquals(bySku, Cursors.position(QUERY, Cursors.of(QUERY, bySku)));
    }

    @Test
    void takesTheLongestPlaceThereIs() {
        Position longest =
                new Position("\u1112".repeat(3 * Limits.TITLE_LENGTH_MAX), "x".repeat(Limits.SKU_LENGTH_MAX));
        assertEquals(longest, Cursors.position(QUERY, Cursors.of(QUERY, longest)));
    }

    @Test
    void servesTheSameQueryWithAnotherLimit() {
        ProductQuery shorter = new ProductQuery("Docinhos", "coco", List.of("A1"), Sort.TITLE, 3, PLACE);
        assertEquals(PLACE, Cursors.position(shorter, Cursors.of(QUERY, PLACE)));
    }

    @Test
    void refusesAnotherQuery() {
        String cursor = Cursors.of(QUERY, PLACE);
        for (ProductQuery other : List.of(
                new ProductQuery(null, "coco", List.of("A1"), Sort.TITLE, 50, null),
                new ProductQuery("Docinhos", null, List.of("A1"), Sort.TITLE, 50, null),
                new ProductQuery("Docinhos", "coco", List.of(), Sort.TITLE, 50, null),
                new ProductQuery("Docinhos", "coco", List.of("A1"), Sort.SKU, 50, null),
                new ProductQuery("coco", "Docinhos", List.of("A1"), Sort.TITLE, 50, null))) {
            assertInvalid(other, cursor);
        }
    }

    @Test
    void refusesEveryChangeOfOneCharacter() {
        String cursor = Cursors.of(QUERY, PLACE);
        for (int i = 0; i < cursor.length(); i++) {
            for (char c : new char[] {'A', 'B', '_', '=', '*'}) {
                if (cursor.charAt(i) != c) {
                    assertInvalid(QUERY, cursor.substring(0, i) + c + cursor.substring(i + 1));
                }
            }
            assertInvalid(QUERY, cursor.substring(0, i));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "AAAA", "%", "ç", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void refusesNonsense(String cursor) {
        assertInvalid(QUERY, cursor);
        assertInvalid(QUERY, cursor + "A".repeat(5_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "+1", "1.0", "coco", "99999999999999999999"})
    void refusesAWellMadeCursorWithoutAPriceWhereOneIsDue(String value) {
        for (Sort sort : List.of(Sort.PRICE_ASCENDING, Sort.PRICE_DESCENDING)) {
            ProductQuery query = new ProductQuery(null, null, List.of(), sort, 50, null);
            assertInvalid(query, Cursors.of(query, new Position(value, "A1")));
            Position place = new Position("4890", "A1");
            assertEquals(place, Cursors.position(query, Cursors.of(query, place)));
        }
    }

    private static void assertInvalid(ProductQuery query, String cursor) {
        ProblemException refusal = assertThrows(ProblemException.class, () -> Cursors.position(query, cursor), cursor);
        assertEquals(ProblemCode.INVALID_CURSOR, refusal.problem().code());
    }
}
