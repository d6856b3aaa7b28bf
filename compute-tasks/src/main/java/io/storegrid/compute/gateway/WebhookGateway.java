package io.storegrid.compute.gateway;

import io.storegrid.compute.command.CommandKey;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one door for webhooks. Each method throws {@link io.storegrid.compute.Fault} with STORE_UNAVAILABLE when PostgreSQL
 * does not answer. Blocking, thread-safe.
 */
public interface WebhookGateway {

    /** Webhooks of one store at most: each is asked about whenever something happens. */
    int WEBHOOKS_MAX = 200;

    /** What became of a creation. */
    sealed interface Created {

        /** @param replayed whether it is the one that an equal request under the same key made */
        record Made(Webhook webhook, boolean replayed) implements Created {}

        /** The key was used for another request. */
        record KeyReused() implements Created {}

        /** There are {@link #WEBHOOKS_MAX}. */
        record TooMany() implements Created {}
    }

    /** Adds a webhook that is told of what happens from now on. */
    Created create(Webhook webhook, @Nullable CommandKey key);

    /** Every webhook, oldest first. */
    List<Webhook> all();

    Optional<Webhook> one(String id);

    /** Removes a webhook; false when there is none. What is on its way is still delivered. */
    boolean delete(String id);

    /** Attempts with a number below {@code number}, newest first; empty when there is no such webhook. */
    Optional<List<WebhookDelivery>> deliveries(String id, long number, int limit);

    /** Has one event told again. */
    Redelivery redeliver(String id, EventPosition event);

    /** Has everything told again that happened at {@code atMicros} or later. */
    Redelivery redeliverFrom(String id, long atMicros);
}
