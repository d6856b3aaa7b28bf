package io.storegrid.api.webhooks;

import io.javalin.http.Context;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.json.JsonText;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.gateway.WebhookGateway;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.OrderEventType;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.StoreEvent;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code /v1/webhooks}. Thread-safe. */
public final class WebhookRoutes {

    /** What happens here. */
    private static final List<String> TYPES = Stream.concat(
                    Stream.of(
                            StoreEvent.INVENTORY_CHANGED,
                            StoreEvent.PAYMENT_PROCESSED,
                            StoreEvent.PRODUCT_UPDATED,
                            StoreEvent.RESERVATION_EXPIRED),
                    Arrays.stream(OrderEventType.values()).map(OrderEventType::code))
            .sorted()
            .toList();

    private static final Pattern ID = Pattern.compile("whk_[0-9a-f]{32}");
    private static final Pattern CURSOR = Pattern.compile("[1-9][0-9]{0,17}");
    private static final int DESCRIPTION_LENGTH_MAX = 200;
    private static final int TYPE_LENGTH_MAX = 50;
    private static final int EVENT_ID_LENGTH_MAX = 40;

    /** No time of an event is outside; what is would not fit into its column. */
    private static final Instant EARLIEST = Instant.EPOCH;

    private static final Instant LATEST = Instant.parse("9999-01-01T00:00:00Z");

    private record Asked(
            String url, List<String> types, @Nullable String description) {}

    private record Again(
            @Nullable EventPosition event, @Nullable Instant from) {}

    private record View(
            String id,
            String url,
            List<String> types,
            @Nullable String description,
            @Nullable String secret,
            Webhook.State state,
            @Nullable String reason,
            int failures,
            String createdAt) {

        static View of(Webhook webhook, @Nullable String secret) {
            return new View(
                    webhook.id(),
                    webhook.url(),
                    webhook.types(),
                    webhook.description(),
                    secret,
                    webhook.state(),
                    webhook.reason(),
                    webhook.failures(),
                    JsonText.time(webhook.createdAtMicros()));
        }
    }

    private record All(List<View> items) {}

    private record Attempt(
            String eventId,
            String type,
            int attempt,
            @Nullable Integer status,
            WebhookDelivery.State state,
            @Nullable String error,
            int tookMs,
            String at) {

        static Attempt of(WebhookDelivery delivery) {
            return new Attempt(
                    delivery.eventId(),
                    delivery.type(),
                    delivery.attempt(),
                    delivery.status() == 0 ? null : delivery.status(),
                    delivery.state(),
                    delivery.error(),
                    delivery.tookMs(),
                    JsonText.time(delivery.atMicros()));
        }
    }

    private record Page(int limit, @Nullable String nextCursor) {}

    private record Attempts(List<Attempt> items, Page page) {}

    private final WebhookGateway webhooks;
    private final WebhookTargets targets;

    public WebhookRoutes(WebhookGateway webhooks, WebhookTargets targets) {
        this.webhooks = webhooks;
        this.targets = targets;
    }

    public void create(Context ctx) {
        QueryParameters.of(ctx);
        byte[] body = RequestBodies.json(ctx);
        Asked asked = RequestBodies.parsed(body, this::asked);
        Webhook wanted = new Webhook(
                "whk_" + Entropy.digits(),
                asked.url(),
                asked.types(),
                asked.description(),
                Signatures.newSecret(),
                Webhook.State.ACTIVE,
                null,
                0,
                0);
        WebhookGateway.Created created = webhooks.create(wanted, IdempotencyKeys.optional(ctx, body));
        if (created instanceof WebhookGateway.Created.Made made) {
            if (made.replayed()) {
                ctx.header("Idempotency-Replayed", "true");
            }
            Webhook webhook = made.webhook();
            ctx.header("Location", "/v1/webhooks/" + webhook.id());
            Replies.json(ctx, 201, Replies.NEVER, View.of(webhook, Signatures.text(webhook.secret())));
        } else if (created instanceof WebhookGateway.Created.KeyReused) {
            throw Problem.of(ProblemCode.IDEMPOTENCY_KEY_REUSED).exception();
        } else {
            throw Problem.of(
                            ProblemCode.QUANTITY_LIMIT,
                            "A store has at most " + WebhookGateway.WEBHOOKS_MAX + " webhooks.")
                    .exception();
        }
    }

