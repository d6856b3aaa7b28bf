package io.storegrid.persistence;

import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Product rows. A write is the next version of the row it was decided on, or does not happen. */
public final class ProductSql {

    private static final String COLUMNS =
            "sku, title, description, category, price_minor, currency, attributes::text, media_urls::text, max_per_order, archived, version, updated_at";

    private static final String READ = "SELECT " + COLUMNS + " FROM product WHERE sku = ANY (?)";

    private static final String LOCK = READ + " ORDER BY sku FOR UPDATE";

    private static final String ALL = "SELECT " + COLUMNS + " FROM product";

    private static final String WRITE = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, attributes, media_urls, max_per_order,
                                 archived, version, updated_at)
            SELECT t.sku, t.title, t.description, t.category, t.price_minor, t.currency, t.attributes::jsonb,
                   t.media_urls::jsonb, t.max_per_order, t.archived, t.version, @updated@
            FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                AS t (sku, title, description, category, price_minor, currency, attributes, media_urls, max_per_order, archived,
                      version, updated)
            ORDER BY t.sku
            ON CONFLICT (sku) DO UPDATE
            SET title = excluded.title, description = excluded.description, category = excluded.category,
                price_minor = excluded.price_minor, currency = excluded.currency, attributes = excluded.attributes,
                media_urls = excluded.media_urls, max_per_order = excluded.max_per_order, archived = excluded.archived, version = excluded.version,
                updated_at = excluded.updated_at
            WHERE product.version = excluded.version - 1""".replace("@updated@", Times.fromMicros("t.updated"));

    private ProductSql() {}

    /** Products as they are now, archived ones included; unknown SKUs are left out. */
    public static Map<String, Product> read(Connection connection, Collection<String> skus) throws SQLException {
        return query(connection, READ, skus);
    }

    /** Locks rows in SKU order and reads them. */
    public static Map<String, Product> lock(Connection connection, Collection<String> skus) throws SQLException {
        return query(connection, LOCK, skus);
    }

    /**
     * Writes each product over the version before it, or as new with version 1.
     *
     * @param products each SKU once
     * @return the number written; fewer than {@code products} means that a version was lost: the caller rolls back
     */
    public static Supplier<Integer> write(RoundTrip trip, List<Product> products) {
        int count = products.size();
        String[] skus = new String[count];
        String[] titles = new String[count];
        String[] descriptions = new String[count];
        String[] categories = new String[count];
        long[] prices = new long[count];
        String[] currencies = new String[count];
        String[] attributes = new String[count];
        String[] mediaUrls = new String[count];
        Integer[] maxPerOrder = new Integer[count];
        Boolean[] archived = new Boolean[count];
        long[] versions = new long[count];
        long[] updated = new long[count];
        for (int i = 0; i < count; i++) {
            Product product = products.get(i);
            skus[i] = product.sku();
            titles[i] = product.title();
            descriptions[i] = product.description();
            categories[i] = product.category();
            prices[i] = product.price().amountMinor();
            currencies[i] = product.price().currency();
            attributes[i] = ProductRow.attributes(product);
            mediaUrls[i] = ProductRow.mediaUrls(product);
            maxPerOrder[i] = product.maxPerOrder() == 0 ? null : product.maxPerOrder();
            archived[i] = product.archived();
            versions[i] = product.version();
            updated[i] = product.updatedAtMicros();
        }
        return trip.update(
                WRITE,
                skus,
                titles,
                descriptions,
                categories,
                prices,
                currencies,
                attributes,
                mediaUrls,
                maxPerOrder,
                archived,
                versions,
                updated);
    }

    static String allQuery() {
        return ALL;
    }

    static Product product(ResultSet rows) throws SQLException {
        return new Product(
                rows.getString(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                new Money(rows.getLong(5), rows.getString(6)),
                ProductRow.attributes(rows.getString(7)),
                ProductRow.mediaUrls(rows.getString(8)),
                rows.getInt(9),
                rows.getBoolean(10),
                rows.getLong(11),
                Times.micros(rows, 12));
    }

    private static Map<String, Product> query(Connection connection, String sql, Collection<String> skus)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, skus.toArray(new String[0]));
            Map<String, Product> products = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    Product product = product(rows);
                    products.put(product.sku(), product);
                }
            }
            return products;
        }
    }
}
