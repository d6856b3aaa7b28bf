package io.storegrid.api.reservation;

import io.javalin.http.Context;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.Preconditions;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.Writes;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/reservations} and {@code /v1/carts/{id}/reservation}. Thread-safe. */
public final class ReservationRoutes {

    private static final int CART_ID_LENGTH_MAX = 64;

    private record Asked(
            List<ReservationLine> lines,
            long ttlMs,
            @Nullable String cartId) {}

    private final ReadGateway reads;
    private final Catalogue catalogue;
    private final Writes writes;

    public ReservationRoutes(ReadGateway reads, Catalogue catalogue, Writes writes) {
        this.reads = reads;
        this.catalogue = catalogue;
        this.writes = writes;
    }

    public void create(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        byte[] body = RequestBodies.json(ctx);
        Asked asked = RequestBodies.parsed(body, ReservationRoutes::asked);
        List<ReservationLine> summed = ReservationLine.summed(asked.lines());
        if (summed.stream().anyMatch(line -> line.quantity() > Limits.LINE_QUANTITY_MAX)) {
            throw Problems.quantityLimit().exception();
        }
        for (ReservationLine line : summed) {
            int most = catalogue.maxPerOrder(line.sku());
            if (most > 0 && line.quantity() > most) {
                throw Problem.of(
                                ProblemCode.QUANTITY_LIMIT,
                                "One order or hold may have " + most + " units of " + line.sku() + ".")
                        .with("sku", line.sku())
                        .with("maxPerOrder", most)
                        .exception();
            }
        }
        if (asked.cartId() != null && !CartId.isValid(asked.cartId())) {
            throw cartNotFound(asked.cartId());
        }
        writes.run(
                ctx,
                new ReserveStock(
                        IdempotencyKeys.required(ctx, body), summed, asked.ttlMs(), asked.cartId(), Entropy.digits()),
                answer -> held(ctx, answer, 201));
    }

    public void reserveCart(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        String cartId = ctx.pathParam("id");
        byte[] body = RequestBodies.optionalJson(ctx);
        long ttlMs = RequestBodies.parsed(body, ReservationRoutes::optionalTtlMs);
        if (!CartId.isValid(cartId)) {
            throw cartNotFound(cartId);
        }
        writes.run(
                ctx,
                new ReserveCart(IdempotencyKeys.required(ctx, body), cartId, ttlMs, Entropy.digits()),
                answer -> held(ctx, answer, answer.outcome() == Outcome.CREATED ? 201 : 200));
    }

    public void show(Context ctx) {
        QueryParameters.of(ctx);
        String id = ctx.pathParam("id");
        Optional<Reservation> found = ReservationId.isValid(id) ? reads.reservation(id) : Optional.empty();
        Reservation reservation = found.orElseThrow(() -> notFound(id));
        long nowMicros = reads.nowMicros();
        // A hold that ran out reads EXPIRED before a new version says so; a caller must not be told "not modified"
        // then.
        if (reservation.dueAt(nowMicros)) {
            ctx.header("ETag", Preconditions.tag(reservation.version()));
        } else if (Preconditions.notModified(ctx, reservation.version())) {
            ctx.header("Cache-Control", Replies.NEVER);
            return;
        }
        Replies.json(ctx, 200, Replies.NEVER, ReservationView.of(reservation, nowMicros));
    }

    public void extend(Context ctx) {
        QueryParameters.of(ctx);
        byte[] body = RequestBodies.json(ctx);
        long ttlMs = RequestBodies.parsed(
                body, object -> object.integer("ttlSeconds", 1, Limits.HOLD_TTL_MAX.toSeconds()) * 1_000);
        String id = existing(ctx);
        writes.run(ctx, new ExtendHold(IdempotencyKeys.optional(ctx, body), id, ttlMs), answer -> settled(ctx, answer));
    }

    public void confirm(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        byte[] body = emptyBody(ctx);
        writes.run(
                ctx,
                new SettleHold(IdempotencyKeys.required(ctx, body), existing(ctx), HoldState.CONFIRMED),
                answer -> settled(ctx, answer));
    }

    public void release(Context ctx) {
        QueryParameters.of(ctx);
        byte[] body = emptyBody(ctx);
        writes.run(
                ctx,
                new SettleHold(IdempotencyKeys.optional(ctx, body), existing(ctx), HoldState.RELEASED),
                answer -> settled(ctx, answer));
    }

    private static Asked asked(JsonObject body) {
        List<ReservationLine> lines = new ArrayList<>();
        for (JsonObject line : body.objects("lines", 1, Limits.RESERVATION_LINES_MAX)) {
            String sku = ProductJson.sku(line, "sku");
            int quantity = (int) line.integer("quantity", 1, Limits.LINE_QUANTITY_MAX);
            line.done();
            lines.add(new ReservationLine(sku, quantity));
        }
        return new Asked(lines, optionalTtlMs(body), body.optionalLine("cartId", 1, CART_ID_LENGTH_MAX));
    }

    private static long optionalTtlMs(JsonObject body) {
        return body.optionalInteger(
                        "ttlSeconds", 1, Limits.HOLD_TTL_MAX.toSeconds(), Limits.HOLD_TTL_DEFAULT.toSeconds())
                * 1_000;
    }

    private static byte[] emptyBody(Context ctx) {
        byte[] body = RequestBodies.optionalJson(ctx);
        RequestBodies.parsed(body, object -> object);
        return body;
    }

    private static String existing(Context ctx) {
        String id = ctx.pathParam("id");
        if (!ReservationId.isValid(id)) {
            throw notFound(id);
        }
        return id;
    }

    private static void held(Context ctx, Answer answer, int status) {
        ctx.header("Location", "/v1/reservations/" + reservation(answer).id());
        reply(ctx, answer, status);
    }

    private static void settled(Context ctx, Answer answer) {
        reply(ctx, answer, 200);
    }

    private static void reply(Context ctx, Answer answer, int status) {
        Reservation reservation = reservation(answer);
        ctx.header("ETag", Preconditions.tag(reservation.version()));
        // The moment of the decision, not of this reply: a replay has to read as the first answer did.
        Replies.json(ctx, status, Replies.NEVER, ReservationView.of(reservation, answer.atMicros()));
    }

    private static Reservation reservation(Answer answer) {
        return Objects.requireNonNull(answer.reservation(), "an accepted hold without the hold");
    }

    private static RuntimeException notFound(String id) {
        return Problem.of(ProblemCode.RESERVATION_NOT_FOUND, "There is no reservation " + id + ".")
                .exception();
    }

    private static RuntimeException cartNotFound(String id) {
        return Problem.of(ProblemCode.CART_NOT_FOUND, "There is no cart " + id + ".")
                .exception();
    }
}
