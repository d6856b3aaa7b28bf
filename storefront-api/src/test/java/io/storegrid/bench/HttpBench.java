package io.storegrid.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a request costs: the packaged node beside plain Javalin that gives the same answers from fixed bytes or by plain SQL.
 * Each server is a JVM of its own and only one is asked at a time, so its CPU and PostgreSQL's are the request's.
 */
final class HttpBench {

    /** What is asked for. */
    enum Route {
        /** One product, beside fixed bytes. */
        PRODUCT,
        /** Stock of one SKU, beside fixed bytes. */
        INVENTORY,
        /** A page of the catalogue, beside one query. */
        PAGE,
        /** A reservation of one line, beside one transaction and beside fixed bytes. */
        RESERVATION,
        /** One unit into a cart, beside one transaction. */
        CART,
        /** A cart of three lines to a paid order, beside one transaction a step. */
        CHECKOUT
    }

    /**
     * What is set beside what.
     *
     * @param size of requests or answers
     * @param turns ours, the baseline of the bar, and any others
     * @param limit the most that ours may cost, in costs of the baseline
     * @param check fails the run unless the books hold what was acknowledged
     */
    private record Comparison(
            String title, String size, List<HttpTurn> turns, String baseline, double limit, Runnable check) {}

    private static final int CONNECTIONS = 64;

    /**
     * Reads after which a server's code for them is compiled. That is many: Jetty, Javalin and Ignite are deep, and on two
     * cores the compiler has to share them. With a fifth of it both sides cost twice what they cost in the end.
     */
    static final int WARM_UP = 150_000;

    /** The share of that which commands take. */
    private static final int OF_COMMANDS = 2;

    /** The share of that which whatever does many times the work of a read takes. */
    private static final int OF_HEAVY = 5;

    /** A contender whose first turn cost so many times its last one was not warm. */
    private static final double WARMING = 1.3;

    /** A second; more than any contender does. */
    private static final int FASTEST_CHECKOUTS = 8_000;

    private static final String BARE = "bare Javalin";
    private static final String PLAIN_SQL = "plain SQL behind Javalin";

    private final Report report;
    private final int rounds;
    private final double seconds;
    private final int warmUp;

    /**
     * @param seconds how long one turn lasts, about
     * @param warmUp requests before that, of each kind to each server
     */
    HttpBench(Report report, int rounds, double seconds, int warmUp) {
        this.report = report;
        this.rounds = rounds;
        this.seconds = seconds;
        this.warmUp = warmUp;
    }

    void run(Set<Route> routes) {
        Path directory = newDirectory();
        int checkouts = routes.contains(Route.CHECKOUT) ? checkouts() : 0;
        try (ServerProcess node = ServerProcess.node(directory, rows -> HttpScene.fill(rows, checkouts));
                ServerProcess bare = ServerProcess.bare(rows -> HttpScene.fill(rows, checkouts), 0)) {
            System.out.println("Servers: storegrid is process " + node.pid() + ", bare is process " + bare.pid());
            // All are warm before the first is measured, because they share most of their code.
            List<Comparison> comparisons = Arrays.stream(Route.values())
                    .filter(routes::contains)
                    .map(route -> warm(route, node, bare))
                    .toList();
            comparisons.forEach(this::measure);
        } finally {
            delete(directory);
        }
    }

    private Comparison warm(Route route, ServerProcess node, ServerProcess bare) {
        return switch (route) {
            case PRODUCT -> read("GET /v1/products/{sku}", "product", "/v1/products/", node, bare);
            case INVENTORY -> read("GET /v1/inventory/{sku}", "inventory", "/v1/inventory/", node, bare);
            case PAGE -> pages(node, bare);
            case RESERVATION -> reservations(node, bare);
            case CART -> additions(node, bare);
            case CHECKOUT -> checkouts(node, bare);
        };
    }

