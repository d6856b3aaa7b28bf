package io.storegrid.compute.events;

import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.sql.SQLException;
import java.util.List;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;

/** {@link WebhookStore} of a node that never reaches PostgreSQL: nodes with data are asked. Thread-safe. */
public final class RemoteWebhookStore implements WebhookStore {

    private final Ignite ignite;

    public RemoteWebhookStore(Ignite ignite) {
        this.ignite = ignite;
    }

    @Override
    public List<Webhook> create(Webhook webhook, @Nullable String key, byte @Nullable [] fingerprint, int max)
            throws SQLException {
        return StoreQuestion.put(ignite, new Create(webhook, key, fingerprint, max));
    }

    @Override
    public List<Webhook> all() throws SQLException {
        return StoreQuestion.put(ignite, new All());
    }

    @Override
    public List<Webhook> one(String id) throws SQLException {
        return StoreQuestion.put(ignite, new One(id));
    }

    @Override
    public boolean delete(String id) throws SQLException {
        return StoreQuestion.put(ignite, new Delete(id));
    }

    @Override
    public List<WebhookDelivery> deliveries(String id, long number, int limit) throws SQLException {
        return StoreQuestion.put(ignite, new Deliveries(id, number, limit));
    }

    @Override
    public Redelivery redeliver(String id, EventPosition event) throws SQLException {
        return StoreQuestion.put(ignite, new Redeliver(id, event));
    }

    @Override
    public Redelivery redeliverFrom(String id, long atMicros) throws SQLException {
        return StoreQuestion.put(ignite, new RedeliverFrom(id, atMicros));
    }

    /** Crosses the grid. */
    private static final class Create extends StoreQuestion<WebhookStore, List<Webhook>> {

        private static final long serialVersionUID = 1L;

        private final Webhook webhook;
        private final @Nullable String key;
        private final byte @Nullable [] fingerprint;
        private final int max;

        Create(Webhook webhook, @Nullable String key, byte @Nullable [] fingerprint, int max) {
            super(WebhookStore.class);
            this.webhook = webhook;
            this.key = key;
            this.fingerprint = fingerprint;
            this.max = max;
        }

        @Override
        protected List<Webhook> ask(WebhookStore store) throws SQLException {
            return store.create(webhook, key, fingerprint, max);
        }
    }

    /** Crosses the grid. */
    private static final class All extends StoreQuestion<WebhookStore, List<Webhook>> {

        private static final long serialVersionUID = 1L;

        All() {
            super(WebhookStore.class);
        }

        @Override
        protected List<Webhook> ask(WebhookStore store) throws SQLException {
            return store.all();
        }
    }

    /** Crosses the grid. */
    private static final class One extends StoreQuestion<WebhookStore, List<Webhook>> {

        private static final long serialVersionUID = 1L;

        private final String id;

        One(String id) {
            super(WebhookStore.class);
            this.id = id;
        }

        @Override
        protected List<Webhook> ask(WebhookStore store) throws SQLException {
            return store.one(id);
        }
    }

    /** Crosses the grid. */
    private static final class Delete extends StoreQuestion<WebhookStore, Boolean> {

        private static final long serialVersionUID = 1L;

        private final String id;

        Delete(String id) {
            super(WebhookStore.class);
            this.id = id;
        }

        @Override
        protected Boolean ask(WebhookStore store) throws SQLException {
            return store.delete(id);
        }
    }

    /** Crosses the grid. */
    private static final class Deliveries extends StoreQuestion<WebhookStore, List<WebhookDelivery>> {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final long number;
        private final int limit;

        Deliveries(String id, long number, int limit) {
            super(WebhookStore.class);
            this.id = id;
            this.number = number;
            this.limit = limit;
        }

        @Override
        protected List<WebhookDelivery> ask(WebhookStore store) throws SQLException {
            return store.deliveries(id, number, limit);
        }
    }

    /** Crosses the grid. */
    private static final class Redeliver extends StoreQuestion<WebhookStore, Redelivery> {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final EventPosition event;

        Redeliver(String id, EventPosition event) {
            super(WebhookStore.class);
            this.id = id;
            this.event = event;
        }

        @Override
        protected Redelivery ask(WebhookStore store) throws SQLException {
            return store.redeliver(id, event);
        }
    }

    /** Crosses the grid. */
    private static final class RedeliverFrom extends StoreQuestion<WebhookStore, Redelivery> {

        private static final long serialVersionUID = 1L;

        private final String id;
        private final long atMicros;

        RedeliverFrom(String id, long atMicros) {
            super(WebhookStore.class);
            this.id = id;
            this.atMicros = atMicros;
        }

        @Override
        protected Redelivery ask(WebhookStore store) throws SQLException {
            return store.redeliverFrom(id, atMicros);
        }
    }
}
