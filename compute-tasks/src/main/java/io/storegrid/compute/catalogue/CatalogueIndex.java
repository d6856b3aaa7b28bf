package io.storegrid.compute.catalogue;

import io.storegrid.compute.catalogue.Shelf.Place;
import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ProductQuery.Position;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue as sorted sets in memory. Takes products in any order and any number of times: the newest version wins,
 * an archived one leaves and is remembered, so that a late older version does not bring it back.
 *
 * <p>A page costs one search in a sorted set and as many steps as it has items; with a text, as many steps as it takes to
 * find them. Nothing is copied and readers hold no lock. A change is made in three moves (stand in the new place, become
 * current, leave the old place) and readers pass over places that are not current, so a product that moves during a read
 * is seen in its old place or its new one.
 */
final class CatalogueIndex {

    /** Attribute values longer than this are hardly ever shared. */
    private static final int POOLED_LENGTH_MAX = 40;

    /** Distinct strings in the pool; enough for any vocabulary, a bound against made-up values. */
    private static final int POOL_MAX = 20_000;

    /**
     * UTF-16 units of a title that count for order and search. Folding takes characters apart, a Korean syllable into three and some
     * ligatures into eighteen; a cursor carries what is left, and has to fit into an address.
     */
    static final int PLACE_TITLE_MAX = 3 * Limits.TITLE_LENGTH_MAX;

    private final Shelf all = new Shelf();
    private final Map<String, Category> categories = new ConcurrentHashMap<>();
    private final Map<String, Entry> current = new ConcurrentHashMap<>();
    private final Map<String, Long> archived = new ConcurrentHashMap<>();
    private final Map<String, String> pool = new ConcurrentHashMap<>();

    /** Few products have a limit, and every reservation asks. */
    private final Map<String, Integer> maxPerOrder = new ConcurrentHashMap<>();

    /** A product in its place. */
    private record Entry(Product product, Place place, Category category) {}

    private static final class Category {
        final String name;
        final String folded;
        final Shelf shelf = new Shelf();
        /** Products in it; written by one writer at a time. */
        volatile int size;

        Category(String name) {
            this.name = name;
            this.folded = Folding.fold(name);
        }
    }

    /** Products that readers see. */
    int size() {
        return current.size();
    }

    /** The newest version seen of a product, archived ones included; 0 when never seen. */
    long version(String sku) {
        Entry entry = current.get(sku);
        return entry != null ? entry.product.version() : archived.getOrDefault(sku, 0L);
    }

    /** Units that one order or hold may have; 0: no limit. */
    int maxPerOrder(String sku) {
        return maxPerOrder.isEmpty() ? 0 : maxPerOrder.getOrDefault(sku, 0);
    }

    /** Takes a product in if it is newer than what is known of it. */
    synchronized boolean offer(Product product) {
        String sku = product.sku();
        if (product.version() <= version(sku)) {
            return false;
        }
        if (product.maxPerOrder() == 0) {
            maxPerOrder.remove(sku);
        } else {
            maxPerOrder.put(sku, product.maxPerOrder());
        }
        Entry old = current.get(sku);
        if (product.archived()) {
            archived.put(sku, product.version());
            current.remove(sku);
            leave(old, null);
            return true;
        }
        Category category = categories.computeIfAbsent(product.category(), Category::new);
        Place place = new Place(
                sku,
                Folding.fold(product.title(), PLACE_TITLE_MAX),
                product.price().amountMinor());
        if (old != null && old.place.sameAs(place)) {
            place = old.place;
        }
        Entry entry = new Entry(sharingStrings(product, category), place, category);
        all.stand(place);
        category.shelf.stand(place);
        resize(category, 1);
        current.put(sku, entry);
        leave(old, entry);
        archived.remove(sku);
        return true;
    }

