package io.storegrid.compute.lane;

import static io.storegrid.compute.lane.TestRows.answer;
import static io.storegrid.compute.lane.TestRows.said;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.lane.TestRows.Picture;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LineRefusal;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.domain.StockChange;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of the catalogue, one row a verdict. */
class ProductRulesTest {

    private final TestRows rows = new TestRows();

    private static Product product(String sku, String title, boolean archived, long version) {
        return new Product(
                sku, title, "", "Doces", new Money(450, "BRL"), Map.of(), List.of(), 0, archived, version, version);
    }

    private static @Nullable Product stored(String state) {
        return switch (state) {
            case "none" -> null;
            case "archived" -> product("A", "Brigadeiro", true, 3);
            default -> product("A", "Brigadeiro", false, 3);
        };
    }

    @ParameterizedTest(name = "{0} at version 3, put if version {1}: {2}")
    @CsvSource(textBlock = """
            none,     0, CREATED,          1
            archived, 0, CREATED,          4
            listed,   3, CHANGED,          4
            listed,   2, VERSION_CONFLICT, 3
            listed,   0, VERSION_CONFLICT, 3
            archived, 3, VERSION_CONFLICT, 0
            none,     1, VERSION_CONFLICT, 0
            """)
    void aProductIsReplacedOnlyOverTheVersionItsWriterSaw(String state, long ifVersion, String verdict, long version) {
        rows.product("A", stored(state));

        Verdict decided =
                ProductRules.put(new PutProduct(null, product("A", "Beijinho", false, 0), ifVersion), rows.set);

        assertEquals(verdict, said(decided));
        if (TestRows.accepted(decided)) {
            Product after = Objects.requireNonNull(answer(decided).product());
            assertEquals("Beijinho", after.title());
            assertEquals(version, after.version());
            assertEquals(TestRows.NOW, after.updatedAtMicros());
        } else {
            assertEquals(version, answer(decided).currentVersion());
            assertEquals(List.of(), rows.effects());
        }
    }

    @ParameterizedTest(name = "{0} at version 3, archive if version {1}: {2}")
    @CsvSource(textBlock = """
            listed,   3, CHANGED
            listed,   2, VERSION_CONFLICT
            archived, 3, PRODUCT_NOT_FOUND
            none,     0, PRODUCT_NOT_FOUND
            """)
    void anArchivedProductIsGoneForGood(String state, long ifVersion, String verdict) {
        rows.product("A", stored(state));

        Verdict decided = ProductRules.archive(new ArchiveProduct(null, "A", ifVersion), rows.set);

        assertEquals(verdict, said(decided));
        if (TestRows.accepted(decided)) {
            Product after = Objects.requireNonNull(answer(decided).product());
            assertTrue(after.archived());
            assertEquals(4, after.version());
        } else {
            assertEquals(List.of(), rows.effects());
        }
    }

    @Test
    void oneProductChangesOnceABatch() {
        rows.product("A", stored("listed"));
        ProductRules.put(new PutProduct(null, product("A", "Beijinho", false, 0), 3), rows.set);

        assertEquals(
                "deferred",
                said(ProductRules.put(new PutProduct(null, product("A", "Cajuzinho", false, 0), 4), rows.set)));
        assertEquals("deferred", said(ProductRules.archive(new ArchiveProduct(null, "A", 4), rows.set)));
        assertEquals("deferred", said(importing(line(1, "A", "Cajuzinho", -1))));
    }

    private static ImportProducts.Line line(long number, String sku, String title, long onHand) {
        return new ImportProducts.Line(number, product(sku, title, false, 0), onHand);
    }

    private Verdict importing(ImportProducts.Line... lines) {
        for (ImportProducts.Line line : lines) {
            String sku = line.product().sku();
            if (!rows.set.stock().containsKey(sku)) {
                rows.stock(Picture.NONE, sku, 0, 0, 0);
            }
            if (!rows.set.products().containsKey(sku)) {
                rows.product(sku, null);
            }
        }
        return ProductRules.importLines(new ImportProducts("imp-1", List.of(lines)), rows.set);
    }

    @ParameterizedTest(name = "{0} with stock {1} of 10, 4 reserved; import {2} on hand: {3} refused, {4}/{5}")
    @CsvSource(nullValues = "-", textBlock = """
            # product, stock, on hand, refused, on hand after, stock version after, product version after
            none,     NONE,  7, 0,  7, 1, 1
            none,     NONE, -1, 0,  -, -, 1
            listed,   READ,  7, 0,  7, 6, 4
            listed,   READ, 10, 0, 10, 5, 4
            listed,   READ,  4, 0,  4, 6, 4
            listed,   READ,  3, 1, 10, 5, 3
            listed,   READ, -1, 0, 10, 5, 4
            archived, READ, -1, 0, 10, 5, 4
            same,     READ, 10, 0, 10, 5, 3
            """)
    void anImportedLineSetsWhatItNamesOrIsRefusedWhole(
            String state,
            Picture picture,
            long onHand,
            int refused,
            @Nullable Long onHandAfter,
            @Nullable Long stockVersion,
            long productVersion) {
        rows.stock(picture, "A", 10, 4, 0);
        rows.product("A", stored(state));

        Verdict decided = importing(line(1, "A", state.equals("same") ? "Brigadeiro" : "Beijinho", onHand));

        assertEquals("CHANGED", said(decided));
        assertEquals(refused, answer(decided).refusedLines().size());
        InventoryItem stock = rows.set.stock("A").current();
        assertEquals(onHandAfter, stock == null ? null : stock.onHand());
        assertEquals(stockVersion, stock == null ? null : stock.version());
        assertEquals(
                productVersion,
                Objects.requireNonNull(rows.set.product("A").current()).version());
        assertFalse(Objects.requireNonNull(rows.set.product("A").current()).archived());
    }

    @Test
    void aRefusedLineIsNamedWithItsReasonAndTheOthersAreTaken() {
        rows.stock("A", 10, 4);
        rows.product("A", stored("listed"));

        Verdict decided = importing(line(41, "A", "Beijinho", 3), line(42, "B", "Quindim", 5));

        LineRefusal refusal = answer(decided).refusedLines().get(0);
        assertEquals("line 41: BELOW_RESERVED", refusal.toString());
        assertNull(rows.set.product("A").change());
        assertEquals(InventoryItem.initial("B", 5), rows.set.stock("B").current());
    }

    @Test
    void theLastLineOfASkuStandsAndMakesOneProductVersion() {
        Verdict decided = importing(line(1, "A", "Beijinho", 3), line(2, "A", "Quindim", 5));

        assertEquals(List.of(), answer(decided).refusedLines());
        Product product = Objects.requireNonNull(rows.set.product("A").change());
        assertEquals("Quindim", product.title());
        assertEquals(1, product.version());
        assertEquals(new InventoryItem("A", 5, 0, 2), rows.set.stock("A").current());
    }

    @Test
    void aRepeatedImportChangesNothing() {
        rows.stock("A", 10, 4);
        rows.product("A", stored("listed"));

        Verdict decided = importing(line(1, "A", "Brigadeiro", 10));

        assertEquals("CHANGED", said(decided));
        assertEquals(List.of(), rows.effects());
    }

    @Test
    void anImportWaitsForAMateOnItsStockAndLeavesNoLineBehind() {
        rows.stock("B", 10, 0).apply(StockChange.adjust("mate", 1));
        List<String> before = rows.effects();

        assertEquals("deferred", said(importing(line(1, "A", "Beijinho", 3), line(2, "B", "Quindim", 5))));
        assertEquals(before, rows.effects());
    }
}
