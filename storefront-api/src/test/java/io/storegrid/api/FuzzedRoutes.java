package io.storegrid.api;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.javalin.http.Context;
import io.storegrid.api.cart.CartRoutes;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.catalogue.ProductRoutes;
import io.storegrid.api.http.Cursors;
import io.storegrid.api.http.RequestMarks;
import io.storegrid.api.http.Writes;
import io.storegrid.api.inventory.InventoryRoutes;
import io.storegrid.api.json.MalformedJson;
import io.storegrid.api.json.StrictJson;
import io.storegrid.api.operations.DocumentRoutes;
import io.storegrid.api.order.CustomerRoutes;
import io.storegrid.api.order.OrderRoutes;
import io.storegrid.api.order.PaymentCallbacks;
import io.storegrid.api.problem.ProblemException;
import io.storegrid.api.problem.Problems;
import io.storegrid.api.reservation.ReservationRoutes;
import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.ImportLineParser;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Money;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Person;
import io.storegrid.domain.Product;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Sku;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Every route as one function of bytes: reads a request out of them, lets the real route of the real classes handle it in
 * front of a small {@link MemoryStore}, and holds the result against what must never be seen. What comes out is a reply below
 * 500, a refusal with a whole problem document, or an exception, which is a finding.
 *
 * <p>The bytes are a route's number, then one line each for the two path parameters, the query, {@code If-Match}, {@code
 * If-None-Match}, {@code Idempotency-Key}, {@code Content-Type} and {@code X-Request-Id}, an empty line being an absent
 * header, and then the body. Not HTTP itself: nearly all changes of a request's first line lead to the same 404.
 */
final class FuzzedRoutes {

    static final String CART = CartId.of("1".repeat(32));
    static final String OTHER_CART = CartId.of("2".repeat(32));
    static final String HOLD = ReservationId.of(7, "3".repeat(32));

    static final String ORDER = OrderId.of(7, "4".repeat(32));

    static final String SENT = OrderId.of(7, "6".repeat(32));

    /** A request may take this long on a machine that is busy with other things; a search that explodes takes longer. */
    private static final long TOOK_MS_MAX = 10_000;

    private static final int FIELDS = 8;
    private static final Duration DEADLINE = Duration.ofSeconds(1);

    /** One route and a request for it that succeeds; the seed of the fuzzer's corpus. */
    private record Route(String method, String path, Call call, String seed) {}

    /** A route's method; may throw what a handler may throw. */
    @FunctionalInterface
    interface Call {
        void handle(Context ctx) throws Exception;
    }

    private final MemoryStore store = new MemoryStore();
    private final RequestMarks marks = new RequestMarks("node-one");
    private final ProductJson productJson = new ProductJson();
    private final List<Route> routes = new ArrayList<>();

