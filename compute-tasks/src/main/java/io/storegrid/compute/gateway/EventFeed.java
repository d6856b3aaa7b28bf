package io.storegrid.compute.gateway;

import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The one door for whoever is told of events. Each method but {@link Following#close} may ask PostgreSQL, and throws {@link
 * io.storegrid.compute.Fault} with STORE_UNAVAILABLE when it cannot. Blocking, thread-safe.
 */
public interface EventFeed {

    /** The events behind {@code position} that {@code filter} takes. */
    EventPage after(EventPosition position, EventFilter filter, int limit);

    /** A place with everything that happened by now before it. */
    EventPosition head();

    /** Whether something behind {@code position} is not kept any more. */
    boolean lost(EventPosition position);

    /** The oldest place from which nothing is missing. */
    EventPosition oldest();

    /** Stock as PostgreSQL has it now, for those of {@code skus} that have a record. */
    Map<String, InventoryItem> stock(Collection<String> skus);

    /** The versions of an order behind {@code afterVersion}, in order; none for an order that does not exist. */
    List<OrderEntry> orderEntries(String orderId, long afterVersion);

    /**
     * Has {@code listener} told of every event from {@link Following#from} on, page after page on one thread, which it must
     * not hold up. While PostgreSQL is away nothing is told, and nothing is left out afterwards.
     */
    Following follow(Consumer<EventPage> listener);

    /** Somebody who is being told. */
    interface Following extends AutoCloseable {

        /** Where it began: only what stands behind this place is told. */
        EventPosition from();

        /** Ends it; one page may still be on its way. */
        @Override
        void close();
    }
}
