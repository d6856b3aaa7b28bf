package io.storegrid.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonRawValue;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import io.javalin.util.JavalinLogger;
import io.storegrid.compute.command.Entropy;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.DatabaseSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The baselines over HTTP: the product's routes and answers, on plain Javalin with the product's number of threads.
 *
 * <p>GET of a product and of stock answer fixed bytes, and {@code POST /sink} reads a body and answers fixed bytes: what HTTP
 * costs when nothing is done. A reservation, a page of products and a cart line are written as a good team writes them
 * over JDBC: Jackson on records, a pool of 32, statements prepared on the server, one transaction a request. Every answer
 * carries the headers of the product's, constant ones, so that as many bytes are written; nothing is logged, counted
 * or compared. A process of its own: says its port in one line and ends when its input does.
 */
final class BareServer {

    private static final int THREADS_MIN = 8;
    private static final int THREADS_MAX = 64;
    private static final int THREAD_IDLE_MS = 60_000;
    private static final int PAGE_LIMIT_DEFAULT = 50;
    private static final int CART_DAYS = 30;

    private static final String PAGE = """
            SELECT sku, title, description, category, price_minor, currency, attributes, media_urls, version, updated_at
            FROM product WHERE NOT archived AND sku > ? ORDER BY sku LIMIT ?""";
    private static final String TOUCH_CART = """
            UPDATE cart SET version = version + 1, updated_at = clock_timestamp(),
                expires_at = clock_timestamp() + ? * interval '1 day'
            WHERE id = ? AND NOT deleted RETURNING currency, version, created_at, updated_at, expires_at""";
    private static final String ADD_LINE = """
            INSERT INTO cart_line (cart_id, sku, position, quantity)
            SELECT ?, sku, ?, ? FROM product WHERE sku = ? AND currency = ? AND NOT archived
            ON CONFLICT (cart_id, sku) DO UPDATE SET quantity = cart_line.quantity + excluded.quantity""";
    private static final String CART_LINES = """
            SELECT l.sku, p.title, l.quantity, p.price_minor, p.currency, i.on_hand - i.reserved
            FROM cart_line l JOIN product p ON p.sku = l.sku JOIN inventory i ON i.sku = l.sku
            WHERE l.cart_id = ? ORDER BY l.position""";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            .build();
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    record Line(String sku, int quantity) {}

    record ReservationRequest(List<Line> lines, int ttlSeconds) {}

    record ReservationReply(
            String id, String state, List<Line> lines, String createdAt, String expiresAt, long version) {}

    record Price(long amountMinor, String currency) {}

    record ProductReply(
            String sku,
            String title,
            String description,
            String category,
            Price price,
            @JsonRawValue String attributes,
            @JsonRawValue String mediaUrls,
            long version,
            String updatedAt) {}

    record Page(int limit, @Nullable String nextCursor) {}

    record PageReply(List<ProductReply> items, Page page) {}

    record CartLineReply(
            String sku,
            String title,
            int quantity,
            Price unitPrice,
            Price lineTotal,
            long available,
            boolean inStock) {}

    record CartReply(
            String id,
            String currency,
            List<CartLineReply> lines,
            Price total,
            long version,
            String createdAt,
            String updatedAt,
            String expiresAt) {}

    record CheckoutRequest(String paymentMethod) {}

    record OrderLineReply(String sku, String title, int quantity, Price unitPrice, Price lineTotal) {}

    record PaymentReply(String state, String method, Price received) {}

    record OrderReply(
            String id,
            String state,
            String cartId,
            String reservationId,
            List<OrderLineReply> lines,
            Price total,
            PaymentReply payment,
            long version,
            String createdAt,
            String updatedAt) {}

    private final HikariDataSource pool;
    private final long burnNanos;
    private final Map<String, byte[]> answers = new ConcurrentHashMap<>();

    private BareServer(HikariDataSource pool, long burnMicros) {
        this.pool = pool;
        this.burnNanos = TimeUnit.MICROSECONDS.toNanos(burnMicros);
    }

