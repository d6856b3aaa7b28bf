package io.storegrid.compute.lane;

import io.storegrid.compute.Healer;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.Threads;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.Versioned;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.cache.processor.EntryProcessor;
import org.apache.ignite.IgniteCache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what a commit made into the caches, past their stores, and then answers the callers, while the lane's next batch is
 * on its way to PostgreSQL. Newest version wins, so it may be late, repeated or reordered. A value that cannot be applied
 * is still acknowledged, because it is committed; its key is marked and healed. Thread-safe.
 */
final class Applier implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

    private final IgniteCache<String, ? extends Versioned> stock;
    private final IgniteCache<String, ? extends Versioned> reservations;
    private final IgniteCache<String, ? extends Versioned> carts;
    private final IgniteCache<String, ? extends Versioned> products;
    private final IgniteCache<String, ? extends Versioned> orders;
    private final Healer healer;
    private final LaneMetrics metrics;
    private final ExecutorService thread;

    Applier(String name, StoreCaches caches, Healer healer, LaneMetrics metrics) {
        this.stock = caches.inventory().withSkipStore();
        this.reservations = caches.reservations().withSkipStore();
        this.carts = caches.carts().withSkipStore();
        this.products = caches.products().withSkipStore();
        this.orders = caches.orders().withSkipStore();
        this.healer = healer;
        this.metrics = metrics;
        this.thread = Executors.newSingleThreadExecutor(Threads.daemons(name));
    }

    /** Applies and answers, in the order of the calls. Returns at once. */
    void apply(Effects effects, Map<Member, Answer> answers) {
        thread.execute(() -> {
            applyAll(effects);
            answers.forEach(Member::answer);
            for (Reservation reservation : effects.reservations().values()) {
                if (reservation.state().settled()) {
                    metrics.settled(reservation.state(), 1);
                }
            }
        });
    }

    /** Has the entries of rows that were perhaps changed brought up to date from PostgreSQL. */
    void heal(Effects perhaps) {
        healer.doubt(StoreCaches.INVENTORY, perhaps.stock().keySet());
        healer.doubt(StoreCaches.RESERVATIONS, perhaps.reservations().keySet());
        healer.doubt(StoreCaches.CARTS, perhaps.carts().keySet());
        healer.doubt(StoreCaches.PRODUCTS, perhaps.products().keySet());
        healer.doubt(StoreCaches.ORDERS, perhaps.orders().keySet());
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            thread.awaitTermination(2, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void applyAll(Effects effects) {
        apply(stock, StoreCaches.INVENTORY, effects.stock());
        apply(reservations, StoreCaches.RESERVATIONS, effects.reservations());
        apply(carts, StoreCaches.CARTS, effects.carts());
        apply(products, StoreCaches.PRODUCTS, effects.products());
        apply(orders, StoreCaches.ORDERS, effects.orders());
    }

    @SuppressWarnings("unchecked")
    private <V extends Versioned> void apply(
            IgniteCache<String, ? extends Versioned> cache, String name, Map<String, V> values) {
        if (values.isEmpty()) {
            return;
        }
        try {
            // ATOMIC caches lock the entries of one bulk operation in the order given.
            TreeMap<String, EntryProcessor<String, V, Boolean>> processors = new TreeMap<>();
            values.forEach((key, value) -> processors.put(key, new ApplyNewest<>(value)));
            ((IgniteCache<String, V>) cache).invokeAll(processors).forEach((key, result) -> result.get());
        } catch (RuntimeException e) {
            metrics.applyFailed();
            LOG.warn(
                    "Committed values could not be put into cache {} and will be healed [keys={}]",
                    name,
                    values.size(),
                    e);
            healer.mark(name, values.keySet());
        }
    }
}
