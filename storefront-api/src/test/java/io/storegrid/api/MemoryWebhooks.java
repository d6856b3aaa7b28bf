package io.storegrid.api;

import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.gateway.WebhookGateway;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Webhooks in memory that nobody is told of. Each has had three attempts. Thread-safe. */
final class MemoryWebhooks implements WebhookGateway {

    private static final long AT = 1_700_000_000_000_000L;

    private record Keyed(CommandKey key, String id) {}

    private final Map<String, Webhook> all = new TreeMap<>();
    private final Map<String, Keyed> keys = new HashMap<>();

    synchronized void empty() {
        all.clear();
        keys.clear();
    }

    @Override
    public synchronized Created create(Webhook webhook, @Nullable CommandKey key) {
        Keyed before = key == null ? null : keys.get(key.key());
        if (key != null && before != null) {
            Webhook made = all.get(before.id());
            return made != null && before.key().sameRequest(key)
                    ? new Created.Made(made, true)
                    : new Created.KeyReused();
        }
        if (all.size() == WEBHOOKS_MAX) {
            return new Created.TooMany();
        }
        Webhook made = new Webhook(
                webhook.id(),
                webhook.url(),
                webhook.types(),
                webhook.description(),
                webhook.secret(),
                webhook.state(),
                null,
                0,
                AT);
        all.put(made.id(), made);
        if (key != null) {
            keys.put(key.key(), new Keyed(key, made.id()));
        }
        return new Created.Made(made, false);
    }

    @Override
    public synchronized List<Webhook> all() {
        return List.copyOf(all.values());
    }

    @Override
    public synchronized Optional<Webhook> one(String id) {
        return Optional.ofNullable(all.get(id));
    }

    @Override
    public synchronized boolean delete(String id) {
        return all.remove(id) != null;
    }

    @Override
    public synchronized Optional<List<WebhookDelivery>> deliveries(String id, long number, int limit) {
        return Optional.ofNullable(all.get(id))
                .map(webhook -> List.of(
                                new WebhookDelivery(
                                        3,
                                        "1-1",
                                        "order.created",
                                        3,
                                        WebhookDelivery.State.DELIVERED,
                                        200,
                                        null,
                                        5,
                                        AT),
                                new WebhookDelivery(
                                        2,
                                        "1-1",
                                        "order.created",
                                        2,
                                        WebhookDelivery.State.FAILED,
                                        500,
                                        "answered with 500",
                                        5,
                                        AT),
                                new WebhookDelivery(
                                        1,
                                        "1-1",
                                        "order.created",
                                        1,
                                        WebhookDelivery.State.FAILED,
                                        0,
                                        "cannot connect",
                                        5,
                                        AT))
                        .stream()
                        .filter(delivery -> delivery.number() < number)
                        .limit(limit)
                        .toList());
    }

    @Override
    public synchronized Redelivery redeliver(String id, EventPosition event) {
        return !all.containsKey(id)
                ? Redelivery.NO_WEBHOOK
                : event.equals(new EventPosition(1, 1)) ? Redelivery.DUE : Redelivery.NO_EVENT;
    }

    @Override
    public synchronized Redelivery redeliverFrom(String id, long atMicros) {
        return !all.containsKey(id) ? Redelivery.NO_WEBHOOK : atMicros <= AT ? Redelivery.DUE : Redelivery.NO_EVENT;
    }
}
