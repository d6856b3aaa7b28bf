package io.storegrid.api.events;

import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.OrderEntry;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v1/stream} and {@code /v1/orders/{id}/events}. Thread-safe. */
public final class StreamRoutes {

    private static final String LAST_EVENT_ID = "Last-Event-ID";
    private static final Pattern VERSION = Pattern.compile("0|[1-9][0-9]{0,17}");
    private static final Pattern ORDER_ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private record History(List<OrderEntryView> items) {}

    private final EventFeed feed;
    private final EventStreams streams;

    public StreamRoutes(EventFeed feed, EventStreams streams) {
        this.feed = feed;
        this.streams = streams;
    }

    public void inventory(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "skus", "category");
        List<String> skus = query.skus();
        String category = query.text("category");
        if (skus.isEmpty() == (category == null)) {
            throw (category == null
                            ? Problems.invalidParameter("skus", "or category is needed")
                            : Problems.invalidParameter("category", "cannot be asked for together with skus"))
                    .exception();
        }
        String last = lastEventId(ctx);
        EventPosition position = last == null ? null : EventPosition.parse(last).orElse(null);
        if (last != null && position == null) {
            throw Problems.invalidParameter(LAST_EVENT_ID, "must be the id of an event of this stream")
                    .exception();
        }
        if (isHead(ctx)) {
            return;
        }
        streams.requireRoom();
        if (category == null) {
            streams.openSkus(ctx, skus, position);
        } else {
            streams.openCategory(ctx, category, position);
        }
    }

    public void order(Context ctx) {
        QueryParameters.of(ctx);
        String orderId = ctx.pathParam("id");
        boolean streamed = wantsStream(ctx);
        String last = streamed ? lastEventId(ctx) : null;
        if (last != null && !VERSION.matcher(last).matches()) {
            throw Problems.invalidParameter(LAST_EVENT_ID, "must be the id of an event of this order")
                    .exception();
        }
        List<OrderEntry> entries = ORDER_ID.matcher(orderId).matches() ? feed.orderEntries(orderId, 0) : List.of();
        if (entries.isEmpty()) {
            throw Problem.of(ProblemCode.ORDER_NOT_FOUND, "There is no order " + orderId + ".")
                    .exception();
        }
        ctx.header("Vary", "Accept");
        if (!streamed) {
            Replies.json(
                    ctx,
                    200,
                    Replies.NEVER,
                    new History(entries.stream().map(OrderEntryView::of).toList()));
        } else if (!isHead(ctx)) {
            streams.requireRoom();
            streams.openOrder(ctx, orderId, last == null ? 0 : Long.parseLong(last));
        }
    }

    /** A HEAD is told what a GET would begin with. */
    private static boolean isHead(Context ctx) {
        if (!ctx.method().equals(HandlerType.HEAD)) {
            return false;
        }
        ctx.contentType(ServerSentEvents.MEDIA_TYPE).header("Cache-Control", Replies.NEVER);
        return true;
    }

    private static boolean wantsStream(Context ctx) {
        String accept = ctx.header("Accept");
        return accept != null && accept.toLowerCase(Locale.ROOT).contains(ServerSentEvents.MEDIA_TYPE);
    }

    private static @Nullable String lastEventId(Context ctx) {
        String value = ctx.header(LAST_EVENT_ID);
        return value == null || value.isBlank() ? null : value.trim();
    }
}
