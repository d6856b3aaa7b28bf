package io.storegrid.compute.gateway;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreAccess;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.StoreRead;
import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.Versioned;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import javax.cache.CacheException;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.binary.BinaryObject;
import org.jspecify.annotations.Nullable;

/**
 * Reads from the caches, which read through to PostgreSQL where they have nothing. That something is not there is said
 * only after PostgreSQL was asked past the grid: a node that wakes up and has been given up by the others may for a moment
 * get nothing for a key that others hold, and not read through either (seen once under torture, Ignite 2.17).
 */
public final class GridReadGateway implements ReadGateway {

    private final StoreCaches caches;
    private final IgniteCache<String, BinaryObject> products;
    private final KnownProducts known = new KnownProducts();
    private final StoreAccess store;

    public GridReadGateway(StoreCaches caches, StoreAccess store) {
        this.caches = caches;
        this.products = caches.products().withKeepBinary();
        this.store = store;
    }

    @Override
    public Optional<Product> product(String sku) {
        return Optional.ofNullable(grid(() -> products.get(sku)))
                .map(entry -> known.of(sku, entry))
                .or(() -> row(StoreCaches.PRODUCTS, sku, Product.class))
                .filter(product -> !product.archived());
    }

    @Override
    public Map<String, Product> products(Collection<String> skus) {
        Map<String, Product> found = new LinkedHashMap<>();
        Set<String> missing = new TreeSet<>(skus);
        grid(() -> products.getAll(new TreeSet<>(skus))).forEach((sku, entry) -> {
            missing.remove(sku);
            found.put(sku, known.of(sku, entry));
        });
        if (!missing.isEmpty()) {
            stored(() -> store.rows(StoreCaches.PRODUCTS, missing))
                    .forEach((sku, row) -> found.put(sku, (Product) row));
        }
        found.values().removeIf(Product::archived);
        return found;
    }

    @Override
    public Optional<InventoryItem> inventory(String sku) {
        return Optional.ofNullable(grid(() -> caches.inventory().get(sku)))
                .or(() -> row(StoreCaches.INVENTORY, sku, InventoryItem.class));
    }

    @Override
    public Optional<InventoryItem> freshInventory(String sku) {
        return row(StoreCaches.INVENTORY, sku, InventoryItem.class);
    }

    @Override
    public Optional<InventoryItem> inventoryAt(String sku, long atMicros) {
        return stored(() -> store.stockAt(sku, atMicros));
    }

    @Override
    public Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit) {
        return stored(() -> store.ledger(sku, from, limit));
    }

    /** What PostgreSQL has for a key, past the grid. */
    private <V extends Versioned> Optional<V> row(String cache, String key, Class<V> type) {
        return Optional.ofNullable(stored(() -> store.rows(cache, List.of(key))).get(key))
                .map(type::cast);
    }

    /** Reads past the grid; not even asks while it is known that nobody answers. */
    private <T> T stored(StoreRead<T> read) {
        if (!store.up()) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL does not answer");
        }
        return StoreRead.asked(read);
    }

    @Override
    public Map<String, InventoryItem> inventories(Collection<String> skus) {
        return grid(() -> caches.inventory().getAll(new TreeSet<>(skus)));
    }

    @Override
    public Optional<Cart> cart(String id) {
        return Optional.ofNullable(grid(() -> caches.carts().get(id)))
                .or(() -> row(StoreCaches.CARTS, id, Cart.class))
                .filter(cart -> cart.openAt(store.nowMicros()));
    }

    @Override
    public Optional<Reservation> reservation(String id) {
        return Optional.ofNullable(grid(() -> caches.reservations().get(id)))
                .or(() -> row(StoreCaches.RESERVATIONS, id, Reservation.class));
    }

    @Override
    public Optional<Order> order(String id) {
        return Optional.ofNullable(grid(() -> caches.orders().get(id)))
                .or(() -> row(StoreCaches.ORDERS, id, Order.class));
    }

    @Override
    public List<Order> orders(OrderQuery query) {
        return stored(() -> store.orders(query));
    }

    @Override
    public long nowMicros() {
        return store.nowMicros();
    }

    /** A cache throws when it had to read through and could not, or when the key's owner left in that moment. */
    private static <T extends @Nullable Object> T grid(Supplier<T> read) {
        try {
            return read.get();
        } catch (CacheException | IgniteException | IllegalStateException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "the grid could not read: " + e.getMessage(), e);
        }
    }
}
