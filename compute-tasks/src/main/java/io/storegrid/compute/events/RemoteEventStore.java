package io.storegrid.compute.events;

import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.ignite.Ignite;

/** {@link EventStore} of a node that never reaches PostgreSQL: nodes with data are asked. Thread-safe. */
public final class RemoteEventStore implements EventStore {

    private final Ignite ignite;

    public RemoteEventStore(Ignite ignite) {
        this.ignite = ignite;
    }

    @Override
    public EventPage after(EventPosition position, EventFilter filter, int limit) throws SQLException {
        return StoreQuestion.put(ignite, new After(position, filter, limit));
    }

    @Override
    public EventPosition head() throws SQLException {
        return StoreQuestion.put(ignite, new Head());
    }

    @Override
    public boolean lost(EventPosition position) throws SQLException {
        return StoreQuestion.put(ignite, new Lost(position));
    }

    @Override
    public EventPosition oldest() throws SQLException {
        return StoreQuestion.put(ignite, new Oldest());
    }

    @Override
    public Map<String, InventoryItem> stock(Collection<String> skus) throws SQLException {
        return StoreQuestion.put(ignite, new Stock(skus));
    }

    @Override
    public List<OrderEntry> orderEntries(String orderId, long afterVersion) throws SQLException {
        return StoreQuestion.put(ignite, new OrderEntries(orderId, afterVersion));
    }

    /** Crosses the grid. */
    private static final class After extends StoreQuestion<EventStore, EventPage> {

        private static final long serialVersionUID = 1L;

        private final EventPosition position;
        private final EventFilter filter;
        private final int limit;

        After(EventPosition position, EventFilter filter, int limit) {
            super(EventStore.class);
            this.position = position;
            this.filter = filter;
            this.limit = limit;
        }

        @Override
        protected EventPage ask(EventStore store) throws SQLException {
            return store.after(position, filter, limit);
        }
    }

    /** Crosses the grid. */
    private static final class Head extends StoreQuestion<EventStore, EventPosition> {

        private static final long serialVersionUID = 1L;

        Head() {
            super(EventStore.class);
        }

        @Override
        protected EventPosition ask(EventStore store) throws SQLException {
            return store.head();
        }
    }

    /** Crosses the grid. */
    private static final class Lost extends StoreQuestion<EventStore, Boolean> {

        private static final long serialVersionUID = 1L;

        private final EventPosition position;

        Lost(EventPosition position) {
            super(EventStore.class);
            this.position = position;
        }

        @Override
        protected Boolean ask(EventStore store) throws SQLException {
            return store.lost(position);
        }
    }

    /** Crosses the grid. */
    private static final class Oldest extends StoreQuestion<EventStore, EventPosition> {

        private static final long serialVersionUID = 1L;

        Oldest() {
            super(EventStore.class);
        }

        @Override
        protected EventPosition ask(EventStore store) throws SQLException {
            return store.oldest();
        }
    }

    /** Crosses the grid. */
    private static final class Stock extends StoreQuestion<EventStore, Map<String, InventoryItem>> {

        private static final long serialVersionUID = 1L;

        private final ArrayList<String> skus;

        Stock(Collection<String> skus) {
            super(EventStore.class);
            this.skus = new ArrayList<>(skus);
        }

        @Override
        protected Map<String, InventoryItem> ask(EventStore store) throws SQLException {
            return store.stock(skus);
        }
    }

    /** Crosses the grid. */
    private static final class OrderEntries extends StoreQuestion<EventStore, List<OrderEntry>> {

        private static final long serialVersionUID = 1L;

        private final String orderId;
        private final long afterVersion;

        OrderEntries(String orderId, long afterVersion) {
            super(EventStore.class);
            this.orderId = orderId;
            this.afterVersion = afterVersion;
        }

        @Override
        protected List<OrderEntry> ask(EventStore store) throws SQLException {
            return store.orderEntries(orderId, afterVersion);
        }
    }
}
