package io.storegrid.api.events;

import io.javalin.http.Context;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Product;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The streams of one node: who listens to what. The thread that reads the end of the outbox tells every stream, two threads
 * read what single streams missed, one gives signs of life and ends those that do not read; no stream has a thread of its
 * own. Thread-safe.
 *
 * <p>Locks, in this order: {@link #opening}, the tail's own, {@link #lock}, a stream's, its reply's. The tail's thread holds the
 * second when it comes here, so what it may run into never takes the first.
 */
public final class EventStreams implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);

    private static final int READERS = 2;
    private static final long TRY_AGAIN_MS = 1_000;
    private static final long STOP_MAX_MS = 500;
    private static final long TICK_MAX_MS = 1_000;
    private static final int CATEGORIES_AT_ONCE = 200;

    private final EventFeed feed;
    private final Catalogue catalogue;
    private final StreamSettings settings;
    private final Object opening = new Object();
    private final Object lock = new Object();
    private final Set<EventStream> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger slots = new AtomicInteger();
    private final Map<String, Set<InventoryStream>> bySku = new HashMap<>();
    private final Map<String, Set<InventoryStream>> byCategory = new HashMap<>();
    private final Map<String, Set<OrderStream>> byOrder = new HashMap<>();
    private final Map<EventStream, Runnable> leave = new ConcurrentHashMap<>();
    private final ScheduledThreadPoolExecutor timer;
    private final ScheduledThreadPoolExecutor readers;
    private final Counter opened;
    private final Counter told;
    private final Counter coalesced;
    private final Counter stalled;
    private EventFeed.@Nullable Following following;
    private @Nullable ScheduledFuture<?> ticking;
    private volatile @Nullable EventPosition reached;
    private volatile boolean closed;

    public EventStreams(EventFeed feed, Catalogue catalogue, StreamSettings settings, MeterRegistry registry) {
        this.feed = feed;
        this.catalogue = catalogue;
        this.settings = settings;
        timer = threads("storegrid-streams", 1);
        readers = threads("storegrid-stream-read", READERS);
        Gauge.builder("storegrid.streams.open", slots, AtomicInteger::get)
                .description("Clients that listen")
                .register(registry);
        opened = Counter.builder("storegrid.streams.opened")
                .description("Clients that began to listen")
                .register(registry);
        told = Counter.builder("storegrid.streams.told")
                .description("Events handed to streams, one for each that listens")
                .register(registry);
        coalesced = Counter.builder("storegrid.streams.coalesced")
                .description("Events that a newer one of their SKU replaced before their client took them")
                .register(registry);
        stalled = Counter.builder("storegrid.streams.stalled")
                .description("Streams that were ended because their client did not read")
                .register(registry);
    }

    private static ScheduledThreadPoolExecutor threads(String name, int count) {
        AtomicInteger number = new AtomicInteger();
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(
                count,
                task -> {
                    Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                new ThreadPoolExecutor.DiscardPolicy());
        threads.setRemoveOnCancelPolicy(true);
        // A node that nobody listens to has no thread for it.
        threads.setKeepAliveTime(10, TimeUnit.SECONDS);
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }

    /** Answers {@code ctx} with the stock of {@code skus}, from {@code last} on where that is given. */
    void openSkus(Context ctx, List<String> skus, @Nullable EventPosition last) {
        InventoryStream stream = inventory(skus, last);
        begin(
                ctx,
                stream,
                () -> skus.forEach(sku -> add(bySku, sku, stream)),
                () -> skus.forEach(sku -> remove(bySku, sku, stream)));
    }

    /** Answers {@code ctx} with the stock of all SKUs in {@code category}, from {@code last} on where that is given. */
    void openCategory(Context ctx, String category, @Nullable EventPosition last) {
        InventoryStream stream = inventory(skus(category), last);
        begin(ctx, stream, () -> add(byCategory, category, stream), () -> remove(byCategory, category, stream));
    }

    /** Answers {@code ctx} with what happens to an order after version {@code after}. */
    void openOrder(Context ctx, String orderId, long after) {
        OrderStream stream = new OrderStream(this, feed, orderId, after);
        begin(ctx, stream, () -> add(byOrder, orderId, stream), () -> remove(byOrder, orderId, stream));
    }

    private InventoryStream inventory(List<String> skus, @Nullable EventPosition last) {
        boolean gap = last != null && feed.lost(last);
        return new InventoryStream(this, feed, skus, last, gap, EventStreams::nowMicros);
    }

    /** When a state was read; decides on nothing. */
    private static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** Refuses a client too many, before anything is asked for it. */
    void requireRoom() {
        if (closed) {
            throw Problem.of(ProblemCode.DRAINING).exception();
        }
        if (slots.get() >= settings.streamsMax()) {
            throw tooMany();
        }
    }

    private RuntimeException tooMany() {
        return Problem.of(
                        ProblemCode.RATE_LIMITED,
                        "This node serves " + settings.streamsMax() + " streams at once and has none to spare.")
                .exception();
    }

    private void begin(Context ctx, EventStream stream, Runnable join, Runnable part) {
        if (slots.incrementAndGet() > settings.streamsMax()) {
            slots.decrementAndGet();
            throw tooMany();
        }
        boolean begun = false;
        try {
            synchronized (opening) {
                follow();
                synchronized (lock) {
                    EventPosition now = reached;
                    if (now != null && stream instanceof InventoryStream inventory) {
                        inventory.joinedAt(now);
                    }
                    leave.put(stream, part);
                    stream.attach(AsyncReply.begin(ctx, stream));
                    open.add(stream);
                    join.run();
                }
            }
            begun = true;
            opened.increment();
        } finally {
            if (!begun) {
                slots.decrementAndGet();
                leave.remove(stream);
            }
        }
    }

    private void follow() {
        if (following == null) {
            EventFeed.Following begun = feed.follow(this::told);
            following = begun;
            synchronized (lock) {
                EventPosition now = reached;
                if (now == null || now.compareTo(begun.from()) < 0) {
                    reached = begun.from();
                }
            }
            long everyMs = Math.max(
                    1,
                    Math.min(
                            TICK_MAX_MS,
                            Math.min(
                                            settings.heartbeat().toMillis(),
                                            settings.stallMax().toMillis())
                                    / 4));
            ticking = timer.scheduleWithFixedDelay(new Ticker(), everyMs, everyMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Signs of life, and an end for those that do not read. */
    private final class Ticker implements Runnable {

        private long beatenNanos = System.nanoTime();

        @Override
        public void run() {
            try {
                long now = System.nanoTime();
                boolean beat = now - beatenNanos >= settings.heartbeat().toNanos();
                if (beat) {
                    beatenNanos = now;
                }
                for (EventStream stream : open) {
                    if (stream.reply().stalledNanos() > settings.stallMax().toNanos()) {
                        stalled.increment();
                        LOG.debug("A stream is ended: its client does not read");
                        stream.reply().abort();
                    } else if (beat) {
                        stream.beat();
                    }
                }
                restIfAlone();
            } catch (RuntimeException e) {
                LOG.error("Streams were not looked after", e);
            }
        }
    }

    private void restIfAlone() {
        synchronized (opening) {
            EventFeed.Following now = following;
            if (open.isEmpty() && now != null) {
                now.close();
                following = null;
                ScheduledFuture<?> ticks = ticking;
                if (ticks != null) {
                    ticks.cancel(false);
                }
                synchronized (lock) {
                    reached = null;
                }
            }
        }
    }

    private void told(EventPage page) {
        Set<EventStream> touched = new LinkedHashSet<>();
        int handed = 0;
        synchronized (lock) {
            Map<String, String> categories = byCategory.isEmpty() ? Map.of() : categories(page);
            for (PublishedEvent event : page.events()) {
                if (event.type().equals(StoreEvent.INVENTORY_CHANGED)) {
                    SharedMessage message = null;
                    Set<InventoryStream> listening = new LinkedHashSet<>(bySku.getOrDefault(event.subject(), Set.of()));
                    String category = categories.get(event.subject());
                    if (category != null) {
                        listening.addAll(byCategory.getOrDefault(category, Set.of()));
                    }
                    for (InventoryStream stream : listening) {
                        message = message == null ? new SharedMessage(event) : message;
                        stream.offer(message);
                        touched.add(stream);
                        handed++;
                    }
                } else {
                    for (OrderStream stream : byOrder.getOrDefault(event.subject(), Set.of())) {
                        stream.changed();
                        touched.add(stream);
                        handed++;
                    }
                }
            }
            reached = page.end();
        }
        told.increment(handed);
        for (EventStream stream : touched) {
            stream.reply().wake();
        }
    }

    private Map<String, String> categories(EventPage page) {
        List<String> skus = page.events().stream()
                .filter(event -> event.type().equals(StoreEvent.INVENTORY_CHANGED))
                .map(PublishedEvent::subject)
                .distinct()
                .toList();
        Map<String, String> categories = new HashMap<>();
        for (int from = 0; from < skus.size(); from += CATEGORIES_AT_ONCE) {
            List<String> some = skus.subList(from, Math.min(skus.size(), from + CATEGORIES_AT_ONCE));
            ProductQuery query = new ProductQuery(null, null, some, ProductQuery.Sort.SKU, CATEGORIES_AT_ONCE, null);
            for (Product product : catalogue.page(query).items()) {
                categories.put(product.sku(), product.category());
            }
        }
        return categories;
    }

    private List<String> skus(String category) {
        List<String> skus = new ArrayList<>();
        ProductQuery.Position after = null;
        do {
            var page = catalogue.page(
                    new ProductQuery(category, null, List.of(), ProductQuery.Sort.SKU, CATEGORIES_AT_ONCE, after));
            page.items().forEach(product -> skus.add(product.sku()));
            after = page.next();
        } while (after != null);
        return skus;
    }

    /** Everything up to here was offered to every stream; null while nothing is read. */
    @Nullable
    String reached() {
        EventPosition now = reached;
        return now == null ? null : now.text();
    }

    /** Has {@code stream} read on, on a thread that may wait for PostgreSQL. */
    void read(EventStream stream) {
        readers.execute(() -> {
            try {
                if (!stream.readOn() && open.contains(stream)) {
                    var unused = readers.schedule(() -> read(stream), TRY_AGAIN_MS, TimeUnit.MILLISECONDS);
                }
            } catch (RuntimeException e) {
                LOG.error("A stream could not read what it missed", e);
                stream.reply().end();
            }
        });
    }

    void gone(EventStream stream) {
        synchronized (lock) {
            Runnable part = leave.remove(stream);
            if (part != null) {
                part.run();
                slots.decrementAndGet();
            }
            open.remove(stream);
        }
        if (stream instanceof InventoryStream inventory) {
            coalesced.increment((double) inventory.coalesced());
        }
    }

    private static <T> void add(Map<String, Set<T>> index, String key, T stream) {
        index.computeIfAbsent(key, name -> new LinkedHashSet<>()).add(stream);
    }

    private static <T> void remove(Map<String, Set<T>> index, String key, T stream) {
        Set<T> all = index.get(key);
        if (all != null && all.remove(stream) && all.isEmpty()) {
            index.remove(key);
        }
    }

    /** Streams that are open. */
    int count() {
        return slots.get();
    }

    /** Ends every stream in order; their clients go on at another node from where they were. */
    @Override
    public void close() {
        closed = true;
        for (EventStream stream : open) {
            stream.reply().end();
        }
        restIfAlone();
        timer.shutdownNow();
        readers.shutdownNow();
        try {
            // Who reads must not lose its connection under it.
            if (!readers.awaitTermination(STOP_MAX_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("A stream is still reading");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
