package io.storegrid.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient;
import io.storegrid.persistence.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The store that is asked over HTTP, the same for every server: rows to begin with, requests as bytes, and what the books
 * must say afterwards. Stateless.
 */
final class HttpScene {

    static final int PRODUCTS = 1_000;
    static final int PAGE = 50;

    /** So many that two of 64 callers seldom want the same cart at a time. */
    private static final int CARTS = 2_000;

    private static final int CART_SKUS = 4;
    private static final long ON_HAND = 1_000_000_000;
    private static final int TTL_SECONDS = 1_800;
    private static final int SKUS_A_READ = 200;

    /** Products of the size that the sample's have. */
    private static final String ROWS = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, attributes, media_urls, version,
                                 updated_at)
            SELECT 'BENCH-' || n, 'Chocolate nobre em barra ao leite ' || n,
                   'Chocolate feito com manteiga de cacau, de brilho intenso e quebra firme depois da temperagem. Este item '
                   || 'vem na versão ao leite, em embalagem de 1 kg. Perfeito para preparar ganaches encorpadas e também para '
                   || 'banhar trufas. Conserve em local seco, entre 18 °C e 22 °C, longe de odores fortes.',
                   'Chocolates nobres', 6290, 'BRL',
                   '{"contém": "leite e soja", "peso": "1 kg", "tipo": "ao leite", "validade": "12 meses"}',
                   jsonb_build_array('/media/chocolates-nobres/bench-' || n || '-1.jpg',
                                     '/media/chocolates-nobres/bench-' || n || '-2.jpg'),
                   1, timestamptz '2026-01-02 03:04:05.678901+00'
            FROM generate_series(100000, 100000 + %d - 1) n;
            INSERT INTO inventory (sku, on_hand, reserved, version) SELECT sku, %d, 0, 1 FROM product;
            INSERT INTO cart (id, currency, version, created_at, updated_at, expires_at)
            SELECT 'cart_' || lpad(to_hex(n), 32, '0'), 'BRL', 1, clock_timestamp(), clock_timestamp(),
                   clock_timestamp() + interval '30 days'
            FROM generate_series(1, %d) n;
            ANALYZE""".formatted(PRODUCTS, ON_HAND, CARTS);

    /** What every checkout says. */
    static final String CHECKOUT = "{\"paymentMethod\":\"pix\"}";

    /** Carts with three lines each, to be bought. */
    private static final String FULL_CARTS = """
            INSERT INTO cart (id, currency, version, created_at, updated_at, expires_at)
            SELECT 'cart_c' || lpad(to_hex(n), 31, '0'), 'BRL', 1, clock_timestamp(), clock_timestamp(),
                   clock_timestamp() + interval '30 days'
            FROM generate_series(0, %1$d - 1) n;
            INSERT INTO cart_line (cart_id, sku, position, quantity)
            SELECT 'cart_c' || lpad(to_hex(n), 31, '0'), 'BENCH-' || 100000 + (n * 7 + l * 331) %% %2$d, 100 + l, 1 + l
            FROM generate_series(0, %1$d - 1) n, generate_series(0, 2) l;
            ANALYZE""";

    private static final String COMMON =
            " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: storegrid-bench\r\nAccept: application/json\r\n";

    private HttpScene() {}

    /** Makes products, ample stock and open carts without lines, and {@code checkouts} carts with three. */
    static void fill(TestDatabase database, int checkouts) {
        database.execute(ROWS);
        if (checkouts > 0) {
            database.execute(FULL_CARTS.formatted(checkouts, PRODUCTS));
        }
    }

    static String checkoutPath(int cart) {
        return String.format(Locale.ROOT, "/v1/carts/cart_c%031x/checkout", cart);
    }

    /** Checkouts of one full cart after the other, from number {@code first}, each under a key of its own. */
    static Supplier<byte[]> checkouts(int first) {
        AtomicInteger next = new AtomicInteger(first);
        return () -> post(checkoutPath(next.getAndIncrement()), Demand.key(ThreadLocalRandom.current()), CHECKOUT);
    }

    /** Fails the run unless as many orders are paid as were acknowledged, with their units sold and their events told. */
    static void checkOrders(ServerProcess server, long acknowledged) {
        try (Connection connection = server.database().connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT (SELECT count(*) FROM orders WHERE state = 'CONFIRMED'), (SELECT count(*) FROM orders),"
                                + " (SELECT sum(delta_on_hand) FROM stock_ledger WHERE reason = 'CONFIRMED'),"
                                + " (SELECT count(*) FROM outbox WHERE type = 'order.confirmed')")) {
            row.next();
            boolean right = row.getLong(1) == acknowledged
                    && row.getLong(2) == acknowledged
                    && row.getLong(3) == -acknowledged * (1 + 2 + 3)
                    && row.getLong(4) == acknowledged;
            if (!right) {
                throw new IllegalStateException("The orders of " + server.name() + " are wrong [acknowledged="
                        + acknowledged + ", confirmed=" + row.getLong(1) + ", orders=" + row.getLong(2) + ", sold="
                        + row.getLong(3) + ", told=" + row.getLong(4) + "]");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> skus() {
        return Demand.of(Demand.Shape.UNIFORM, PRODUCTS, 1).all();
    }

    /** GETs of {@code prefix} and any of the SKUs. */
    static Supplier<byte[]> reads(String prefix) {
        return any(skus().stream().map(sku -> get(prefix + sku)).toList());
    }

    /** GETs of any page of the whole catalogue; cursors are the server's own, so its list is gone through once. */
    static Supplier<byte[]> pages(ApiClient api) {
        List<byte[]> pages = new ArrayList<>();
        String path = "/v1/products?limit=" + PAGE;
        String next = path;
        while (!next.isEmpty()) {
            pages.add(get(next));
            JsonNode page = api.get(next).send().json();
            if (page.path("items").size() != PAGE) {
                throw new IllegalStateException("a page that is not full: " + page);
            }
            String cursor = page.path("page").path("nextCursor").asText();
            next = cursor.isEmpty() ? "" : path + "&cursor=" + cursor;
        }
        if (pages.size() != PRODUCTS / PAGE) {
            throw new IllegalStateException("pages: " + pages.size());
        }
        return any(pages);
    }

    /** Reservations of one unit of any SKU, each under a key of its own. */
    static Supplier<byte[]> reservations(String path) {
        List<String> bodies = skus().stream().map(HttpScene::reservation).toList();
        return () -> {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            return post(path, Demand.key(random), bodies.get(random.nextInt(bodies.size())));
        };
    }

    static String reservation(String sku) {
        return "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}],\"ttlSeconds\":" + TTL_SECONDS + "}";
    }

    /** Additions of one unit to any cart, of any of the SKUs that this cart is about. */
    static Supplier<byte[]> additions() {
        List<String> skus = skus();
        List<String> carts = carts();
        List<byte[]> all = new ArrayList<>();
        for (int cart = 0; cart < carts.size(); cart++) {
            for (int line = 0; line < CART_SKUS; line++) {
                String sku = skus.get((cart * CART_SKUS + line) % skus.size());
                all.add(post(additionPath(carts.get(cart)), null, addition(sku)));
            }
        }
        return any(all);
    }

    static String additionPath(String cart) {
        return "/v1/carts/" + cart + "/lines";
    }

    static String addition(String sku) {
        return "{\"sku\":\"" + sku + "\",\"quantity\":1}";
    }

    static List<String> carts() {
        return IntStream.rangeClosed(1, CARTS)
                .mapToObj(number -> String.format(Locale.ROOT, "cart_%032x", number))
                .toList();
    }

    /** Units that the grid of {@code node} calls reserved. */
    static long reservedInGrid(ApiClient node) {
        List<String> skus = skus();
        long reserved = 0;
        for (int from = 0; from < skus.size(); from += SKUS_A_READ) {
            String some = String.join(",", skus.subList(from, from + SKUS_A_READ));
            for (JsonNode item :
                    node.get("/v1/inventory?skus=" + some).send().json().path("items")) {
                reserved += item.path("reserved").asLong();
            }
        }
        return reserved;
    }

    /**
     * Fails the run unless reservations are written as they were acknowledged, one unit each.
     *
     * @param reservedInGrid what the grid says, where there is one
     */
    static void checkReservations(ServerProcess server, OptionalLong reservedInGrid, long acknowledged) {
        try (Connection connection = server.database().connect()) {
            Books.read(connection, reservedInGrid).check(server.name(), acknowledged, acknowledged, 0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Fails the run unless carts hold the units that were acknowledged, and were changed as often. */
    static void checkCarts(ServerProcess server, long acknowledged) {
        try (Connection connection = server.database().connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT (SELECT coalesce(sum(quantity), 0) FROM cart_line WHERE cart_id NOT LIKE 'cart_c%'),"
                                + " (SELECT sum(version - 1) FROM cart WHERE id NOT LIKE 'cart_c%')")) {
            row.next();
            if (row.getLong(1) != acknowledged || row.getLong(2) != acknowledged) {
                throw new IllegalStateException("The carts of " + server.name() + " are wrong [acknowledged="
                        + acknowledged + ", units=" + row.getLong(1) + ", changes=" + row.getLong(2) + "]");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Supplier<byte[]> any(List<byte[]> requests) {
        byte[][] all = requests.toArray(new byte[0][]);
        return () -> all[ThreadLocalRandom.current().nextInt(all.length)];
    }

    private static byte[] get(String path) {
        return bytes("GET " + path + COMMON + "\r\n");
    }

    private static byte[] post(String path, @Nullable String key, String json) {
        return bytes("POST " + path + COMMON
                + (key == null ? "" : "Idempotency-Key: " + key + "\r\n")
                + "Content-Type: application/json\r\nContent-Length: " + json.length() + "\r\n\r\n" + json);
    }

    private static byte[] bytes(String request) {
        return request.getBytes(StandardCharsets.US_ASCII);
    }
}
