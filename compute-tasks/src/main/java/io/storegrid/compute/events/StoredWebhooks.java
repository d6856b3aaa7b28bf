package io.storegrid.compute.events;

import io.storegrid.compute.StoreRead;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.gateway.WebhookGateway;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The door to webhooks wherever they are kept. */
public final class StoredWebhooks implements WebhookGateway {

    private final WebhookStore store;

    public StoredWebhooks(WebhookStore store) {
        this.store = store;
    }

    @Override
    public Created create(Webhook webhook, @Nullable CommandKey key) {
        List<Webhook> found = StoreRead.asked(() -> store.create(
                webhook, key == null ? null : key.key(), key == null ? null : key.fingerprint(), WEBHOOKS_MAX));
        if (found.isEmpty()) {
            return new Created.TooMany();
        }
        Webhook made = found.get(0);
        return made.id().isEmpty()
                ? new Created.KeyReused()
                : new Created.Made(made, !made.id().equals(webhook.id()));
    }

    @Override
    public List<Webhook> all() {
        return StoreRead.asked(store::all);
    }

    @Override
    public Optional<Webhook> one(String id) {
        return StoreRead.asked(() -> store.one(id)).stream().findFirst();
    }

    @Override
    public boolean delete(String id) {
        return StoreRead.asked(() -> store.delete(id));
    }

    @Override
    public Optional<List<WebhookDelivery>> deliveries(String id, long number, int limit) {
        return StoreRead.asked(() -> store.one(id)).isEmpty()
                ? Optional.empty()
                : Optional.of(StoreRead.asked(() -> store.deliveries(id, number, limit)));
    }

    @Override
    public Redelivery redeliver(String id, EventPosition event) {
        return StoreRead.asked(() -> store.redeliver(id, event));
    }

    @Override
    public Redelivery redeliverFrom(String id, long atMicros) {
        return StoreRead.asked(() -> store.redeliverFrom(id, atMicros));
    }
}
