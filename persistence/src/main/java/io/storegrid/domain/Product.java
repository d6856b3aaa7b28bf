package io.storegrid.domain;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * One product of the catalogue at one moment. Archived products stay as rows (holds and orders refer to them) and are
 * gone for every reader.
 */
public final class Product implements Versioned {

    private final String sku;
    private final String title;
    private final String description;
    private final String category;
    private final Money price;
    private final TreeMap<String, String> attributes;
    private final String[] mediaUrls;
    private final int maxPerOrder;
    private final boolean archived;
    private final long version;
    private final long updatedAtMicros;

    /**
     * @param attributes free names and values, kept sorted by name
     * @param version 0 for a product that was not stored yet
     * @param updatedAtMicros the database's time of the last change, microseconds since the epoch
     * @param maxPerOrder units that one order or hold may have; 0: no limit but the general one
     */
    public Product(
            String sku,
            String title,
            String description,
            String category,
            Money price,
            Map<String, String> attributes,
            List<String> mediaUrls,
            int maxPerOrder,
            boolean archived,
            long version,
            long updatedAtMicros) {
        this.sku = sku;
        this.title = title;
        this.description = description;
        this.category = category;
        this.price = price;
        this.attributes = new TreeMap<>(attributes);
        this.mediaUrls = mediaUrls.toArray(new String[0]);
        this.maxPerOrder = maxPerOrder;
        this.archived = archived;
        this.version = version;
        this.updatedAtMicros = updatedAtMicros;
    }

    public String sku() {
        return sku;
    }

    public String title() {
        return title;
    }

    public String description() {
        return description;
    }

    public String category() {
        return category;
    }

    public Money price() {
        return price;
    }

    /** Sorted by name, unmodifiable. */
    public Map<String, String> attributes() {
        return Collections.unmodifiableMap(attributes);
    }

    /** In the order given, unmodifiable. */
    public List<String> mediaUrls() {
        return List.of(mediaUrls);
    }

    /** Units that one order or hold may have; 0: no limit but the general one. */
    public int maxPerOrder() {
        return maxPerOrder;
    }

    /** Whether one order or hold may have {@code quantity} units. */
    public boolean allowsPerOrder(long quantity) {
        return maxPerOrder == 0 || quantity <= maxPerOrder;
    }

    public boolean archived() {
        return archived;
    }

    @Override
    public long version() {
        return version;
    }

    public long updatedAtMicros() {
        return updatedAtMicros;
    }

    /** The same description under another version. */
    public Product stored(long newVersion, long atMicros) {
        return new Product(
                sku,
                title,
                description,
                category,
                price,
                attributes,
                mediaUrls(),
                maxPerOrder,
                archived,
                newVersion,
                atMicros);
    }

    /** This product taken out of the catalogue, one version later. */
    public Product archivedAt(long atMicros) {
        return new Product(
                sku,
                title,
                description,
                category,
                price,
                attributes,
                mediaUrls(),
                maxPerOrder,
                true,
                version + 1,
                atMicros);
    }

    /** Whether a reader would see the same in both: everything but version and time. */
    public boolean describesSameAs(Product that) {
        return sku.equals(that.sku)
                && title.equals(that.title)
                && description.equals(that.description)
                && category.equals(that.category)
                && price.equals(that.price)
                && attributes.equals(that.attributes)
                && mediaUrls().equals(that.mediaUrls())
                && maxPerOrder == that.maxPerOrder
                && archived == that.archived;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Product that
                && version == that.version
                && updatedAtMicros == that.updatedAtMicros
                && describesSameAs(that);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, version);
    }

    @Override
    public String toString() {
        return "Product[sku=" + sku + ", version=" + version + (archived ? ", archived" : "") + ", title=" + title
                + "]";
    }
}
