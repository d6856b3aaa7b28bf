package io.storegrid.compute;

import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import java.util.List;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;

/** The caches by name and type. Their layout is the grid module's business. Thread-safe. */
public final class StoreCaches {

    /** Products by SKU. */
    public static final String PRODUCTS = "products";

    /** Stock by SKU; beside its product. */
    public static final String INVENTORY = "inventory";

    /** Carts by id. */
    public static final String CARTS = "carts";

    /** Reservations by id; beside the stock of their first SKU. */
    public static final String RESERVATIONS = "reservations";

    /** Orders by id; beside the stock of their first SKU. */
    public static final String ORDERS = "orders";

    /** All of them, in the order in which a grid that begins fills them. */
    public static final List<String> NAMES = List.of(PRODUCTS, INVENTORY, CARTS, RESERVATIONS, ORDERS);

    private final IgniteCache<String, Product> products;
    private final IgniteCache<String, InventoryItem> inventory;
    private final IgniteCache<String, Cart> carts;
    private final IgniteCache<String, Reservation> reservations;
    private final IgniteCache<String, Order> orders;

    public StoreCaches(Ignite ignite) {
        products = ignite.cache(PRODUCTS);
        inventory = ignite.cache(INVENTORY);
        carts = ignite.cache(CARTS);
        reservations = ignite.cache(RESERVATIONS);
        orders = ignite.cache(ORDERS);
    }

    public IgniteCache<String, Product> products() {
        return products;
    }

    public IgniteCache<String, InventoryItem> inventory() {
        return inventory;
    }

    public IgniteCache<String, Cart> carts() {
        return carts;
    }

    public IgniteCache<String, Order> orders() {
        return orders;
    }

    public IgniteCache<String, Reservation> reservations() {
        return reservations;
    }
}