    private void leave(@Nullable Entry old, @Nullable Entry successor) {
        if (old == null) {
            return;
        }
        Place place = successor == null ? null : successor.place;
        all.leave(old.place, place);
        old.category.shelf.leave(old.place, successor != null && successor.category == old.category ? place : null);
        resize(old.category, -1);
        if (old.category.size == 0) {
            categories.remove(old.category.name);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // offer() lets one writer in at a time
    private static void resize(Category category, int by) {
        category.size += by;
    }

    /**
     * One page.
     *
     * @throws IllegalArgumentException if the query's position has no price where one is due
     */
    ProductPage page(ProductQuery query) {
        Place after = place(query);
        Comparator<Place> order = Shelf.order(query.sort());
        List<String> words = query.text() == null ? List.of() : Folding.words(query.text());
        Iterator<Place> candidates = candidates(query, order, after);
        List<Product> items = new ArrayList<>();
        Place last = null;
        while (candidates.hasNext()) {
            Place place = candidates.next();
            Entry entry = current.get(place.sku);
            if (entry == null || order.compare(entry.place, place) != 0 || !matches(entry, query.category(), words)) {
                continue;
            }
            if (last != null && items.size() == query.limit()) {
                return new ProductPage(items, position(query.sort(), last));
            }
            items.add(entry.product);
            last = entry.place;
        }
        return new ProductPage(items, null);
    }

    List<CategoryCount> categories() {
        List<Category> filled = new ArrayList<>(categories.values());
        filled.sort(Comparator.<Category, String>comparing(category -> category.folded)
                .thenComparing(one -> one.name));
        List<CategoryCount> counts = new ArrayList<>(filled.size());
        for (Category category : filled) {
            int count = category.size;
            if (count > 0) {
                counts.add(new CategoryCount(category.name, count));
            }
        }
        return counts;
    }

    private Iterator<Place> candidates(ProductQuery query, Comparator<Place> order, @Nullable Place after) {
        if (!query.skus().isEmpty()) {
            return chosen(query.skus(), order, after);
        }
        if (query.category() == null) {
            return all.from(query.sort(), after);
        }
        Category category = categories.get(query.category());
        return category == null ? Collections.emptyIterator() : category.shelf.from(query.sort(), after);
    }

    private Iterator<Place> chosen(List<String> skus, Comparator<Place> order, @Nullable Place after) {
        NavigableSet<Place> found = new TreeSet<>(order);
        for (String sku : skus) {
            Entry entry = current.get(sku);
            if (entry != null) {
                found.add(entry.place);
            }
        }
        return (after == null ? found : found.tailSet(after, false)).iterator();
    }

    private static boolean matches(Entry entry, @Nullable String category, List<String> words) {
        if (category != null && !category.equals(entry.category.name)) {
            return false;
        }
        for (String word : words) {
            if (!entry.place.title.contains(word) && !entry.category.folded.contains(word)) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Place place(ProductQuery query) {
        Position after = query.after();
        if (after == null) {
            return null;
        }
        return switch (query.sort()) {
            case SKU -> new Place(after.sku(), "", 0);
            case TITLE -> new Place(after.sku(), after.value(), 0);
            case PRICE_ASCENDING, PRICE_DESCENDING -> new Place(after.sku(), "", Long.parseLong(after.value()));
        };
    }

    private static Position position(ProductQuery.Sort sort, Place last) {
        return switch (sort) {
            case SKU -> new Position("", last.sku);
            case TITLE -> new Position(last.title, last.sku);
            case PRICE_ASCENDING, PRICE_DESCENDING -> new Position(Long.toString(last.price), last.sku);
        };
    }

    /** The same product, whose category and attributes are the strings that other products have already. */
    private Product sharingStrings(Product product, Category category) {
        Map<String, String> attributes = new TreeMap<>();
        product.attributes().forEach((name, value) -> attributes.put(pooled(name), pooled(value)));
        return new Product(
                product.sku(),
                product.title(),
                product.description(),
                category.name,
                new Money(product.price().amountMinor(), pooled(product.price().currency())),
                attributes,
                product.mediaUrls(),
                product.maxPerOrder(),
                false,
                product.version(),
                product.updatedAtMicros());
    }

    private String pooled(String text) {
        if (text.length() > POOLED_LENGTH_MAX) {
            return text;
        }
        String known = pool.get(text);
        if (known != null) {
            return known;
        }
        if (pool.size() < POOL_MAX) {
            pool.put(text, text);
        }
        return text;
    }
}