    private Asked asked(JsonObject object) {
        String url = object.line("url", 1, WebhookTargets.URL_LENGTH_MAX);
        if (!url.isEmpty()) {
            String refusal = targets.refusal(url);
            if (refusal != null) {
                object.refuse("url", refusal);
            }
        }
        List<String> types = object.optionalLines("types", TYPES.size(), TYPE_LENGTH_MAX);
        for (String type : types) {
            if (!TYPES.contains(type)) {
                object.refuse("types", "must be some of " + String.join(", ", TYPES));
                break;
            }
        }
        return new Asked(
                url,
                types.stream().distinct().sorted().toList(),
                object.optionalLine("description", 1, DESCRIPTION_LENGTH_MAX));
    }

    public void list(Context ctx) {
        QueryParameters.of(ctx);
        Replies.json(
                ctx,
                200,
                Replies.NEVER,
                new All(webhooks.all().stream()
                        .map(webhook -> View.of(webhook, null))
                        .toList()));
    }

    public void show(Context ctx) {
        QueryParameters.of(ctx);
        Replies.json(ctx, 200, Replies.NEVER, View.of(found(id(ctx)), null));
    }

    public void delete(Context ctx) {
        QueryParameters.of(ctx);
        RequestBodies.none(ctx);
        String id = id(ctx);
        if (!webhooks.delete(id)) {
            throw notFound(id);
        }
        ctx.status(204);
    }

    public void deliveries(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "limit", "cursor");
        int limit = query.limit();
        String cursor = query.raw("cursor");
        if (cursor != null && !CURSOR.matcher(cursor).matches()) {
            throw Problem.of(ProblemCode.INVALID_CURSOR).exception();
        }
        String id = id(ctx);
        // One more than asked: whether there is a next page.
        List<WebhookDelivery> found = webhooks.deliveries(
                        id, cursor == null ? Long.MAX_VALUE : Long.parseLong(cursor), limit + 1)
                .orElseThrow(() -> notFound(id));
        List<WebhookDelivery> page = found.subList(0, Math.min(limit, found.size()));
        String next = found.size() > limit ? Long.toString(page.get(limit - 1).number()) : null;
        Replies.json(
                ctx,
                200,
                Replies.NEVER,
                new Attempts(page.stream().map(Attempt::of).toList(), new Page(limit, next)));
    }

    public void redeliver(Context ctx) {
        QueryParameters.of(ctx);
        byte[] body = RequestBodies.json(ctx);
        Again again = RequestBodies.parsed(body, WebhookRoutes::again);
        String id = id(ctx);
        EventPosition event = again.event();
        Instant from = again.from();
        Redelivery became = event != null
                ? webhooks.redeliver(id, event)
                : webhooks.redeliverFrom(id, ChronoUnit.MICROS.between(Instant.EPOCH, from));
        if (became == Redelivery.NO_WEBHOOK) {
            throw notFound(id);
        }
        if (became == Redelivery.NO_EVENT) {
            throw Problem.of(ProblemCode.EVENT_NOT_FOUND).exception();
        }
        Replies.json(ctx, 202, Replies.NEVER, View.of(found(id), null));
    }

    private static Again again(JsonObject object) {
        String id = object.optionalLine("eventId", 1, EVENT_ID_LENGTH_MAX);
        String from = object.optionalLine("from", 1, EVENT_ID_LENGTH_MAX);
        if ((id == null) == (from == null)) {
            object.refuse("eventId", "or from is needed, not both");
            return new Again(null, null);
        }
        if (id != null) {
            EventPosition position = EventPosition.parse(id).orElse(null);
            if (position == null) {
                object.refuse("eventId", "must be the id of an event");
            }
            return new Again(position, null);
        }
        Instant time = time(from);
        if (time == null || time.isBefore(EARLIEST) || time.isAfter(LATEST)) {
            object.refuse("from", "must be a time as in RFC 3339");
        }
        return new Again(null, time);
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }

    private Webhook found(String id) {
        return webhooks.one(id).orElseThrow(() -> notFound(id));
    }

    /** The id in the path; what cannot be one is not looked for. */
    private static String id(Context ctx) {
        String id = ctx.pathParam("id");
        if (!ID.matcher(id).matches()) {
            throw notFound(id);
        }
        return id;
    }

    private static RuntimeException notFound(String id) {
        return Problem.of(ProblemCode.WEBHOOK_NOT_FOUND, "There is no webhook " + id + ".")
                .exception();
    }
}
