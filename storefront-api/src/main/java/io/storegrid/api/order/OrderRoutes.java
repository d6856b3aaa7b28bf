package io.storegrid.api.order;

import io.javalin.http.Context;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.http.Cursors;
import io.storegrid.api.http.IdempotencyKeys;
import io.storegrid.api.http.Preconditions;
import io.storegrid.api.http.QueryParameters;
import io.storegrid.api.http.Replies;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.Writes;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.gateway.CheckoutGateway;
import io.storegrid.compute.gateway.OrderQuery;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentResult;
import io.storegrid.domain.Person;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v1/orders} and {@code /v1/carts/{id}/checkout}. Thread-safe. */
public final class OrderRoutes {

    private static final int REFERENCE_LENGTH_MAX = 64;
    private static final int EMAIL_LENGTH_MAX = 254;
    private static final int ADDRESS_LINE_LENGTH_MAX = 200;

    /** What an address may consist of; true: it has to. */
    private static final Map<String, Boolean> ADDRESS_PARTS = addressParts();

    /** Something on both sides of one @, no spaces: whether mail arrives only sending some can tell (RFC 5321 allows more). */
    private static final Pattern EMAIL = Pattern.compile("[^@\\s]{1,64}@[^@\\s]+");

    private static final Map<String, OrderState> STATES = states();

    private record Checkout(String paymentMethod, Person person) {}

    private record Payment(String reference, PaymentResult result, Money amount) {}

    private final ReadGateway reads;
    private final CheckoutGateway checkouts;
    private final Writes writes;
    private final PaymentCallbacks callbacks;

    public OrderRoutes(ReadGateway reads, CheckoutGateway checkouts, Writes writes, PaymentCallbacks callbacks) {
        this.reads = reads;
        this.checkouts = checkouts;
        this.writes = writes;
        this.callbacks = callbacks;
    }

    public void checkout(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        byte[] body = RequestBodies.json(ctx);
        Checkout asked = RequestBodies.parsed(body, OrderRoutes::checkout);
        String cartId = ctx.pathParam("id");
        if (!CartId.isValid(cartId)) {
            throw Problem.of(ProblemCode.CART_NOT_FOUND, "There is no cart " + cartId + ".")
                    .exception();
        }
        PlaceOrder command = new PlaceOrder(
                IdempotencyKeys.required(ctx, body),
                cartId,
                asked.paymentMethod(),
                asked.person(),
                Entropy.digits(),
                PlaceOrder.newPaymentReference());
        writes.run(ctx, deadline -> checkouts.place(command, deadline), answer -> {
            ctx.header("Location", "/v1/orders/" + order(answer).id());
            reply(ctx, 201, order(answer));
        });
    }

    public void show(Context ctx) {
        QueryParameters.of(ctx);
        String id = ctx.pathParam("id");
        Optional<Order> found = OrderId.isValid(id) ? reads.order(id) : Optional.empty();
        Order order = found.orElseThrow(() -> notFound(id));
        if (Preconditions.notModified(ctx, order.version())) {
            ctx.header("Cache-Control", Replies.NEVER);
            return;
        }
        Replies.json(ctx, 200, Replies.NEVER, OrderView.of(order, callbacks.showReference()));
    }

    public void list(Context ctx) {
        QueryParameters query = QueryParameters.of(ctx, "customerId", "state", "limit", "cursor");
        String customerId = query.text("customerId");
        OrderState state =
                query.raw("state") == null ? null : query.choice("state", STATES, OrderState.PENDING_PAYMENT);
        int limit = query.limit();
        List<String> of = List.of(
                "orders", customerId == null ? "-" : "=" + customerId, state == null ? "-" : "=" + state.name());
        long beforeMicros = Long.MAX_VALUE;
        String beforeId = "";
        String cursor = query.raw("cursor");
        if (cursor != null) {
            Cursors.Place place = Cursors.place(of, cursor);
            beforeMicros = Cursors.number(place.value());
            beforeId = place.key();
        }
        // One more than shown says whether there is a next page.
        List<Order> orders = reads.orders(new OrderQuery(customerId, state, beforeMicros, beforeId, limit + 1));
        List<OrderView> items = new ArrayList<>(limit);
        orders.stream().limit(limit).forEach(order -> items.add(OrderView.of(order, callbacks.showReference())));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("limit", limit);
        if (orders.size() > limit) {
            Order last = orders.get(limit - 1);
            page.put("nextCursor", Cursors.of(of, Long.toString(last.createdAtMicros()), last.id()));
        }
        Replies.json(ctx, 200, Replies.NEVER, Map.of("items", items, "page", page));
    }

    public void pay(Context ctx) {
        QueryParameters.of(ctx);
        callbacks.require(ctx);
        IdempotencyKeys.require(ctx);
        byte[] body = RequestBodies.json(ctx);
        Payment said = RequestBodies.parsed(body, OrderRoutes::payment);
        run(
                ctx,
                new RecordPayment(
                        IdempotencyKeys.required(ctx, body),
                        existing(ctx),
                        said.reference(),
                        said.result(),
                        said.amount(),
                        Entropy.digits()));
    }