    private Comparison read(String title, String answer, String prefix, ServerProcess node, ServerProcess bare) {
        String body = node.api().get(prefix + HttpScene.skus().get(0)).send().body();
        bare.api().put("/answers/" + answer).json(body).send();
        HttpTurn ours = new HttpTurn("storegrid", node, CONNECTIONS, 200, HttpScene.reads(prefix));
        HttpTurn theirs = new HttpTurn(BARE, bare, CONNECTIONS, 200, HttpScene.reads(prefix));
        ours.warmUp(warmUp);
        theirs.warmUp(warmUp);
        return new Comparison(title, bytes(body) + " bytes", List.of(ours, theirs), BARE, 1.5, () -> {});
    }

    private Comparison pages(ServerProcess node, ServerProcess bare) {
        String path = "/v1/products?limit=" + HttpScene.PAGE;
        JsonNode page = node.api().get(path).send().json();
        JsonNode same = bare.api().get(path).send().json();
        if (!page.path("items").equals(same.path("items"))) {
            throw new IllegalStateException("Not the same page: " + page + " and " + same);
        }
        String title = "GET /v1/products, a page of " + HttpScene.PAGE;
        HttpTurn ours = new HttpTurn("storegrid", node, CONNECTIONS, 200, HttpScene.pages(node.api()));
        HttpTurn theirs = new HttpTurn(PLAIN_SQL, bare, CONNECTIONS, 200, HttpScene.pages(bare.api()));
        ours.warmUp(warmUp / OF_HEAVY);
        theirs.warmUp(warmUp / OF_HEAVY);
        return new Comparison(
                title, bytes(page.toString()) + " bytes", List.of(ours, theirs), "one query", 0.5, () -> {});
    }

    private Comparison reservations(ServerProcess node, ServerProcess bare) {
        String path = "/v1/reservations";
        String asked = HttpScene.reservation(HttpScene.skus().get(0));
        ApiClient.Reply reply = node.api().post(path).key().json(asked).send();
        requireAlike(reply, bare.api().post(path).key().json(asked).send());
        String body = reply.body();
        bare.api().put("/answers/reservation").json(body).send();
        String title = "POST /v1/reservations, one line";
        HttpTurn ours = new HttpTurn("storegrid", node, CONNECTIONS, 201, HttpScene.reservations(path));
        HttpTurn theirs = new HttpTurn(PLAIN_SQL, bare, CONNECTIONS, 201, HttpScene.reservations(path));
        HttpTurn sink = new HttpTurn(BARE, bare, CONNECTIONS, 201, HttpScene.reservations("/sink"));
        ours.warmUp(warmUp / OF_COMMANDS);
        theirs.warmUp(warmUp / OF_HEAVY);
        sink.warmUp(warmUp);
        return new Comparison(
                title,
                bytes(asked) + " bytes in, " + bytes(body) + " out",
                List.of(ours, theirs, sink),
                PLAIN_SQL,
                1.0 / 3,
                () -> {
                    HttpScene.checkReservations(
                            node, OptionalLong.of(HttpScene.reservedInGrid(node.api())), ours.acknowledged() + 1);
                    HttpScene.checkReservations(bare, OptionalLong.empty(), theirs.acknowledged() + 1);
                });
    }

    private Comparison additions(ServerProcess node, ServerProcess bare) {
        String title = "POST /v1/carts/{id}/lines";
        HttpTurn ours = new HttpTurn("storegrid", node, CONNECTIONS, 200, HttpScene.additions());
        HttpTurn theirs = new HttpTurn(PLAIN_SQL, bare, CONNECTIONS, 200, HttpScene.additions());
        ours.warmUp(warmUp / OF_COMMANDS);
        theirs.warmUp(warmUp / OF_HEAVY);
        ApiClient.Reply reply = added(node.api());
        requireAlike(reply, added(bare.api()));
        return new Comparison(
                title, bytes(reply.body()) + " bytes out", List.of(ours, theirs), "one UPSERT transaction", 0.5, () -> {
                    HttpScene.checkCarts(node, ours.acknowledged() + 1);
                    HttpScene.checkCarts(bare, theirs.acknowledged() + 1);
                });
    }

    /** Carts that one contender can buy: each is bought once. */
    private int checkouts() {
        return warmUp / OF_HEAVY + rounds * (int) (FASTEST_CHECKOUTS * seconds + HttpTurn.OPERATIONS_MIN * 3) + 1;
    }

