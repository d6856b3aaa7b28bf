package io.storegrid.compute.catalogue;

import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.Threads;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.domain.Product;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.CacheException;
import javax.cache.event.CacheEntryEvent;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.QueryCursor;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgnitePredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalogue of the whole grid in this node's memory. A page asks neither PostgreSQL nor another node.
 *
 * <p>Three sources feed it, and the newest version wins whichever comes first: a continuous query on the products cache
 * brings every change of every node; one full scan at the start brings what was there; a rescan by version, a moment after
 * the topology changed and every few minutes, brings what a lost notification did not. Entries that the grid loads from
 * PostgreSQL raise no notification, so {@link #start} belongs behind the warm-up. On a node without data that is taken into
 * the next grid after its first one went away, Ignite carries the query over, whatever its log says.
 *
 * <p>Thread-safe; {@link #start} once.
 */
public final class MemoryCatalogue implements Catalogue, AutoCloseable {

    /** How often the rescan runs when nothing happens. */
    public static final Duration RESCAN_EVERY = Duration.ofMinutes(3);

    private static final Logger LOG = LoggerFactory.getLogger(MemoryCatalogue.class);

    /** Node changes come in rows; one rescan does for all within this time. */
    private static final Duration RESCAN_AFTER_CHANGE = Duration.ofSeconds(1);

    private static final int QUERIES_MAX = 20;
    private static final Duration QUERY_AGAIN = Duration.ofMillis(250);

    /** Products fetched in one call; some hundred kilobytes. */
    private static final int FETCH_MAX = 200;

    /** Changes of another node travel together up to this many … */
    private static final int NOTICE_BATCH = 128;

    /** … and wait for company up to this long, milliseconds. */
    private static final long NOTICE_DELAY_MS = 100;

    /**
     * Nodes that join at the same moment are taken in by one exchange, and a query that asked for the version passed over fails
     * (Ignite 2.17: "affinity for too old topology version"), be it a scan or a subscription. The next one knows better; what
     * was read twice does no harm, and neither does a subscription that Ignite keeps although it said that it had failed.
     */
    private final Retry queries = Retry.of(
            "catalogue-query",
            RetryConfig.custom()
                    .maxAttempts(QUERIES_MAX)
                    .waitDuration(QUERY_AGAIN)
                    .retryExceptions(CacheException.class, IgniteException.class)
                    .build());

    private final CatalogueIndex index = new CatalogueIndex();
    private final Ignite ignite;
    private final Duration rescanEvery;
    private final Counter healed;
    private final ScheduledExecutorService scheduler;
    private final IgnitePredicate<Event> topologyListener = event -> {
        rescanSoon();
        return true;
    };
    private @Nullable QueryCursor<Cache.Entry<String, Product>> changes;
    private @Nullable ScheduledFuture<?> periodic;
    private @Nullable ScheduledFuture<?> pending;

    /** @param rescanEvery pause between rescans that nothing caused */
    public MemoryCatalogue(Ignite ignite, MeterRegistry meters, Duration rescanEvery) {
        this.ignite = ignite;
        this.rescanEvery = rescanEvery;
        this.healed = Counter.builder("storegrid.catalogue.healed")
                .description("Products that only a rescan brought: their notification was lost")
                .register(meters);
        Gauge.builder("storegrid.catalogue.products", index, CatalogueIndex::size)
                .description("Products in this node's catalogue")
                .register(meters);
        this.scheduler = Threads.timer("storegrid-catalogue");
    }

    /**
     * Subscribes to changes, then reads the whole products cache. Blocking, a few seconds for a hundred thousand products.
     *
     * @return products in the catalogue
     */
    public synchronized int start() {
        ContinuousQuery<String, Product> query = new ContinuousQuery<>();
        query.setPageSize(NOTICE_BATCH);
        query.setTimeInterval(NOTICE_DELAY_MS);
        query.setLocalListener(this::take);
        changes = queries.executeSupplier(() -> products().query(query));
        queries.executeRunnable(this::readAll);
        ignite.events()
                .localListen(
                        topologyListener,
                        EventType.EVT_NODE_JOINED,
                        EventType.EVT_NODE_LEFT,
                        EventType.EVT_NODE_FAILED,
                        EventType.EVT_CLIENT_NODE_RECONNECTED);
        periodic = scheduler.scheduleWithFixedDelay(
                this::rescanQuietly, rescanEvery.toMillis(), rescanEvery.toMillis(), TimeUnit.MILLISECONDS);
        return index.size();
    }

    private void readAll() {
        try (QueryCursor<Cache.Entry<String, Product>> all = products().query(new ScanQuery<String, Product>())) {
            all.forEach(entry -> index.offer(entry.getValue()));
        }
    }

    @Override
    public ProductPage page(ProductQuery query) {
        return index.page(query);
    }

    @Override
    public int maxPerOrder(String sku) {
        return index.maxPerOrder(sku);
    }

    @Override
    public List<CategoryCount> categories() {
        return index.categories();
    }

    /** Products that readers see on this node. */
    public int size() {
        return index.size();
    }

    /**
     * Compares the versions of the whole grid with this catalogue and fetches what is newer there. Blocking; moves one
     * short string a product plus the products that differ.
     *
     * @return products that were out of date
     */
    public int resync() {
        int found = 0;
        Set<String> stale = new HashSet<>();
        IgniteCache<String, BinaryObject> binary = products().withKeepBinary();
        try (QueryCursor<String> versions = binary.query(new ScanQuery<String, BinaryObject>(), new VersionOf())) {
            for (String line : versions) {
                if (VersionOf.version(line) > index.version(VersionOf.sku(line))) {
                    stale.add(VersionOf.sku(line));
                }
                if (stale.size() == FETCH_MAX) {
                    found += fetch(stale);
                }
            }
        }
        found += fetch(stale);
        return found;
    }

    /** Stops following the grid; pages go on from what there is. */
    @Override
    public synchronized void close() {
        if (periodic != null) {
            periodic.cancel(true);
        }
        scheduler.shutdownNow();
        try {
            ignite.events().stopLocalListen(topologyListener);
            if (changes != null) {
                changes.close();
            }
        } catch (IgniteException | CacheException | IllegalStateException e) {
            LOG.debug("The grid went before the catalogue did", e);
        }
    }

    private int fetch(Set<String> skus) {
        int taken = 0;
        for (Product product : new ArrayList<>(products().getAll(skus).values())) {
            if (index.offer(product)) {
                taken++;
            }
        }
        skus.clear();
        return taken;
    }

    private void take(Iterable<CacheEntryEvent<? extends String, ? extends Product>> events) {
        for (CacheEntryEvent<? extends String, ? extends Product> event : events) {
            Product product = event.getValue();
            // A removed entry is a copy that the grid let go, not a product that is gone: products are archived.
            if (product != null && event.getEventType() != javax.cache.event.EventType.REMOVED) {
                index.offer(product);
            }
        }
    }

    private synchronized void rescanSoon() {
        if (!scheduler.isShutdown() && (pending == null || pending.isDone())) {
            pending = scheduler.schedule(this::rescanQuietly, RESCAN_AFTER_CHANGE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void rescanQuietly() {
        try {
            int found = queries.executeSupplier(this::resync);
            if (found > 0) {
                healed.increment(found);
                LOG.info("Catalogue healed [products={}]", found);
            }
        } catch (IgniteException | CacheException | IllegalStateException e) {
            // The next round tries again; until then the catalogue is as fresh as the notifications.
            LOG.warn("Catalogue could not be compared with the grid: {}", e.toString());
        }
    }

    private IgniteCache<String, Product> products() {
        return ignite.cache(StoreCaches.PRODUCTS);
    }
}
