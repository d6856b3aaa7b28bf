package io.storegrid.compute.catalogue;

import io.storegrid.compute.gateway.ProductQuery.Sort;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Products in every order that a reader may ask for: the whole catalogue is one shelf, each category another. Reads need
 * no lock and see a change at once or a little later; writers take turns, which {@link CatalogueIndex} sees to.
 */
final class Shelf {

    private static final Comparator<Place> BY_SKU = Comparator.comparing(place -> place.sku);
    private static final Comparator<Place> BY_TITLE =
            Comparator.<Place, String>comparing(place -> place.title).thenComparing(BY_SKU);
    private static final Comparator<Place> BY_PRICE =
            Comparator.<Place>comparingLong(place -> place.price).thenComparing(BY_SKU);
    private static final Comparator<Place> BY_PRICE_DESCENDING =
            Comparator.<Place>comparingLong(place -> place.price).reversed().thenComparing(BY_SKU);

    private final NavigableSet<Place> bySku = new ConcurrentSkipListSet<>(BY_SKU);
    private final NavigableSet<Place> byTitle = new ConcurrentSkipListSet<>(BY_TITLE);
    private final NavigableSet<Place> byPrice = new ConcurrentSkipListSet<>(BY_PRICE);

    /**
     * Where a product stands in each order. Holds no product, so a place may outlive the version that it was made for; of
     * a place found in one order only the values of that order are sure.
     */
    static final class Place {
        final String sku;
        /** Folded. */
        final String title;
        /** Minor units, whatever the currency. */
        final long price;

        Place(String sku, String title, long price) {
            this.sku = sku;
            this.title = title;
            this.price = price;
        }

        boolean sameAs(Place that) {
            return sku.equals(that.sku) && title.equals(that.title) && price == that.price;
        }
    }

    static Comparator<Place> order(Sort sort) {
        return switch (sort) {
            case SKU -> BY_SKU;
            case TITLE -> BY_TITLE;
            case PRICE_ASCENDING -> BY_PRICE;
            case PRICE_DESCENDING -> BY_PRICE_DESCENDING;
        };
    }

    /** Puts a place into every order that does not have an equal one. Writers only. */
    void stand(Place place) {
        bySku.add(place);
        byTitle.add(place);
        byPrice.add(place);
    }

    /** Takes a place out of every order in which {@code successor} stands elsewhere, of all when null. Writers only. */
    void leave(Place place, @Nullable Place successor) {
        leave(bySku, BY_SKU, place, successor);
        leave(byTitle, BY_TITLE, place, successor);
        leave(byPrice, BY_PRICE, place, successor);
    }

    private static void leave(
            NavigableSet<Place> set, Comparator<Place> order, Place place, @Nullable Place successor) {
        if (successor == null || order.compare(place, successor) != 0) {
            set.remove(place);
        }
    }

    /** All places behind {@code after}, from the beginning when null. */
    Iterator<Place> from(Sort sort, @Nullable Place after) {
        return switch (sort) {
            case SKU -> ascending(bySku, after);
            case TITLE -> ascending(byTitle, after);
            case PRICE_ASCENDING -> ascending(byPrice, after);
            case PRICE_DESCENDING -> new DearestFirst(after);
        };
    }

    private static Iterator<Place> ascending(NavigableSet<Place> order, @Nullable Place after) {
        return (after == null ? order : order.tailSet(after, false)).iterator();
    }

    /**
     * Falling prices, rising SKUs within a price: the order by price read group by group, so that it need not be kept
     * twice.
     */
    private final class DearestFirst implements Iterator<Place> {

        private Iterator<Place> group = Collections.emptyIterator();
        private @Nullable Place next;

        DearestFirst(@Nullable Place after) {
            if (after == null) {
                openGroupOf(byPrice.floor(new Place("", "", Long.MAX_VALUE)));
            } else {
                group = byPrice.tailSet(after, false).iterator();
                next = within(after.price);
                if (next == null) {
                    openGroupOf(cheaperThan(after.price));
                }
            }
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Place next() {
            Place current = next;
            if (current == null) {
                throw new NoSuchElementException();
            }
            next = within(current.price);
            if (next == null) {
                openGroupOf(cheaperThan(current.price));
            }
            return current;
        }

        private @Nullable Place within(long price) {
            if (group.hasNext()) {
                Place place = group.next();
                if (place.price == price) {
                    return place;
                }
            }
            return null;
        }

        private @Nullable Place cheaperThan(long price) {
            // No SKU is empty, so this stands before all of its price.
            return byPrice.lower(new Place("", "", price));
        }

        /** Goes on with the group that ends in {@code last}; a group that vanishes meanwhile is passed over. */
        private void openGroupOf(@Nullable Place last) {
            Place end = last;
            next = null;
            while (end != null && next == null) {
                group = byPrice.tailSet(new Place("", "", end.price), true).iterator();
                next = within(end.price);
                end = next == null ? cheaperThan(end.price) : null;
            }
        }
    }
}