    FuzzedRoutes() {
        CommandGateway checked = this::execute;
        Writes writes = new Writes(checked, DEADLINE, Runnable::run);
        CartRoutes carts = new CartRoutes(store, writes);
        ReservationRoutes holds = new ReservationRoutes(store, store, writes);
        OrderRoutes orders = new OrderRoutes(store, store, writes, new PaymentCallbacks(null, true));
        CustomerRoutes customers = new CustomerRoutes(store);
        ProductRoutes products = new ProductRoutes(store, store, productJson, writes);
        InventoryRoutes stock = new InventoryRoutes(store, writes);
        String key = "\n\n\n\n\nkey-1\napplication/json\n\n";
        String onCart = CART + "\nA1\n\n\n\nkey-1\napplication/json\n\n";
        String onHold = HOLD + "\n\n\n\n\nkey-1\napplication/json\nrequest-1\n";
        String onOrder = ORDER + "\n\n\n\n\nkey-1\napplication/json\n\n";
        String line = "{\"sku\":\"A1\",\"quantity\":2}";
        add("POST", "/v1/reservations", holds::create, key + """
                {"lines":[%s,{"sku":"B1","quantity":1}],"ttlSeconds":300,"cartId":"%s"}""".formatted(line, CART));
        add("PUT", "/v1/carts/{id}/reservation", holds::reserveCart, onCart + "{\"ttlSeconds\":60}");
        add("GET", "/v1/reservations/{id}", holds::show, HOLD + "\n\n\n\nW/\"1\", \"2\"\n\n\n\n");
        add("POST", "/v1/reservations/{id}/extend", holds::extend, onHold + "{\"ttlSeconds\":60}");
        add("POST", "/v1/reservations/{id}/confirm", holds::confirm, onHold + "{}");
        add("POST", "/v1/reservations/{id}/release", holds::release, onHold);
        add(
                "POST",
                "/v1/carts",
                carts::create,
                key + "{\"currency\":\"BRL\",\"customerId\":\"ana\",\"lines\":[%s]}".formatted(line));
        add("GET", "/v1/carts/{id}", carts::show, onCart);
        add("POST", "/v1/carts/{id}/lines", carts::add, onCart + line);
        add("PUT", "/v1/carts/{id}/lines/{sku}", carts::set, onCart + "{\"quantity\":3}");
        add("DELETE", "/v1/carts/{id}/lines/{sku}", carts::remove, CART + "\nA1\n\n\"1\"\n\n\n\n\n");
        add("DELETE", "/v1/carts/{id}", carts::delete, CART + "\n\n\n\"1\"\n\n\n\n\n");
        add("POST", "/v1/carts/{id}/merge", carts::merge, onCart + "{\"fromCartId\":\"" + OTHER_CART + "\"}");
        add(
                "GET",
                "/v1/products",
                products::list,
                "\n\nlimit=1&sort=-price&q=brig%C3%A1&category=Docinhos&skus=A1,B1\n\n\n\n\n\n");
        add("GET", "/v1/products/{sku}", products::show, "A1\n\ninclude=availability\n\n\"1\"\n\n\n\n");
        add(
                "PUT",
                "/v1/products/{sku}",
                products::put,
                "A1\n\n\n\"1\"\n\n\napplication/json; charset=\"utf-8\"\n\n" + HttpFixture.BRIGADEIRO);
        add("DELETE", "/v1/products/{sku}", products::archive, "A1\n\n\n\"1\"\n\nkey-1\n\n\n");
        add("GET", "/v1/inventory/{sku}", stock::show, "A1\n\nconsistency=fresh\n\n\"7\"\n\n\n\n");
        add("GET", "/v1/inventory", stock::several, "\n\nskus=A1,Z9\n\n\n\n\n\n");
        add("PUT", "/v1/inventory/{sku}", stock::set, "C1\n\n\n\n*\n\napplication/json\n\n{\"onHand\":50}");
        add(
                "POST",
                "/v1/inventory/{sku}/adjustments",
                stock::adjust,
                "A1\n\n\n\n\nkey-1\napplication/json\n\n" + "{\"delta\":-3,\"reason\":\"Quebra\"}");
        add("POST", "/v1/carts/{id}/checkout", orders::checkout, onCart + """
                {"paymentMethod":"pix","customer":{"email":"ana@exemplo.com.br"},"shippingAddress":{"name":"Ana Souza",\
                "line1":"Rua das Laranjeiras, 120","city":"Rio de Janeiro","postalCode":"22240-003","country":"BR"}}""");
        add("GET", "/v1/orders", orders::list, "\n\nlimit=1&state=CONFIRMED&customerId=ana\n\n\n\n\n\n");
        add("GET", "/v1/orders/{id}", orders::show, ORDER + "\n\n\n\n\"1\"\n\n\n\n");
        add(
                "POST",
                "/v1/orders/{id}/payments",
                orders::pay,
                onOrder + "{\"reference\":\"reference-of-it\",\"result\":\"APPROVED\","
                        + "\"amount\":{\"amountMinor\":4890,\"currency\":\"BRL\"}}");
        add("POST", "/v1/orders/{id}/cancel", orders::cancel, onOrder + "{\"reason\":\"O cliente desistiu\"}");
        add("POST", "/v1/orders/{id}/fulfil", orders::fulfil, onOrder + "{}");
        add("POST", "/v1/orders/{id}/deliver", orders::deliver, SENT + onOrder.substring(ORDER.length()));
        add("GET", "/v1/customers/{id}/export", customers::export, "ana\n\n\n\n\n\n\n\n");
        add("DELETE", "/v1/customers/{id}", customers::erase, "ana\n\n\n\n\n\n\n\n");
        add("GET", "/problems/{code}", new DocumentRoutes()::problem, "no-quorum\n\n\n\n\n\n\n\n");
        // Not routes of their own: a list whose cursor is well made and leads anywhere, and a line of an import.
        add("GET", "/v1/products", ctx -> listBehindAnyCursor(products, ctx), "2\n\n\n\n\n\n\n4890\nA1");
        add(
                "POST",
                "/v1/imports",
                this::importLine,
                "\n\n\n\n\n\n\n\n" + "{\"sku\":\"A1\",\"onHand\":3," + HttpFixture.BRIGADEIRO.substring(1));
    }

