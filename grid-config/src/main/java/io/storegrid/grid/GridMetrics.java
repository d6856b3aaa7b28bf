package io.storegrid.grid;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.StoreCaches;
import java.util.List;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CachePeekMode;

/** The grid as this node sees it, for a registry of metrics. Each is read when it is scraped and asks no peer. */
public final class GridMetrics {

    private static final List<String> CACHES =
            List.of(StoreCaches.PRODUCTS, StoreCaches.INVENTORY, StoreCaches.CARTS, StoreCaches.RESERVATIONS);

    private GridMetrics() {}

    /** Adds the grid's gauges to {@code registry}. */
    public static void bind(Ignite ignite, MeterRegistry registry) {
        Gauge.builder("storegrid.grid.nodes", ignite, GridFacts::dataNodes)
                .description("Nodes that keep data")
                .register(registry);
        Gauge.builder(
                        "storegrid.grid.partitions",
                        ignite,
                        grid -> grid.affinity(StoreCaches.INVENTORY)
                                .primaryPartitions(grid.cluster().localNode())
                                .length)
                .description("Partitions of stock that this node decides on")
                .register(registry);
        for (String name : CACHES) {
            IgniteCache<Object, Object> cache = ignite.cache(name);
            Gauge.builder("storegrid.grid.entries", cache, entries -> entries.localSizeLong(CachePeekMode.PRIMARY))
                    .description("Entries this node is the owner of")
                    .tag("cache", name)
                    .register(registry);
            Gauge.builder("storegrid.grid.rebalanced", ignite, grid -> GridFacts.rebalanced(grid, name) ? 1 : 0)
                    .description("1 when all that this node should keep has arrived")
                    .tag("cache", name)
                    .register(registry);
        }
    }
}
