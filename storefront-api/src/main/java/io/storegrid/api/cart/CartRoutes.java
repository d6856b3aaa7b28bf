package io.storegrid.api.cart;

import io.javalin.http.Context;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.Preconditions;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.Writes;
import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Sku;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** {@code /v1/carts}, but for a cart's reservation. Thread-safe. */
public final class CartRoutes {

    /** The currency of a cart when the caller does not say: this is a Brazilian store. */
    private static final String CURRENCY_DEFAULT = "BRL";

    private static final int CART_ID_LENGTH_MAX = 64;

    /** @param lines units by SKU, summed, in the order of first naming */
    private record NewCart(
            String currency, @Nullable String customerId, Map<String, Long> lines, Map<String, String> pointers) {}

    private record Line(String sku, int quantity) {}

    private final CartService service;
    private final Writes writes;

    public CartRoutes(ReadGateway reads, Writes writes) {
        this.service = new CartService(reads);
        this.writes = writes;
    }

    public void create(Context ctx) {
        QueryParameters.of(ctx);
        byte[] body = RequestBodies.optionalJson(ctx);
        NewCart asked = RequestBodies.parsed(body, CartRoutes::newCart);
        if (asked.lines().values().stream().anyMatch(quantity -> quantity > Limits.LINE_QUANTITY_MAX)) {
            throw Problems.quantityLimit().exception();
        }
        Optional<String> unsold =
                service.unsold(List.copyOf(asked.lines().keySet()), asked.currency(), asked.pointers()::get);
        List<CartLine> lines = asked.lines().entrySet().stream()
                .map(line -> new CartLine(line.getKey(), line.getValue().intValue()))
                .toList();
        CommandKey key = IdempotencyKeys.optional(ctx, body);
        String id = CartId.of(Entropy.digits());
        Command command = unsold.isPresent()
                ? Writes.refusal(key, id, Outcome.PRODUCT_NOT_FOUND, unsold.get())
                : new CreateCart(key, id, asked.currency(), asked.customerId(), lines);
        writes.run(ctx, command, answer -> {
            ctx.header("Location", "/v1/carts/" + cart(answer).id());
            reply(ctx, 201, cart(answer));
        });
    }

    public void show(Context ctx) {
        QueryParameters.of(ctx);
        Cart cart = service.cart(ctx.pathParam("id"));
        // Prices, stock and the hold change without the cart's version: the tag serves If-Match, and never a 304.
        reply(ctx, 200, cart);
    }

    public void add(Context ctx) {
        QueryParameters.of(ctx);
        long ifVersion = Preconditions.optional(ctx);
        byte[] body = RequestBodies.json(ctx);
        Line line = RequestBodies.parsed(body, object -> {
            String sku = ProductJson.sku(object, "sku");
            return new Line(sku, (int) object.integer("quantity", 1, Limits.LINE_QUANTITY_MAX));
        });
        change(ctx, body, existing(ctx), line, ChangeCartLine.Mode.ADD, ifVersion, "/sku");
    }

    public void set(Context ctx) {
        QueryParameters.of(ctx);
        long ifVersion = Preconditions.optional(ctx);
        byte[] body = RequestBodies.json(ctx);
        int quantity =
                RequestBodies.parsed(body, object -> (int) object.integer("quantity", 0, Limits.LINE_QUANTITY_MAX));
        Line line = new Line(sku(ctx), quantity);
        change(ctx, body, existing(ctx), line, ChangeCartLine.Mode.SET, ifVersion, "");
    }

    public void remove(Context ctx) {
        QueryParameters.of(ctx);
        long ifVersion = Preconditions.optional(ctx);
        change(
                ctx,
                RequestBodies.none(ctx),
                existing(ctx),
                new Line(sku(ctx), 0),
                ChangeCartLine.Mode.SET,
                ifVersion,
                "");
    }

    public void delete(Context ctx) {
        QueryParameters.of(ctx);
        long ifVersion = Preconditions.optional(ctx);
        writes.run(
                ctx,
                new DeleteCart(IdempotencyKeys.optional(ctx, RequestBodies.none(ctx)), existing(ctx), ifVersion),
                answer -> ctx.status(204).header("Cache-Control", Replies.NEVER));
    }

