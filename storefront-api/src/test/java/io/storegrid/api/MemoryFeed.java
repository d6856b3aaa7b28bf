package io.storegrid.api;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An outbox in memory that tells its listeners on the thread that publishes. Thread-safe. */
final class MemoryFeed implements EventFeed {

    private final List<PublishedEvent> events = new ArrayList<>();
    private final Map<String, InventoryItem> stock = new HashMap<>();
    private final Map<String, List<OrderEntry>> orders = new HashMap<>();
    private final List<Consumer<EventPage>> listeners = new CopyOnWriteArrayList<>();
    private EventPosition horizon = EventPosition.BEGINNING;
    private long seq;
    private boolean away;

    synchronized void empty() {
        events.clear();
        stock.clear();
        orders.clear();
        horizon = EventPosition.BEGINNING;
        away = false;
    }

    /** Whether PostgreSQL would not answer. */
    synchronized void away(boolean now) {
        away = now;
    }

    /** Forgets every event that is there. */
    synchronized void clear() {
        events.clear();
        horizon = head();
    }

    synchronized int listeners() {
        return listeners.size();
    }

    /** A new version of a stock row and its event. */
    synchronized PublishedEvent stock(String sku, long version, long onHand, long reserved) {
        InventoryItem item = new InventoryItem(sku, onHand, reserved, version);
        stock.put(sku, item);
        return publish(new StoreEvent(
                "inventory.changed",
                sku,
                version,
                "{\"sku\":\"%s\",\"onHand\":%d,\"reserved\":%d,\"available\":%d}"
                        .formatted(sku, onHand, reserved, onHand - reserved)));
    }

    /** A new version of an order and its event. */
    synchronized void order(String id, String type, String state) {
        List<OrderEntry> entries = orders.computeIfAbsent(id, name -> new ArrayList<>());
        OrderEntry entry = new OrderEntry(entries.size() + 1, type, state, "REQUESTED", null, 1_700_000_000_000_000L);
        entries.add(entry);
        publish(new StoreEvent(type, id, entry.version(), "{\"id\":\"" + id + "\"}"));
    }

    private PublishedEvent publish(StoreEvent event) {
        seq++;
        PublishedEvent published = PublishedEvent.of(event, new EventPosition(seq, seq), 1_700_000_000_000_000L);
        events.add(published);
        EventPage page = new EventPage(List.of(published), published.position(), false);
        listeners.forEach(listener -> listener.accept(page));
        return published;
    }

    private void requireStore() {
        if (away) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "away");
        }
    }

    @Override
    public synchronized EventPage after(EventPosition position, EventFilter filter, int limit) {
        requireStore();
        List<PublishedEvent> found = events.stream()
                .filter(event -> event.position().compareTo(position) > 0)
                .filter(event -> filter.types().isEmpty() || filter.types().contains(event.type()))
                .filter(event ->
                        filter.subjects().isEmpty() || filter.subjects().contains(event.subject()))
                .limit(limit)
                .toList();
        boolean full = found.size() == limit;
        return new EventPage(found, full ? found.get(limit - 1).position() : head(), full);
    }

    @Override
    public synchronized EventPosition head() {
        requireStore();
        return new EventPosition(seq, seq);
    }

    @Override
    public synchronized boolean lost(EventPosition position) {
        requireStore();
        return position.compareTo(horizon) < 0;
    }

    @Override
    public synchronized EventPosition oldest() {
        requireStore();
        return horizon;
    }

    @Override
    public synchronized Map<String, InventoryItem> stock(Collection<String> skus) {
        requireStore();
        Map<String, InventoryItem> found = new HashMap<>(stock);
        found.keySet().retainAll(skus);
        return found;
    }

    @Override
    public synchronized List<OrderEntry> orderEntries(String orderId, long afterVersion) {
        requireStore();
        return orders.getOrDefault(orderId, List.of()).stream()
                .filter(entry -> entry.version() > afterVersion)
                .toList();
    }

    @Override
    public synchronized Following follow(Consumer<EventPage> listener) {
        EventPosition from = head();
        listeners.add(listener);
        return new Following() {
            @Override
            public EventPosition from() {
                return from;
            }

            @Override
            public void close() {
                listeners.remove(listener);
            }
        };
    }
}
