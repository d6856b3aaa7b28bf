package io.storegrid.compute.catalogue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ProductQuery.Position;
import io.storegrid.compute.gateway.ProductQuery.Sort;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.persistence.sample.SampleGenerator;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CatalogueIndexTest {

    /** One move of the property test: a version of a product arrives. */
    record Arrival(Product product) {}

    @Property(tries = 400)
    void pagesEqualASortedList(@ForAll("arrivals") List<Arrival> arrivals, @ForAll("queries") ProductQuery query) {
        CatalogueIndex index = new CatalogueIndex();
        Map<String, Product> model = new TreeMap<>();
        for (Arrival arrival : arrivals) {
            Product product = arrival.product();
            Product known = model.get(product.sku());
            boolean newer = known == null || product.version() > known.version();
            assertEquals(newer, index.offer(product));
            if (newer) {
                model.put(product.sku(), product);
            }
        }
        assertEquals(expected(model, query), walk(index, query));
        assertEquals(counts(model), index.categories());
        assertEquals(model.values().stream().filter(one -> !one.archived()).count(), index.size());
        model.forEach((sku, product) -> assertEquals(product.version(), index.version(sku)));
    }

    @Property(tries = 300)
    void aWalkMissesNothingThatStaysAndRepeatsNothing(
            @ForAll("arrivals") List<Arrival> before,
            @ForAll("arrivals") List<Arrival> during,
            @ForAll("queries") ProductQuery query) {
        CatalogueIndex index = new CatalogueIndex();
        before.forEach(arrival -> index.offer(arrival.product()));
        List<Product> untouched = walk(index, query);
        untouched.removeIf(product ->
                during.stream().anyMatch(arrival -> arrival.product().sku().equals(product.sku())));

        List<Product> seen = new ArrayList<>();
        Position after = null;
        int next = 0;
        do {
            ProductPage page = index.page(at(query, after));
            seen.addAll(page.items());
            after = page.next();
            for (int i = 0; i < 3 && next < during.size(); i++) {
                index.offer(during.get(next++).product());
            }
        } while (after != null);

        assertTrue(seen.containsAll(untouched), () -> untouched + " in " + seen);
        Comparator<Product> order = order(query.sort());
        for (int i = 1; i < seen.size(); i++) {
            assertTrue(order.compare(seen.get(i - 1), seen.get(i)) < 0, "order of a walk");
        }
    }

    @Provide
    Arbitrary<List<Arrival>> arrivals() {
        Arbitrary<String> skus = Arbitraries.of("A", "B", "C", "a", "b", "D-1", "D-2", "Z.9", "q_1", "E", "F", "G");
        Arbitrary<String> titles =
                Arbitraries.of("Maçã", "maca verde", "Açúcar", "Forma", "forma", "Bico nº 5", "ÁBACO");
        Arbitrary<String> categories = Arbitraries.of("Açúcares", "Formas", "Bicos");
        Arbitrary<Long> prices = Arbitraries.of(0L, 100L, 100L, 250L, 999L);
        Arbitrary<Boolean> archived = Arbitraries.of(false, false, false, true);
        Arbitrary<Long> versions = Arbitraries.longs().between(1, 6);
        return Combinators.combine(skus, titles, categories, prices, archived, versions)
                .as((sku, title, category, price, gone, version) ->
                        new Arrival(product(sku, title, category, price, gone, version)))
                .list()
                .ofMaxSize(40);
    }

    @Provide
    Arbitrary<ProductQuery> queries() {
        Arbitrary<@Nullable String> categories =
                Arbitraries.of("Açúcares", "Formas", "Nada").injectNull(0.5);
        Arbitrary<@Nullable String> texts =
                Arbitraries.of("maca", "AÇUCAR", "forma f", " ", "nº", "xyz").injectNull(0.5);
        Arbitrary<List<String>> skus = Arbitraries.of(
                List.of(), List.of(), List.of(), List.of("A", "b", "A"), List.of("D-1", "nope", "Z.9", "G", "C"));
        Arbitrary<Sort> sorts = Arbitraries.of(Sort.class);
        Arbitrary<Integer> limits = Arbitraries.of(1, 2, 3, 200);
        return Combinators.combine(categories, texts, skus, sorts, limits)
                .as((category, text, some, sort, limit) -> new ProductQuery(category, text, some, sort, limit, null));
    }

    @Test
    void aProductIsShownAsItWasOffered() {
        CatalogueIndex index = new CatalogueIndex();
        Product product = new Product(
                "A",
                "Água de coco",
                "Gelada",
                "Bebidas",
                new Money(1, "BRL"),
                Map.of("cor", "azul"),
                List.of("/a.jpg"),
                3,
                false,
                7,
                9);
        index.offer(product);
        assertEquals(
                List.of(product), index.page(query(null, null, Sort.SKU, 10)).items());
        assertEquals(3, index.maxPerOrder("A"));
        index.offer(new Product(
                "A", "Água de coco", "", "Bebidas", new Money(1, "BRL"), Map.of(), List.of(), 0, false, 8, 9));
        assertEquals(0, index.maxPerOrder("A"));
    }

    @Test
    void titlesSortAsABrazilianReaderExpects() {
        CatalogueIndex index = new CatalogueIndex();
        index.offer(product("3", "zabaione", "C", 1, false, 1));
        index.offer(product("2", "Água de coco", "C", 1, false, 1));
        index.offer(product("1", "açúcar", "C", 1, false, 1));
        assertEquals(
                List.of("açúcar", "Água de coco", "zabaione"),
                index.page(query(null, null, Sort.TITLE, 10)).items().stream()
                        .map(Product::title)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\ufdfa", "\ud55c", "\ud835\udc00\ufdfa", "\ufb03"})
    void aTitleThatFoldingMakesLongIsPagedPast(String character) {
        CatalogueIndex index = new CatalogueIndex();
        String title = character.repeat(200).substring(0, 200);
        for (String sku : List.of("A", "B", "C")) {
            index.offer(product(sku, title, "C", 1, false, 1));
        }
        List<String> seen = new ArrayList<>();
        ProductPage page = index.page(query(null, null, Sort.TITLE, 1));
        while (true) {
            seen.add(page.items().get(0).sku());
            Position next = page.next();
            if (next == null) {
                break;
            }
            assertTrue(next.value().length() <= CatalogueIndex.PLACE_TITLE_MAX);
            // As it comes back out of a cursor.
            String told = new String(next.value().getBytes(UTF_8), UTF_8);
            page = index.page(new ProductQuery(null, null, List.of(), Sort.TITLE, 1, new Position(told, next.sku())));
        }
        assertEquals(List.of("A", "B", "C"), seen);
    }

    @Test
    void aLateOlderVersionDoesNotBringAnArchivedProductBack() {
        CatalogueIndex index = new CatalogueIndex();
        index.offer(product("A", "Maçã", "C", 1, true, 3));
        assertFalse(index.offer(product("A", "Maçã", "C", 1, false, 2)));
        assertEquals(0, index.size());
        assertTrue(index.offer(product("A", "Maçã", "C", 1, false, 4)));
        assertEquals(1, index.size());
    }

    @Test
    void aFullLastPageHasNoNext() {
        CatalogueIndex index = new CatalogueIndex();
        index.offer(product("A", "a", "C", 1, false, 1));
        index.offer(product("B", "b", "C", 1, false, 1));
        assertNotNull(index.page(query(null, null, Sort.SKU, 1)).next());
        assertNull(index.page(query(null, null, Sort.SKU, 2)).next());
    }

    @Test
    void refusesAPositionWithoutAPrice() {
        CatalogueIndex index = new CatalogueIndex();
        ProductQuery query =
                new ProductQuery(null, null, List.of(), Sort.PRICE_ASCENDING, 1, new Position("cheap", "A"));
        assertThrows(IllegalArgumentException.class, () -> index.page(query));
    }

    @Test
    void aChangedProductIsNeverMissingFromAPage() throws InterruptedException {
        CatalogueIndex index = new CatalogueIndex();
        index.offer(product("A", "a", "C", 1, false, 1));
        CountDownLatch reading = new CountDownLatch(1);
        Thread writer = new Thread(() -> {
            try {
                reading.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            for (int version = 2; version < 20_000; version++) {
                index.offer(product("A", version % 3 == 0 ? "a" : "b", "C" + version % 2, version % 5, false, version));
            }
        });
        writer.start();
        int missing = 0;
        reading.countDown();
        while (writer.isAlive()) {
            if (index.page(query(null, null, Sort.SKU, 10)).items().size() != 1) {
                missing++;
            }
        }
        writer.join();
        assertEquals(0, missing);
    }

    @Test
    void aLargeCatalogueIsPagedToItsEndInEveryOrder() {
        CatalogueIndex index = new CatalogueIndex();
        List<Product> made = new ArrayList<>();
        new SampleGenerator(7).generate(100_000, item -> made.add(item.product().stored(1, 0)));
        made.forEach(index::offer);
        assertEquals(100_000, index.size());
        for (Sort sort : Sort.values()) {
            assertEquals(100_000, walk(index, query(null, null, sort, 200)).size());
        }
        assertEquals(
                made.stream().filter(one -> one.category().equals("Cortadores")).count(),
                walk(index, query("Cortadores", null, Sort.PRICE_DESCENDING, 200))
                        .size());
        assertEquals(
                50,
                index.page(query(null, "coracao forma", Sort.TITLE, 50)).items().size());
        assertEquals(
                List.of(),
                index.page(query(null, "inexistente", Sort.TITLE, 50)).items());
    }

    private static List<Product> walk(CatalogueIndex index, ProductQuery query) {
        List<Product> seen = new ArrayList<>();
        Position after = null;
        do {
            ProductPage page = index.page(at(query, after));
            assertTrue(page.items().size() <= query.limit(), "page above its limit");
            seen.addAll(page.items());
            after = page.next();
        } while (after != null);
        return seen;
    }

    private static List<Product> expected(Map<String, Product> model, ProductQuery query) {
        Predicate<Product> wanted = product -> !product.archived()
                && (query.category() == null || product.category().equals(query.category()))
                && (query.skus().isEmpty() || query.skus().contains(product.sku()))
                && (query.text() == null
                        || Folding.words(query.text()).stream()
                                .allMatch(word -> Folding.fold(product.title()).contains(word)
                                        || Folding.fold(product.category()).contains(word)));
        return model.values().stream()
                .filter(wanted)
                .sorted(order(query.sort()))
                .toList();
    }

    private static Comparator<Product> order(Sort sort) {
        Comparator<Product> bySku = Comparator.comparing(Product::sku);
        Comparator<Product> byPrice =
                Comparator.comparingLong(product -> product.price().amountMinor());
        return switch (sort) {
            case SKU -> bySku;
            case TITLE ->
                Comparator.<Product, String>comparing(product -> Folding.fold(product.title()))
                        .thenComparing(bySku);
            case PRICE_ASCENDING -> byPrice.thenComparing(bySku);
            case PRICE_DESCENDING -> byPrice.reversed().thenComparing(bySku);
        };
    }

    private static List<CategoryCount> counts(Map<String, Product> model) {
        TreeSet<String> names = new TreeSet<>(Comparator.comparing(Folding::fold));
        model.values().stream().filter(one -> !one.archived()).forEach(one -> names.add(one.category()));
        return names.stream()
                .map(name -> new CategoryCount(
                        name,
                        model.values().stream()
                                .filter(one -> !one.archived() && one.category().equals(name))
                                .count()))
                .toList();
    }

    private static ProductQuery query(@Nullable String category, @Nullable String text, Sort sort, int limit) {
        return new ProductQuery(category, text, List.of(), sort, limit, null);
    }

    private static ProductQuery at(ProductQuery query, @Nullable Position after) {
        return new ProductQuery(query.category(), query.text(), query.skus(), query.sort(), query.limit(), after);
    }

    private static Product product(
            String sku, String title, String category, long price, boolean archived, long version) {
        return new Product(
                sku,
                title,
                "",
                category,
                new Money(price, "BRL"),
                Map.of("cor", "azul"),
                List.of(),
                0,
                archived,
                version,
                0);
    }
}