    public void merge(Context ctx) {
        QueryParameters.of(ctx);
        long ifVersion = Preconditions.optional(ctx);
        byte[] body = RequestBodies.json(ctx);
        String id = existing(ctx);
        String from = RequestBodies.parsed(body, object -> {
            String given = object.line("fromCartId", 1, CART_ID_LENGTH_MAX);
            if (given.equals(id)) {
                object.refuse("fromCartId", "must be another cart");
            }
            return given;
        });
        if (!CartId.isValid(from)) {
            throw CartService.notFound(from);
        }
        requireOneCurrency(id, from);
        writes.run(
                ctx,
                new MergeCarts(IdempotencyKeys.optional(ctx, body), id, from, ifVersion),
                answer -> reply(ctx, 200, cart(answer)));
    }

    /** @param pointer of the SKU in the body; empty when it is not there */
    private void change(
            Context ctx, byte[] body, String id, Line line, ChangeCartLine.Mode mode, long ifVersion, String pointer) {
        CommandKey key = IdempotencyKeys.optional(ctx, body);
        // Whether there is such a cart, and whether it takes changes, the lane says.
        boolean unsold = line.quantity() > 0
                && service.find(id)
                        .flatMap(cart -> service.unsold(List.of(line.sku()), cart.currency(), any -> pointer))
                        .isPresent();
        Command command = unsold
                ? Writes.refusal(key, id, Outcome.PRODUCT_NOT_FOUND, line.sku())
                : new ChangeCartLine(key, id, line.sku(), line.quantity(), mode, ifVersion);
        writes.run(ctx, command, answer -> reply(ctx, 200, cart(answer)));
    }

    private void reply(Context ctx, int status, Cart cart) {
        ctx.header("ETag", Preconditions.tag(cart.version()));
        Replies.json(ctx, status, Replies.NEVER, service.view(cart));
    }

    /** Two carts that both exist must be in one currency; whether they exist, and in which state, the lane says. */
    private void requireOneCurrency(String id, String from) {
        Cart target = service.find(id).orElse(null);
        Cart source = service.find(from).orElse(null);
        if (target != null && source != null && !target.currency().equals(source.currency())) {
            FieldErrors errors = new FieldErrors();
            errors.add("/fromCartId", "is in " + source.currency() + ", this cart is in " + target.currency());
            throw Problems.validationFailed(errors).exception();
        }
    }

    private static NewCart newCart(JsonObject body) {
        String currency = ProductJson.optionalCurrency(body, "currency", CURRENCY_DEFAULT);
        Map<String, Long> lines = new LinkedHashMap<>();
        Map<String, String> pointers = new LinkedHashMap<>();
        for (JsonObject line : body.optionalObjects("lines", Limits.CART_LINES_MAX)) {
            String sku = ProductJson.sku(line, "sku");
            long quantity = line.integer("quantity", 1, Limits.LINE_QUANTITY_MAX);
            line.done();
            lines.merge(sku, quantity, Long::sum);
            pointers.putIfAbsent(sku, line.pointer("sku"));
        }
        String customerId = body.optionalLine("customerId", 1, Limits.CUSTOMER_ID_LENGTH_MAX);
        return new NewCart(currency, customerId, lines, pointers);
    }

    private static String existing(Context ctx) {
        String id = ctx.pathParam("id");
        if (!CartId.isValid(id)) {
            throw CartService.notFound(id);
        }
        return id;
    }

    private static String sku(Context ctx) {
        String sku = ctx.pathParam("sku");
        if (!Sku.isValid(sku)) {
            throw Problem.of(ProblemCode.PRODUCT_NOT_FOUND, "The catalogue has no product " + sku + ".")
                    .with("sku", sku)
                    .exception();
        }
        return sku;
    }

    private static Cart cart(Answer answer) {
        return Objects.requireNonNull(answer.cart(), "an accepted change of a cart without the cart");
    }
}