    public void cancel(Context ctx) {
        QueryParameters.of(ctx);
        IdempotencyKeys.require(ctx);
        byte[] body = RequestBodies.json(ctx);
        String reason = RequestBodies.parsed(body, object -> object.line("reason", 1, Limits.REASON_LENGTH_MAX));
        run(ctx, new CancelOrder(IdempotencyKeys.required(ctx, body), existing(ctx), reason));
    }

    public void fulfil(Context ctx) {
        advance(ctx, OrderState.FULFILLED);
    }

    public void deliver(Context ctx) {
        advance(ctx, OrderState.DELIVERED);
    }

    private void advance(Context ctx, OrderState to) {
        QueryParameters.of(ctx);
        byte[] body = RequestBodies.optionalJson(ctx);
        RequestBodies.parsed(body, object -> object);
        run(ctx, new AdvanceOrder(IdempotencyKeys.optional(ctx, body), existing(ctx), to));
    }

    private void run(Context ctx, Command command) {
        writes.run(ctx, deadline -> checkouts.execute(command, deadline), answer -> reply(ctx, 200, order(answer)));
    }

    private void reply(Context ctx, int status, Order order) {
        ctx.header("ETag", Preconditions.tag(order.version()));
        Replies.json(ctx, status, Replies.NEVER, OrderView.of(order, callbacks.showReference()));
    }

    private static Checkout checkout(JsonObject body) {
        String method = body.line("paymentMethod", 1, Limits.PAYMENT_METHOD_LENGTH_MAX);
        if (!method.isEmpty() && !PlaceOrder.isPaymentMethod(method)) {
            body.refuse(
                    "paymentMethod",
                    "must be a word of small letters, digits, dots, colons, underscores and dashes, and no card number");
        }
        String email = null;
        if (body.has("customer")) {
            JsonObject customer = body.object("customer");
            email = customer.optionalLine("email", 3, EMAIL_LENGTH_MAX);
            if (email != null && !email.isEmpty() && !EMAIL.matcher(email).matches()) {
                customer.refuse("email", "must be an e-mail address");
            }
            customer.done();
        } else {
            body.skip("customer");
        }
        Map<String, String> address = new TreeMap<>();
        if (body.has("shippingAddress")) {
            JsonObject parts = body.object("shippingAddress");
            ADDRESS_PARTS.forEach((name, needed) -> {
                String part = needed
                        ? parts.line(name, 1, ADDRESS_LINE_LENGTH_MAX)
                        : parts.optionalLine(name, 1, ADDRESS_LINE_LENGTH_MAX);
                if (part != null) {
                    address.put(name, part);
                }
            });
            parts.done();
        } else {
            body.skip("shippingAddress");
        }
        return new Checkout(method, new Person(null, email, address));
    }

    private static Payment payment(JsonObject body) {
        String reference = body.line("reference", 1, REFERENCE_LENGTH_MAX);
        String result = body.line("result", 1, REFERENCE_LENGTH_MAX);
        PaymentResult told = PaymentResult.DECLINED;
        if (result.equals(PaymentResult.APPROVED.name())) {
            told = PaymentResult.APPROVED;
        } else if (!result.isEmpty() && !result.equals(PaymentResult.DECLINED.name())) {
            body.refuse("result", "must be APPROVED or DECLINED");
        }
        JsonObject amount = body.object("amount");
        long minor = amount.integer("amountMinor", 0, Long.MAX_VALUE);
        String currency = ProductJson.currency(amount, "currency");
        amount.done();
        return new Payment(reference, told, new Money(minor, currency));
    }

    private static Map<String, Boolean> addressParts() {
        Map<String, Boolean> parts = new LinkedHashMap<>();
        parts.put("name", true);
        parts.put("line1", true);
        parts.put("line2", false);
        parts.put("city", true);
        parts.put("region", false);
        parts.put("postalCode", true);
        parts.put("country", true);
        parts.put("phone", false);
        return parts;
    }

    private static Map<String, OrderState> states() {
        Map<String, OrderState> states = new LinkedHashMap<>();
        for (OrderState state : OrderState.values()) {
            states.put(state.name().toUpperCase(Locale.ROOT), state);
        }
        return states;
    }

    private static String existing(Context ctx) {
        String id = ctx.pathParam("id");
        if (!OrderId.isValid(id)) {
            throw notFound(id);
        }
        return id;
    }

    private static Order order(Answer answer) {
        return Objects.requireNonNull(answer.order(), "an accepted change of an order without the order");
    }

    private static RuntimeException notFound(@Nullable String id) {
        return Problem.of(ProblemCode.ORDER_NOT_FOUND, "There is no order " + id + ".")
                .exception();
    }
}
