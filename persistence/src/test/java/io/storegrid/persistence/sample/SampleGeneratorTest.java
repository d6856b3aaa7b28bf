package io.storegrid.persistence.sample;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.Limits;
import io.storegrid.domain.Product;
import io.storegrid.domain.Sku;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

final class SampleGeneratorTest {

    private static final Pattern ACCENTED = Pattern.compile("[áâãàçéêíóôõúü]");
    private static final Pattern DEFECT = Pattern.compile("[{}|]|  |null|\\.\\.|,\\s*\\.");

    @Test
    void reproducesTheCheckedInFile() throws IOException {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        new SampleGenerator(SampleGenerator.SEED).write(SampleCatalogue.SIZE, made);
        try (GZIPInputStream checkedIn = new GZIPInputStream(SampleCatalogue.open())) {
            // Unpacked, because the packed bytes are the business of the JDK's deflater.
            assertArrayEquals(checkedIn.readAllBytes(), made.toByteArray());
        }
    }

    @Test
    void readerGivesWhatTheGeneratorMade() {
        List<SampleItem> made = generated(SampleCatalogue.SIZE);
        List<SampleItem> read = new ArrayList<>();
        try (SampleCatalogue.Items items = SampleCatalogue.items()) {
            items.forEachRemaining(read::add);
        }
        assertEquals(made, read);
    }

    @Test
    void sampleIsACatalogueOfSizeAndBreadth() {
        List<SampleItem> items = generated(SampleCatalogue.SIZE);
        assertTrue(items.size() >= 5_000, "items");
        Set<String> categories = new TreeSet<>();
        items.forEach(item -> categories.add(item.product().category()));
        assertTrue(categories.size() >= 24, () -> "categories " + categories);
        long accented = items.stream()
                .filter(item -> ACCENTED.matcher(item.product().title()).find())
                .count();
        assertTrue(accented > items.size() / 3, () -> "titles with accents " + accented);
    }

    @Test
    void everyItemKeepsTheLimits() {
        for (SampleItem item : generated(SampleCatalogue.SIZE)) {
            Product product = item.product();
            assertTrue(Sku.isValid(product.sku()), product::sku);
            assertTrue(product.title().length() <= Limits.TITLE_LENGTH_MAX, product::title);
            assertTrue(product.description().length() <= Limits.DESCRIPTION_LENGTH_MAX, product::description);
            assertTrue(product.category().length() <= Limits.CATEGORY_LENGTH_MAX, product::category);
            assertTrue(product.attributes().size() <= Limits.ATTRIBUTES_MAX, product::sku);
            assertTrue(product.mediaUrls().size() <= Limits.MEDIA_URLS_MAX, product::sku);
            assertEquals("BRL", product.price().currency());
            long price = product.price().amountMinor();
            assertTrue(50 <= price && price <= 300_000, () -> product.sku() + " costs " + price);
            assertFalse(DEFECT.matcher(product.title() + product.description()).find(), product::description);
        }
    }

    @Test
    void stockReachesFromNoneToTenThousand() {
        List<SampleItem> items = generated(SampleCatalogue.SIZE);
        assertEquals(0, items.stream().mapToLong(SampleItem::onHand).min().orElseThrow());
        assertEquals(10_000, items.stream().mapToLong(SampleItem::onHand).max().orElseThrow());
        long none = items.stream().filter(item -> item.onHand() == 0).count();
        long low = items.stream()
                .filter(item -> item.onHand() > 0 && item.onHand() < 10)
                .count();
        assertTrue(none > items.size() / 40 && none < items.size() / 10, () -> "sold out " + none);
        assertTrue(low > items.size() / 20 && low < items.size() / 5, () -> "low " + low);
    }

    @Test
    void aLoadRunsCatalogueHasNoTwins() {
        List<SampleItem> items = generated(100_000);
        assertEquals(100_000, items.size());
        assertUnique(items, Product::sku);
        assertUnique(items, Product::title);
        items.forEach(item -> assertTrue(Sku.isValid(item.product().sku()), item.product()::sku));
    }

    @Test
    void anItemIsTheSameInCataloguesOfAnySize() {
        Map<String, SampleItem> larger = new HashMap<>();
        generated(20_000).forEach(item -> larger.put(item.product().sku(), item));
        generated(3_000).forEach(item -> assertEquals(larger.get(item.product().sku()), item));
    }

    @Test
    void anotherSeedGivesAnotherCatalogue() {
        List<SampleItem> other = new ArrayList<>();
        new SampleGenerator(1).generate(100, other::add);
        assertFalse(other.equals(generated(100)));
    }

    private static List<SampleItem> generated(int count) {
        List<SampleItem> items = new ArrayList<>(count);
        new SampleGenerator(SampleGenerator.SEED).generate(count, items::add);
        return items;
    }

    private static void assertUnique(List<SampleItem> items, Function<Product, String> by) {
        Set<String> seen = new HashSet<>();
        for (SampleItem item : items) {
            String value = by.apply(item.product());
            assertTrue(seen.add(value), () -> "twice: " + value);
        }
    }
}
