package io.storegrid.api.events;

import io.storegrid.api.json.JsonText;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens to stock. One that reads is told every change; for one that is behind by {@link #RECENT_MAX} only the
 * newest state of each SKU waits, so what is kept is bounded by the SKUs it listens to, however slow it is.
 *
 * <p>It begins either with the state of every SKU or behind the place where it was; live events wait meanwhile. The state is
 * read after the stream has joined, so it has everything that the stream is not told, and may have some of what it is: that
 * is left out by its version.
 */
final class InventoryStream extends EventStream {

    private static final int SKUS_AT_ONCE = 200;
    private static final int EVENTS_AT_ONCE = 500;

    /** More than a look at the outbox mostly brings for one client: being told in pages is not being slow. */
    private static final int RECENT_MAX = 256;

    private final EventFeed feed;
    private final List<String> skus;
    private final LongSupplier nowMicros;

    /** What waits: everything in here, or, when that was too much, the newest of each SKU in the other. */
    private final Deque<SharedMessage> recent = new ArrayDeque<>();

    private final LinkedHashMap<String, SharedMessage> waiting = new LinkedHashMap<>();
    private final Map<String, Long> shown = new HashMap<>();

    /** Behind which it is told live. */
    private EventPosition joined = EventPosition.BEGINNING;

    /** How far it has been told before that; null: nothing, it begins with the state. */
    private @Nullable EventPosition told;

    private boolean gap;
    private int skusRead;
    private boolean behind = true;
    private @Nullable EventPosition shownUntil;
    private long coalesced;

    /**
     * @param skus all that it listens to
     * @param last where it was; null: nowhere
     * @param gap whether what follows that place is not kept any more
     */
    InventoryStream(
            EventStreams streams,
            EventFeed feed,
            List<String> skus,
            @Nullable EventPosition last,
            boolean gap,
            LongSupplier nowMicros) {
        super(streams);
        this.feed = feed;
        this.skus = skus;
        this.told = gap ? null : last;
        this.gap = gap;
        this.nowMicros = nowMicros;
    }

    /** Says from where on it is told live, before the first {@link #offer}. */
    synchronized void joinedAt(EventPosition position) {
        joined = position;
        EventPosition was = told;
        // The client may have been told by a node that was ahead of this one.
        behind = was == null || was.compareTo(position) < 0;
    }

    /** Has an event wait for the client. */
    synchronized void offer(SharedMessage message) {
        PublishedEvent event = message.event();
        EventPosition was = told;
        if (was != null && event.position().compareTo(was) <= 0) {
            return;
        }
        if (waiting.isEmpty() && recent.size() < RECENT_MAX) {
            recent.add(message);
            return;
        }
        recent.forEach(this::replace);
        recent.clear();
        replace(message);
    }

    private void replace(SharedMessage message) {
        PublishedEvent event = message.event();
        SharedMessage before = waiting.get(event.subject());
        if (before != null) {
            coalesced++;
            if (before.event().subjectSeq() > event.subjectSeq()) {
                return;
            }
            // To the end: ids must not go back, or who goes on from the last one would miss what waits here.
            waiting.remove(event.subject());
        }
        waiting.put(event.subject(), message);
    }

    /** Events that were replaced by newer ones before the client took them. */
    synchronized long coalesced() {
        return coalesced;
    }

    @Override
    boolean behind() {
        return behind;
    }

    @Override
    byte @Nullable [] live() {
        SharedMessage message = first();
        while (message != null) {
            PublishedEvent event = message.event();
            if (event.subjectSeq() > shown.getOrDefault(event.subject(), -1L)) {
                return message.bytes();
            }
            message = first();
        }
        return null;
    }

    private @Nullable SharedMessage first() {
        SharedMessage next = recent.poll();
        if (next == null) {
            Iterator<SharedMessage> oldest = waiting.values().iterator();
            if (oldest.hasNext()) {
                next = oldest.next();
                oldest.remove();
            }
        }
        return next;
    }

    @Override
    byte[] heartbeat(@Nullable String reached) {
        EventPosition place =
                reached == null ? null : EventPosition.parse(reached).orElse(null);
        EventPosition was = told;
        if (place == null || place.compareTo(joined) < 0 || (was != null && place.compareTo(was) < 0)) {
            return ServerSentEvents.heartbeat();
        }
        EventPosition until = shownUntil;
        if (until != null && place.compareTo(until) >= 0) {
            shown.clear();
            shownUntil = null;
        }
        return ServerSentEvents.heartbeat(place.text());
    }

    @Override
    Collection<byte[]> read() {
        EventPosition from;
        EventPosition until;
        synchronized (this) {
            from = told;
            until = joined;
        }
        return from == null ? state(until) : missed(from, until);
    }

    private List<byte[]> state(EventPosition place) {
        List<byte[]> messages = new ArrayList<>();
        if (gap) {
            byte[] oldest = JsonText.of(Map.of("oldest", feed.oldest().text()));
            messages.add(ServerSentEvents.message(null, "gap", oldest));
        }
        List<String> next = skus.subList(skusRead, Math.min(skus.size(), skusRead + SKUS_AT_ONCE));
        Map<String, InventoryItem> found = next.isEmpty() ? Map.of() : feed.stock(next);
        for (String sku : next) {
            InventoryItem item = found.get(sku);
            if (item != null) {
                // Without an id: who breaks off now has to begin again, because not everything was shown.
                messages.add(ServerSentEvents.message(
                        null, StoreEvent.INVENTORY_CHANGED, CloudEvents.json(item, nowMicros.getAsLong())));
            }
        }
        boolean last = skusRead + next.size() == skus.size();
        EventPosition read = last ? feed.head() : null;
        if (last) {
            byte[] count = JsonText.of(Map.of("skus", skus.size()));
            messages.add(ServerSentEvents.message(place.text(), "synced", count));
        }
        synchronized (this) {
            gap = false;
            skusRead += next.size();
            found.forEach((sku, item) -> shown.put(sku, item.version()));
            if (last) {
                behind = false;
                told = place;
                shownUntil = read;
            }
        }
        return messages;
    }

    private List<byte[]> missed(EventPosition from, EventPosition until) {
        EventPage page = feed.after(from, new EventFilter(List.of(StoreEvent.INVENTORY_CHANGED), skus), EVENTS_AT_ONCE);
        List<byte[]> messages = new ArrayList<>(page.events().size());
        for (PublishedEvent event : page.events()) {
            // What stands behind is told live.
            if (event.position().compareTo(until) <= 0) {
                messages.add(new SharedMessage(event).bytes());
            }
        }
        synchronized (this) {
            boolean done = page.end().compareTo(until) >= 0 || !page.more();
            told = done ? until : page.end();
            behind = !done;
        }
        return messages;
    }
}