    private Comparison checkouts(ServerProcess node, ServerProcess bare) {
        HttpTurn ours = new HttpTurn("storegrid", node, CONNECTIONS, 201, HttpScene.checkouts(1));
        HttpTurn theirs = new HttpTurn(PLAIN_SQL, bare, CONNECTIONS, 201, HttpScene.checkouts(1));
        ApiClient.Reply reply = bought(node.api());
        requireAlike(reply, bought(bare.api()));
        ours.warmUp(warmUp / OF_HEAVY);
        theirs.warmUp(warmUp / OF_HEAVY);
        return new Comparison(
                "POST /v1/carts/{id}/checkout, three lines",
                bytes(reply.body()) + " bytes out",
                List.of(ours, theirs),
                "one transaction a step",
                0.5,
                () -> {
                    HttpScene.checkOrders(node, ours.acknowledged() + 1);
                    HttpScene.checkOrders(bare, theirs.acknowledged() + 1);
                });
    }

    private static ApiClient.Reply bought(ApiClient api) {
        return api.post(HttpScene.checkoutPath(0))
                .key()
                .json(HttpScene.CHECKOUT)
                .send();
    }

    private static ApiClient.Reply added(ApiClient api) {
        return api.post(HttpScene.additionPath(HttpScene.carts().get(0)))
                .json(HttpScene.addition(HttpScene.skus().get(0)))
                .send();
    }

    private void measure(Comparison comparison) {
        report.section(comparison.title() + ", " + comparison.size());
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (HttpTurn turn : comparison.turns()) {
                costs.computeIfAbsent(turn.name(), name -> new ArrayList<>()).add(turn.take(seconds));
            }
        }
        report.head(
                "contender",
                "ops/s",
                "p50 µs",
                "p99 µs",
                "server JVM µs/op",
                "PostgreSQL µs/op",
                "CPU µs/op",
                "storegrid ÷ this");
        List<Cost> ours = costs.getOrDefault(comparison.turns().get(0).name(), List.of());
        costs.forEach((name, some) -> report.row(
                name,
                Cost.median(some, Cost::perSecond),
                Cost.median(some, Cost::p50Micros),
                Cost.median(some, Cost::p99Micros),
                Cost.median(some, Cost::jvmMicros),
                Cost.median(some, Cost::databaseMicros),
                Cost.median(some, Cost::totalMicros),
                Cost.ratio(ours, some, Cost::totalMicros)));
        costs.forEach(this::noteWarming);
        List<Cost> theirs = costs.getOrDefault(comparison.turns().get(1).name(), List.of());
        report.atMost(
                comparison.title() + ": CPU/op vs " + comparison.baseline(),
                "×",
                comparison.limit(),
                Cost.ratio(ours, theirs, Cost::totalMicros));
        comparison.check().run();
    }

    private void noteWarming(String name, List<Cost> turns) {
        double first = turns.get(0).totalMicros();
        double last = turns.get(turns.size() - 1).totalMicros();
        if (first > WARMING * last) {
            report.note("");
            report.note("Not warm, or disturbed: " + name + " cost " + Report.shown(first)
                    + " µs in its first turn and " + Report.shown(last) + " µs in its last one.");
        }
    }

    /** Fails the run where a baseline's answer says less than ours, or more. */
    private static void requireAlike(ApiClient.Reply ours, ApiClient.Reply theirs) {
        if (ours.status() != theirs.status()
                || !members("", ours.json()).equals(members("", theirs.json()))
                || !ours.http()
                        .headers()
                        .map()
                        .keySet()
                        .equals(theirs.http().headers().map().keySet())) {
            throw new IllegalStateException("Not alike: " + ours + " and " + theirs);
        }
    }

    /** The paths of all members below {@code node}; items of an array are one. */
    private static Set<String> members(String path, JsonNode node) {
        Set<String> all = new TreeSet<>();
        node.properties().forEach(member -> {
            all.add(path + "/" + member.getKey());
            all.addAll(members(path + "/" + member.getKey(), member.getValue()));
        });
        if (node.isArray()) {
            node.forEach(item -> all.addAll(members(path + "/*", item)));
        }
        return all;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Path newDirectory() {
        try {
            return Files.createTempDirectory("storegrid-bench-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path directory) {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