    private void add(String method, String path, Call call, String seed) {
        routes.add(new Route(method, path, call, seed));
    }

    /** A request for every route, as bytes. */
    List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            byte[] fields = routes.get(i).seed().getBytes(UTF_8);
            byte[] seed = new byte[1 + fields.length];
            seed[0] = (byte) i;
            System.arraycopy(fields, 0, seed, 1, fields.length);
            seeds.add(seed);
        }
        return seeds;
    }

    /** Handles the request in {@code bytes}; throws for whatever must never be seen. Returns the status. */
    int handle(byte[] bytes) throws Exception {
        if (bytes.length == 0) {
            return 0;
        }
        Route route = routes.get((bytes[0] & 0xff) % routes.size());
        return handle(route.method(), route.path(), route.call(), Arrays.copyOfRange(bytes, 1, bytes.length));
    }

    /** As the other, with a route of the caller's. */
    int handle(String method, String path, Call call, byte[] fields) throws Exception {
        stock();
        MemoryExchange exchange = exchange(method, path, fields);
        long began = System.nanoTime();
        Context ctx = exchange.context();
        marks.set(ctx);
        try {
            call.handle(ctx);
        } catch (ProblemException e) {
            Problems.write(ctx, e.problem());
        }
        check(exchange);
        long tookMs = (System.nanoTime() - began) / 1_000_000;
        require(tookMs <= TOOK_MS_MAX, "took " + tookMs + " ms");
        return exchange.status();
    }

    private static MemoryExchange exchange(String method, String path, byte[] all) {
        String[] fields = new String[FIELDS];
        int from = 0;
        for (int i = 0; i < FIELDS; i++) {
            int end = from;
            while (end < all.length && all[end] != '\n') {
                end++;
            }
            // Path parameters are decoded by the router; the rest comes off the wire byte by byte.
            fields[i] = new String(all, from, end - from, i < 2 ? UTF_8 : ISO_8859_1);
            from = Math.min(end + 1, all.length);
        }
        Map<String, List<String>> headers = new HashMap<>();
        List<String> names = List.of("if-match", "if-none-match", "idempotency-key", "content-type", "x-request-id");
        for (int i = 0; i < names.size(); i++) {
            String value = fields[FIELDS - names.size() + i];
            if (!value.isEmpty()) {
                headers.put(names.get(i), List.of(value));
            }
        }
        boolean twoParameters = path.indexOf('{') != path.lastIndexOf('{');
        Map<String, String> parameters = new HashMap<>();
        parameters.put("code", fields[0]);
        parameters.put("id", fields[0]);
        parameters.put("sku", twoParameters ? fields[1] : fields[0]);
        String concrete = path.replace("{id}", fields[0]).replace("{sku}", fields[twoParameters ? 1 : 0]);
        String query = fields[2].isEmpty() ? null : fields[2];
        return new MemoryExchange(
                method, concrete, parameters, query, headers, Arrays.copyOfRange(all, from, all.length));
    }

    /** The same small store before each request, so that a finding needs nothing but its own bytes. */
    private void stock() {
        store.empty();
        Money price = new Money(4_890, "BRL");
        for (String sku : List.of("A1", "B1", "C1")) {
            done(new PutProduct(
                    null,
                    new Product(sku, "Brigadeiro", "", "Docinhos", price, Map.of(), List.of(), 0, false, 0, 0),
                    0));
        }
        done(new SetStock(null, "A1", 50, 0, "adj_1"));
        done(new SetStock(null, "B1", 1, 0, "adj_2"));
        for (String cart : List.of(CART, OTHER_CART)) {
            done(new CreateCart(null, cart, "BRL", null, List.of(new CartLine("A1", 2))));
        }
        for (String entropy : List.of("4".repeat(32), "6".repeat(32))) {
            String bought = CartId.of(entropy);
            done(new CreateCart(null, bought, "BRL", "ana", List.of(new CartLine("A1", 1))));
            done(new PlaceOrder(null, bought, "pix", new Person(null, null, Map.of()), entropy, "reference-of-it"));
        }
        done(new AdvanceOrder(null, SENT, OrderState.FULFILLED));
        done(new ReserveStock(null, List.of(new ReservationLine("A1", 1)), 300_000, CART, "3".repeat(32)));
    }

    private void done(Command command) {
        require(store.execute(command, DEADLINE).join().outcome().accepted(), "the store is not as it should be");
    }

    private CompletableFuture<Answer> execute(Command command, Duration deadline) {
        checkCommand(command);
        return store.execute(command, deadline);
    }

    /** What the lanes rely on: nothing gets past the edge that the contract's bounds keep out. */
    private static void checkCommand(Command command) {
        if (command.key() != null) {
            String key = command.key().key();
            require(
                    !key.isEmpty()
                            && key.length() <= Limits.KEY_LENGTH_MAX
                            && key.chars().allMatch(c -> c > ' ' && c <= '~'),
                    "key " + key);
        }
        if (command instanceof ReserveStock reserve) {
            List<String> skus =
                    reserve.lines().stream().map(ReservationLine::sku).toList();
            require(skus.stream().distinct().sorted().toList().equals(skus), "lines " + skus);
            require(!skus.isEmpty() && skus.size() <= Limits.RESERVATION_LINES_MAX, "lines " + skus.size());
            reserve.lines().forEach(line -> checkLine(line.sku(), line.quantity(), 1));
            checkTtl(reserve.ttlMs());
            require(reserve.cartId() == null || CartId.isValid(reserve.cartId()), "cart " + reserve.cartId());
        } else if (command instanceof ReserveCart reserve) {
            checkTtl(reserve.ttlMs());
            require(CartId.isValid(reserve.cartId()), "cart " + reserve.cartId());
        } else if (command instanceof ExtendHold extend) {
            checkTtl(extend.ttlMs());
            require(ReservationId.isValid(extend.reservationId()), "hold " + extend.reservationId());
        } else if (command instanceof CreateCart create) {
            List<String> skus = create.lines().stream().map(CartLine::sku).toList();
            require(skus.stream().distinct().count() == skus.size(), "lines " + skus);
            require(skus.size() <= Limits.CART_LINES_MAX, "lines " + skus.size());
            create.lines().forEach(line -> checkLine(line.sku(), line.quantity(), 1));
            require(Money.isCurrency(create.currency()), "currency " + create.currency());
            checkText(create.customerId(), 1, 100, false);
        } else if (command instanceof ChangeCartLine change) {
            checkLine(change.sku(), change.quantity(), change.mode() == ChangeCartLine.Mode.ADD ? 1 : 0);
            require(change.ifVersion() >= 0, "version " + change.ifVersion());
        } else if (command instanceof MergeCarts merge) {
            require(CartId.isValid(merge.fromCartId()) && !merge.cartId().equals(merge.fromCartId()), "merge");
        } else if (command instanceof SetStock set) {
            require(set.onHand() >= 0 && set.onHand() <= Limits.ON_HAND_MAX, "on hand " + set.onHand());
        } else if (command instanceof AdjustStock adjust) {
            require(adjust.delta() != 0 && Math.abs(adjust.delta()) <= Limits.ON_HAND_MAX, "delta " + adjust.delta());
            checkText(adjust.reason(), 1, 200, false);
        } else if (command instanceof PutProduct put) {
            checkProduct(put.product());
        }
    }

    private static void checkProduct(Product product) {
        require(Sku.isValid(product.sku()), "sku " + product.sku());
        checkText(product.title(), 1, Limits.TITLE_LENGTH_MAX, false);
        checkText(product.description(), 0, Limits.DESCRIPTION_LENGTH_MAX, true);
        checkText(product.category(), 1, Limits.CATEGORY_LENGTH_MAX, false);
        long price = product.price().amountMinor();
        require(price >= 0 && price <= Limits.PRICE_MINOR_MAX, "price " + price);
        require(product.attributes().size() <= Limits.ATTRIBUTES_MAX, "attributes");
        product.attributes().forEach((name, value) -> {
            checkText(name, 1, Limits.ATTRIBUTE_NAME_LENGTH_MAX, false);
            checkText(value, 0, Limits.ATTRIBUTE_VALUE_LENGTH_MAX, false);
        });
        require(product.mediaUrls().size() <= Limits.MEDIA_URLS_MAX, "media");
        product.mediaUrls().forEach(url -> checkText(url, 1, Limits.MEDIA_URL_LENGTH_MAX, false));
    }

    private static void checkLine(String sku, long quantity, long min) {
        require(Sku.isValid(sku), "sku " + sku);
        require(quantity >= min && quantity <= Limits.LINE_QUANTITY_MAX, "quantity " + quantity);
    }

    private static void checkTtl(long ttlMs) {
        require(ttlMs >= 1_000 && ttlMs <= Limits.HOLD_TTL_MAX.toMillis(), "ttl " + ttlMs);
    }

    /** PostgreSQL keeps no U+0000 and no half characters: such a text fails in the lane, where its whole batch would suffer. */
    private static void checkText(@Nullable String text, int min, int max, boolean prose) {
        if (text == null) {
            return;
        }
        int length = text.codePointCount(0, text.length());
        require(length >= min && length <= max, "a text of " + length);
        require(
                text.codePoints()
                        .noneMatch(c -> (c >= 0xd800 && c <= 0xdfff)
                                || (Character.isISOControl(c) && !(prose && (c == '\n' || c == '\t')))),
                "a text that cannot be kept");
    }

    private static void check(MemoryExchange exchange) throws MalformedJson {
        int status = exchange.status();
        require(status >= 200 && status < 500, "status " + status);
        require(
                !exchange.header("X-Request-Id").isEmpty()
                        && !exchange.header("X-Served-By").isEmpty(),
                "marks");
        byte[] reply = exchange.reply();
        String type = exchange.header("Content-Type");
        require(status < 400 || type.equals(Problems.MEDIA_TYPE), "a refusal as " + type);
        if (type.equals(Problems.MEDIA_TYPE) || type.equals("application/json")) {
            // As strict with ourselves as with callers: UTF-8, no member twice.
            Object document = StrictJson.parse(reply);
            require(
                    status < 400
                            || (document instanceof Map<?, ?> members
                                    && members.keySet()
                                            .containsAll(List.of("type", "title", "status", "detail", "code"))),
                    "a refusal without a document");
        }
    }

    private void importLine(Context ctx) throws Exception {
        byte[] line = ctx.req().getInputStream().readAllBytes();
        ImportLineParser.ParsedLine parsed = productJson.parse(line);
        if (parsed.product() != null) {
            checkProduct(parsed.product());
            require(parsed.onHand() >= -1 && parsed.onHand() <= Limits.ON_HAND_MAX, "on hand " + parsed.onHand());
        } else {
            require(!parsed.code().isEmpty() && !parsed.detail().isBlank(), "a line refused without a word");
        }
    }

    /** The checksum is no secret, so whoever reads the source can make a cursor to anywhere. */
    private static void listBehindAnyCursor(ProductRoutes products, Context ctx) throws Exception {
        String number = ctx.pathParam("id");
        List<ProductQuery.Sort> sorts = List.of(ProductQuery.Sort.values());
        int sort = number.isEmpty() ? 0 : number.charAt(0) % sorts.size();
        List<String> names = List.of("sku", "title", "price", "-price");
        ProductQuery query = new ProductQuery(null, null, List.of(), sorts.get(sort), 50, null);
        String rest = new String(ctx.req().getInputStream().readAllBytes(), UTF_8);
        String value = ctx.header("X-Request-Id") == null ? "" : ctx.header("X-Request-Id");
        String cursor = Cursors.of(query, new ProductQuery.Position(value, rest));
        Map<String, List<String>> headers = Map.of();
        MemoryExchange behind = new MemoryExchange(
                "GET", "/v1/products", Map.of(), "sort=" + names.get(sort) + "&cursor=" + cursor, headers, new byte[0]);
        Context behindCtx = behind.context();
        behindCtx.header("X-Request-Id", "r").header("X-Served-By", "n");
        try {
            products.list(behindCtx);
        } catch (ProblemException e) {
            Problems.write(behindCtx, e.problem());
        }
        check(behind);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
