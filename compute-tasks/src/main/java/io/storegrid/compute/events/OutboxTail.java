package io.storegrid.compute.events;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreRead;
import io.storegrid.compute.Threads;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of the outbox as one node follows it: one query for all listeners of the node, and none without a listener, so
 * that a node that nobody listens to costs nothing. Thread-safe.
 */
public final class OutboxTail implements EventFeed, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxTail.class);

    /** Between looks while events come: what a listener waits for them at most, beside the query. */
    private static final long FLOWING_MS = 100;

    /** Between looks when long nothing came. */
    private static final long QUIET_MS = 500;

    private static final long TROUBLE_MS = 1_000;
    private static final long STOP_MAX_MS = 500;
    private static final int PAGE = 1_000;

    private final EventStore store;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-tail");
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private final Counter looks;
    private final Counter told;
    private @Nullable EventPosition position;
    private boolean running;
    private boolean closed;

    /** Somebody who is told. */
    private final class Listener implements Following {

        private final Consumer<EventPage> told;
        private final EventPosition from;

        private Listener(Consumer<EventPage> told, EventPosition from) {
            this.told = told;
            this.from = from;
        }

        @Override
        public EventPosition from() {
            return from;
        }

        @Override
        public void close() {
            listeners.remove(this);
        }
    }

    public OutboxTail(EventStore store, MeterRegistry registry) {
        this.store = store;
        looks = Counter.builder("storegrid.events.looks")
                .description("Queries for new events; none while nobody listens")
                .register(registry);
        told = Counter.builder("storegrid.events.read")
                .description("Events that this node read for its listeners")
                .register(registry);
    }

    @Override
    public Following follow(Consumer<EventPage> listener) {
        synchronized (this) {
            if (closed) {
                throw new Fault(FaultCode.DRAINING, "this node is leaving");
            }
            EventPosition from = position;
            if (from == null) {
                from = head();
                position = from;
            }
            Listener added = new Listener(listener, from);
            listeners.add(added);
            if (!running) {
                running = true;
                again(FLOWING_MS, FLOWING_MS);
            }
            return added;
        }
    }

    private void again(long delayMs, long nextMs) {
        var unused = thread.schedule(() -> look(nextMs), delayMs, TimeUnit.MILLISECONDS);
    }

    private void look(long delayMs) {
        EventPosition after;
        synchronized (this) {
            after = position;
            if (listeners.isEmpty() || after == null) {
                running = false;
                position = null;
                return;
            }
        }
        try {
            looks.increment();
            EventPage page = store.after(after, EventFilter.ALL, PAGE);
            synchronized (this) {
                // Under the lock, so that whoever joins either gets this page or begins behind it.
                if (!page.events().isEmpty()) {
                    told.increment(page.events().size());
                }
                for (Listener listener : listeners) {
                    tell(listener, page);
                }
                position = page.end();
            }
            if (page.more()) {
                again(0, FLOWING_MS);
            } else if (!page.events().isEmpty()) {
                again(FLOWING_MS, FLOWING_MS);
            } else {
                again(delayMs, Math.min(delayMs + FLOWING_MS, QUIET_MS));
            }
        } catch (SQLException | RuntimeException e) {
            LOG.debug("New events have to wait for PostgreSQL", e);
            again(TROUBLE_MS, FLOWING_MS);
        }
    }

    private static void tell(Listener listener, EventPage page) {
        try {
            listener.told.accept(page);
        } catch (RuntimeException e) {
            // One that fails must not keep the others from what they wait for.
            LOG.error("A listener failed", e);
        }
    }

    @Override
    public EventPage after(EventPosition place, EventFilter filter, int limit) {
        return StoreRead.asked(() -> store.after(place, filter, limit));
    }

    @Override
    public EventPosition head() {
        return StoreRead.asked(store::head);
    }

    @Override
    public boolean lost(EventPosition place) {
        return StoreRead.asked(() -> store.lost(place));
    }

    @Override
    public EventPosition oldest() {
        return StoreRead.asked(store::oldest);
    }

    @Override
    public Map<String, InventoryItem> stock(Collection<String> skus) {
        return StoreRead.asked(() -> store.stock(skus));
    }

    @Override
    public List<OrderEntry> orderEntries(String orderId, long afterVersion) {
        return StoreRead.asked(() -> store.orderEntries(orderId, afterVersion));
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        thread.shutdownNow();
        try {
            // A look must not lose its connection under it.
            if (!thread.awaitTermination(STOP_MAX_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("The end of the outbox is still being read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