    /** @param arguments the database's URL and user, and the microseconds of CPU that each request wastes */
    public static void main(String[] arguments) throws IOException {
        HikariDataSource pool = PlainSql.pool(new DatabaseSettings(arguments[0], arguments[1], null), false);
        BareServer server = new BareServer(pool, Long.parseLong(arguments[2]));
        JavalinLogger.startupInfo = false;
        Javalin javalin = Javalin.create(config -> {
            config.startup.showJavalinBanner = false;
            config.startup.showOldJavalinVersionWarning = false;
            config.startup.startupWatcherEnabled = false;
            config.jetty.threadPool = new QueuedThreadPool(THREADS_MAX, THREADS_MIN, THREAD_IDLE_MS);
            config.jetty.addConnector((jetty, http) -> {
                ServerConnector connector = new ServerConnector(jetty, new HttpConnectionFactory(http));
                connector.setHost("127.0.0.1");
                connector.setPort(0);
                return connector;
            });
            server.declare(config.routes);
        });
        javalin.start();
        System.out.println(javalin.port());
        while (System.in.read() >= 0) {
            // Nothing is ever said; the end of input is.
        }
        javalin.stop();
        pool.close();
    }

    private void declare(RoutesConfig routes) {
        if (burnNanos > 0) {
            routes.before(ctx -> burn());
        }
        routes.put("/answers/{name}", ctx -> answers.put(ctx.pathParam("name"), ctx.bodyAsBytes()));
        routes.get("/v1/products/{sku}", ctx -> reply(ctx, 200, answer("product")));
        routes.get("/v1/inventory/{sku}", ctx -> reply(ctx, 200, answer("inventory")));
        routes.post("/sink", ctx -> {
            ctx.bodyAsBytes();
            ctx.header("Location", "/v1/reservations/rsv_00000000000000000000000000000000000");
            reply(ctx, 201, answer("reservation"));
        });
        routes.get("/v1/products", this::page);
        routes.post("/v1/reservations", this::reserve);
        routes.post("/v1/carts/{id}/lines", this::addToCart);
        routes.post("/v1/carts/{id}/checkout", this::checkout);
    }

    private void checkout(Context ctx) throws SQLException, IOException {
        String method =
                MAPPER.readValue(ctx.bodyAsBytes(), CheckoutRequest.class).paymentMethod();
        String key = Objects.requireNonNull(ctx.header("Idempotency-Key"), "Idempotency-Key");
        String cartId = ctx.pathParam("id");
        PlainCheckout.Placed placed = new PlainCheckout(pool).checkout(key, cartId);
        Price total = new Price(placed.totalMinor(), placed.currency());
        ctx.header("Location", "/v1/orders/" + placed.id());
        reply(
                ctx,
                201,
                MAPPER.writeValueAsBytes(new OrderReply(
                        placed.id(),
                        "CONFIRMED",
                        cartId,
                        placed.reservationId(),
                        placed.lines().stream()
                                .map(line -> new OrderLineReply(
                                        line.sku(),
                                        line.title(),
                                        line.quantity(),
                                        new Price(line.unitPriceMinor(), placed.currency()),
                                        new Price(line.unitPriceMinor() * line.quantity(), placed.currency())))
                                .toList(),
                        total,
                        new PaymentReply("APPROVED", method, total),
                        2,
                        placed.createdAt(),
                        placed.updatedAt())));
    }

    private byte[] answer(String name) {
        return Objects.requireNonNull(answers.get(name), name);
    }

