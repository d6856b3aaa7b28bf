package io.storegrid.grid;

import io.storegrid.compute.StoreCaches;
import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.CartCacheStore;
import io.storegrid.persistence.InventoryCacheStore;
import io.storegrid.persistence.OrderCacheStore;
import io.storegrid.persistence.ProductCacheStore;
import io.storegrid.persistence.ReservationCacheStore;
import javax.cache.configuration.FactoryBuilder;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheRebalanceMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.store.CacheStore;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * The caches: partitioned, atomic, each put on primary and backup before it returns, read and written through to
 * PostgreSQL.
 *
 * <p>Atomic and not transactional: a lane commits to PostgreSQL first and applies past the store, so no grid lock may be
 * held over a database round trip. Read-through is on wherever write-through is: without it, recovery after a node's
 * death fails (Ignite 2.17). Lost partitions are taken for empty ones, because every miss is read through.
 *
 * <p>Defined here and nowhere else: Spring Boot would let a YAML file overwrite the list as a whole.
 */
final class CacheLayout {

    /** Copies of an entry besides the primary. */
    static final int BACKUPS = 1;

    private CacheLayout() {}

    /** New configurations of all caches; Ignite changes what it is given, so each node needs its own. */
    static CacheConfiguration<?, ?>[] all(int expectedNodes) {
        CacheConfiguration<?, ?>[] all = new CacheConfiguration<?, ?>[] {
            // The catalogue is read far more than written, and a copy one change old is no harm.
            CacheLayout.<Product>cache(StoreCaches.PRODUCTS, ProductCacheStore.class)
                    .setReadFromBackup(true),
            CacheLayout.<InventoryItem>cache(StoreCaches.INVENTORY, InventoryCacheStore.class),
            CacheLayout.<Cart>cache(StoreCaches.CARTS, CartCacheStore.class),
            CacheLayout.<Reservation>cache(StoreCaches.RESERVATIONS, ReservationCacheStore.class),
            CacheLayout.<Order>cache(StoreCaches.ORDERS, OrderCacheStore.class)
        };
        for (CacheConfiguration<?, ?> cache : all) {
            cache.setTopologyValidator(new Quorum(expectedNodes));
        }
        return all;
    }

    private static <V> CacheConfiguration<String, V> cache(
            String name, Class<? extends CacheStore<String, V>> storeClass) {
        return new CacheConfiguration<String, V>(name)
                .setCacheMode(CacheMode.PARTITIONED)
                .setAtomicityMode(CacheAtomicityMode.ATOMIC)
                .setBackups(BACKUPS)
                .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
                .setAffinity(new StoreAffinity())
                .setRebalanceMode(CacheRebalanceMode.ASYNC)
                .setPartitionLossPolicy(PartitionLossPolicy.IGNORE)
                .setReadFromBackup(false)
                .setReadThrough(true)
                .setWriteThrough(true)
                .setCacheStoreFactory(FactoryBuilder.factoryOf(storeClass))
                .setStoreKeepBinary(false)
                .setOnheapCacheEnabled(false)
                .setStatisticsEnabled(true);
    }
}
