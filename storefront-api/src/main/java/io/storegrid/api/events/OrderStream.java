package io.storegrid.api.events;

import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.domain.OrderEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client that listens to one order. It is told from the order's own history, which is kept as long as the order: the
 * outbox only says when to look.
 */
final class OrderStream extends EventStream {

    private final EventFeed feed;
    private final String orderId;
    private long version;
    private boolean changed = true;

    /** @param after the last version that the client knows */
    OrderStream(EventStreams streams, EventFeed feed, String orderId, long after) {
        super(streams);
        this.feed = feed;
        this.orderId = orderId;
        this.version = after;
    }

    /** Something happened to the order. */
    synchronized void changed() {
        changed = true;
    }

    @Override
    boolean behind() {
        return changed;
    }

    @Override
    Collection<byte[]> read() {
        long after;
        synchronized (this) {
            // Before the look: what happens during it asks for another.
            changed = false;
            after = version;
        }
        List<byte[]> messages = new ArrayList<>();
        try {
            for (OrderEntry entry : feed.orderEntries(orderId, after)) {
                messages.add(ServerSentEvents.message(
                        Long.toString(entry.version()), entry.type(), CloudEvents.json(orderId, entry)));
                after = entry.version();
            }
        } catch (RuntimeException e) {
            changed();
            throw e;
        }
        synchronized (this) {
            version = after;
        }
        return messages;
    }

    @Override
    byte @Nullable [] live() {
        return null;
    }

    @Override
    byte[] heartbeat(@Nullable String reached) {
        return ServerSentEvents.heartbeat();
    }
}
