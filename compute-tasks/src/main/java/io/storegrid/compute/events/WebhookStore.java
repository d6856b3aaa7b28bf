package io.storegrid.compute.events;

import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.WebhookSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The webhooks in PostgreSQL. A node with data asks it itself, one without asks a node with data. Blocking, thread-safe; what
 * it returns can cross the grid.
 */
public interface WebhookStore {

    /**
     * The webhook that was made, or that was made before under the same key for the same request.
     *
     * @return nothing when there are {@code max}; a webhook without an id when the key was used for another request
     */
    List<Webhook> create(Webhook webhook, @Nullable String key, byte @Nullable [] fingerprint, int max)
            throws SQLException;

    List<Webhook> all() throws SQLException;

    /** One, or none. */
    List<Webhook> one(String id) throws SQLException;

    boolean delete(String id) throws SQLException;

    List<WebhookDelivery> deliveries(String id, long number, int limit) throws SQLException;

    Redelivery redeliver(String id, EventPosition event) throws SQLException;

    Redelivery redeliverFrom(String id, long atMicros) throws SQLException;

    /** Of a node that reaches PostgreSQL. */
    static WebhookStore of(Database database) {
        return new WebhookStore() {
            @Override
            public List<Webhook> create(Webhook webhook, @Nullable String key, byte @Nullable [] fingerprint, int max)
                    throws SQLException {
                try (Connection connection = database.reader()) {
                    boolean made = WebhookSql.create(connection, webhook, key, fingerprint, max);
                    if (made) {
                        return new ArrayList<>(WebhookSql.one(connection, webhook.id()).stream()
                                .toList());
                    }
                    Optional<WebhookSql.Created> before =
                            key == null ? Optional.empty() : WebhookSql.byKey(connection, key);
                    return new ArrayList<>(before
                            .map(created -> Arrays.equals(created.fingerprint(), fingerprint)
                                    ? created.webhook()
                                    : nobody(created.webhook()))
                            .stream()
                            .toList());
                }
            }

            @Override
            public List<Webhook> all() throws SQLException {
                try (Connection connection = database.reader()) {
                    return new ArrayList<>(WebhookSql.all(connection));
                }
            }

            @Override
            public List<Webhook> one(String id) throws SQLException {
                try (Connection connection = database.reader()) {
                    return new ArrayList<>(
                            WebhookSql.one(connection, id).stream().toList());
                }
            }

            @Override
            public boolean delete(String id) throws SQLException {
                // May have a long list of attempts.
                try (Connection connection = database.maintenance()) {
                    return WebhookSql.delete(connection, id);
                }
            }

            @Override
            public List<WebhookDelivery> deliveries(String id, long number, int limit) throws SQLException {
                try (Connection connection = database.reader()) {
                    return new ArrayList<>(WebhookSql.deliveries(connection, id, number, limit));
                }
            }

            @Override
            public Redelivery redeliver(String id, EventPosition event) throws SQLException {
                try (Connection connection = database.reader()) {
                    if (WebhookSql.one(connection, id).isEmpty()) {
                        return Redelivery.NO_WEBHOOK;
                    }
                    if (OutboxSql.at(connection, event).isEmpty()) {
                        return Redelivery.NO_EVENT;
                    }
                    WebhookSql.redeliver(connection, id, event);
                    return Redelivery.DUE;
                }
            }

            @Override
            public Redelivery redeliverFrom(String id, long atMicros) throws SQLException {
                // Looks for a time, which may take longer than anything that a caller of stock waits for.
                try (Connection connection = database.maintenance()) {
                    if (WebhookSql.one(connection, id).isEmpty()) {
                        return Redelivery.NO_WEBHOOK;
                    }
                    Optional<EventPosition> place = OutboxSql.before(connection, atMicros);
                    if (place.isEmpty()) {
                        return Redelivery.NO_EVENT;
                    }
                    WebhookSql.rewind(connection, id, place.get());
                    return Redelivery.DUE;
                }
            }
        };
    }

    private static Webhook nobody(Webhook webhook) {
        return new Webhook("", "", List.of(), null, new byte[0], webhook.state(), null, 0, webhook.createdAtMicros());
    }
}