    private void page(Context ctx) throws SQLException, JsonProcessingException {
        String limitText = ctx.queryParam("limit");
        int limit = limitText == null ? PAGE_LIMIT_DEFAULT : Integer.parseInt(limitText);
        String cursor = ctx.queryParam("cursor");
        String after = cursor == null ? "" : new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
        List<ProductReply> items = new ArrayList<>(limit + 1);
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(true);
            try (PreparedStatement select = connection.prepareStatement(PAGE)) {
                select.setString(1, after);
                select.setInt(2, limit + 1);
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        items.add(product(row));
                    }
                }
            }
        }
        String next = null;
        if (items.size() > limit) {
            items.remove(limit);
            next = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(items.get(limit - 1).sku().getBytes(StandardCharsets.UTF_8));
        }
        reply(ctx, 200, MAPPER.writeValueAsBytes(new PageReply(items, new Page(limit, next))));
    }

    private static ProductReply product(ResultSet row) throws SQLException {
        return new ProductReply(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                new Price(row.getLong(5), row.getString(6)),
                row.getString(7),
                row.getString(8),
                row.getLong(9),
                time(row, 10));
    }

    private void reserve(Context ctx) throws SQLException, IOException {
        ReservationRequest asked = MAPPER.readValue(ctx.bodyAsBytes(), ReservationRequest.class);
        String key = Objects.requireNonNull(ctx.header("Idempotency-Key"), "Idempotency-Key");
        Order order = new Order(
                key,
                Entropy.digits(),
                asked.lines().stream()
                        .map(line -> new ReservationLine(line.sku(), line.quantity()))
                        .toList());
        try (Connection connection = pool.getConnection()) {
            if (!PlainSql.write(connection, order)) {
                ctx.status(409);
                return;
            }
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        String id = SqlRows.reservationId(order);
        ctx.header("Location", "/v1/reservations/" + id);
        reply(
                ctx,
                201,
                MAPPER.writeValueAsBytes(new ReservationReply(
                        id,
                        "HELD",
                        asked.lines(),
                        now.toString(),
                        now.plusSeconds(asked.ttlSeconds()).toString(),
                        1)));
    }

    private void addToCart(Context ctx) throws SQLException, IOException {
        Line asked = MAPPER.readValue(ctx.bodyAsBytes(), Line.class);
        String id = ctx.pathParam("id");
        CartReply reply;
        try (Connection connection = pool.getConnection();
                PreparedStatement touch = connection.prepareStatement(TOUCH_CART)) {
            touch.setInt(1, CART_DAYS);
            touch.setString(2, id);
            try (ResultSet cart = touch.executeQuery()) {
                if (!cart.next()) {
                    connection.rollback();
                    throw new NotFoundResponse();
                }
                String currency = cart.getString(1);
                addLine(connection, id, cart.getLong(2), asked, currency);
                List<CartLineReply> lines = lines(connection, id);
                long total = 0;
                for (CartLineReply line : lines) {
                    total += line.lineTotal().amountMinor();
                }
                reply = new CartReply(
                        id,
                        currency,
                        lines,
                        new Price(total, currency),
                        cart.getLong(2),
                        time(cart, 3),
                        time(cart, 4),
                        time(cart, 5));
            }
            connection.commit();
        }
        reply(ctx, 200, MAPPER.writeValueAsBytes(reply));
    }

    private static void addLine(Connection connection, String id, long position, Line line, String currency)
            throws SQLException {
        try (PreparedStatement add = connection.prepareStatement(ADD_LINE)) {
            add.setString(1, id);
            add.setLong(2, position);
            add.setInt(3, line.quantity());
            add.setString(4, line.sku());
            add.setString(5, currency);
            if (add.executeUpdate() != 1) {
                connection.rollback();
                throw new NotFoundResponse();
            }
        }
    }

    private static List<CartLineReply> lines(Connection connection, String id) throws SQLException {
        List<CartLineReply> lines = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement(CART_LINES)) {
            select.setString(1, id);
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    int quantity = row.getInt(3);
                    long price = row.getLong(4);
                    String currency = row.getString(5);
                    long available = row.getLong(6);
                    lines.add(new CartLineReply(
                            row.getString(1),
                            row.getString(2),
                            quantity,
                            new Price(price, currency),
                            new Price(price * quantity, currency),
                            available,
                            available >= quantity));
                }
            }
        }
        return lines;
    }

    private static String time(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant().toString();
    }

    private static void reply(Context ctx, int status, byte[] json) {
        ctx.status(status)
                .contentType("application/json")
                .header("Cache-Control", "no-store")
                .header("ETag", "\"1\"")
                .header("X-Request-Id", "00000000-0000-4000-8000-000000000000")
                .header("X-Served-By", "bench")
                .header("X-Content-Type-Options", "nosniff")
                .result(json);
    }

    private void burn() {
        long end = THREADS.getCurrentThreadCpuTime() + burnNanos;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            Thread.onSpinWait();
        }
    }
}
