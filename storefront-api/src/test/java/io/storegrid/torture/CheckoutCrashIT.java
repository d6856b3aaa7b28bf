package io.storegrid.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.cluster.Loopback;
import io.storegrid.compute.payment.PaymentSimulator;
import io.storegrid.compute.payment.SimulatedPayment;
import io.storegrid.persistence.Invariants;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.agent.Step;
import io.storegrid.torture.history.HistoryWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node dies at each step between a cart and a paid, or refunded, order. The others take the order up: it ends CONFIRMED,
 * PAYMENT_FAILED or REFUNDED, the provider has the money of what was sold and no other, the stock is right, and whoever asks
 * again under the key of the checkout is told one thing.
 */
@Timeout(600)
class CheckoutCrashIT {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Store store;
    private Nodes nodes;
    private PaymentSimulator simulator;
    private ProviderGate gate;
    private HistoryWriter history;
    private int carts;

    @BeforeEach
    void start() throws Exception {
        Clock clock = new Clock();
        simulator = PaymentSimulator.start(0);
        gate = new ProviderGate(simulator);
        store = new Store(directory, new Loopback(PackagedNode.freePorts(Nodes.EXPECTED)), Nodes.EXPECTED, 1);
        history = new HistoryWriter(directory.resolve("history.jsonl"));
        nodes = store.nodes(Ablation.NONE, clock, history);
        history.header(store.header(1, "", 1, clock, new TreeMap<>()));
        nodes.options(List.of("--payment-provider=http", "--payment-url=" + gate.url()));
        nodes.restore();
    }

    @AfterEach
    void stop() throws Exception {
        nodes.close();
        history.close();
        store.close();
        gate.close();
        simulator.close();
    }

    @Test
    void everyOrderEndsWhereverANodeDies() throws Exception {
        for (Step step : Step.values()) {
            placing(step);
        }
        for (ProviderGate.Moment moment : ProviderGate.Moment.values()) {
            charging("pix", moment, "CONFIRMED");
            charging("sim:decline", moment, "PAYMENT_FAILED");
            refunding(moment);
            givingUp(moment);
        }
        check();
    }

    /** The node dies in the write that places the order. */
    private void placing(Step step) throws Exception {
        String cart = cart();
        int leader = nodes.owner(cart);
        String key = step.deadlyKey("checkout-" + carts);
        nodes.arm(leader);
        int door = other(leader);
        CompletableFuture<JsonNode> asking = checkoutUntilTold(door, cart, key, "pix");
        nodes.awaitEnd(leader);
        nodes.launch(leader);
        JsonNode order = asking.get(90, TimeUnit.SECONDS);
        assertEquals("CONFIRMED", order.path("state").asText(), order.toString());
        whole(leader, "placing, " + step);
        assertEquals(order, checkoutUntilTold(leader, cart, key, "pix").get(90, TimeUnit.SECONDS));
    }

    /** The node that asks the provider dies before it is heard, or before it hears. */
    private void charging(String method, ProviderGate.Moment moment, String end) throws Exception {
        String cart = cart();
        int victim = 1 + carts % Nodes.EXPECTED;
        String key = UUID.randomUUID().toString();
        gate.keepNext("", moment);
        CompletableFuture<?> lost = post(victim, "/v1/carts/" + cart + "/checkout", key, checkout(method));
        gate.awaitKept();
        String id = orderOf(cart);
        die(victim, id);
        awaitState(id, end);
        lost.exceptionally(expected -> null).join();
        whole(victim, "charging " + method + ", " + moment);
        JsonNode told = checkoutUntilTold(victim, cart, key, method).get(90, TimeUnit.SECONDS);
        assertEquals(id, told.path(end.equals("CONFIRMED") ? "id" : "orderId").asText(), told.toString());
    }

    /** The node that gives money back dies before it is heard, or before it hears. */
    private void refunding(ProviderGate.Moment moment) throws Exception {
        String cart = cart();
        int victim = 1 + carts % Nodes.EXPECTED;
        JsonNode order = checkoutUntilTold(victim, cart, UUID.randomUUID().toString(), "pix")
                .get(90, TimeUnit.SECONDS);
        String id = order.path("id").asText();
        gate.keepNext("/refund", moment);
        HttpResponse<String> cancelled = post(
                        victim,
                        "/v1/orders/" + id + "/cancel",
                        UUID.randomUUID().toString(),
                        "{\"reason\":\"O cliente desistiu\"}")
                .get(30, TimeUnit.SECONDS);
        assertEquals(200, cancelled.statusCode(), cancelled.body());
        gate.awaitKept();
        die(victim, id);
        Nodes.await(
                id + " to be refunded",
                () -> text("SELECT payment_state FROM orders WHERE id = '" + id + "'")
                        .equals("REFUNDED"));
        whole(victim, "refunding, " + moment);
    }

    /** The nodes that may be telling the provider to take no money any more die before it is heard, or before they hear. */
    private void givingUp(ProviderGate.Moment moment) throws Exception {
        String cart = cart();
        int victim = 1 + carts % Nodes.EXPECTED;
        gate.keepNext("", ProviderGate.Moment.UNHEARD);
        CompletableFuture<?> lost = post(
                victim, "/v1/carts/" + cart + "/checkout", UUID.randomUUID().toString(), checkout("pix"));
        gate.awaitKept();
        String id = orderOf(cart);
        nodes.kill(List.of(victim));
        gate.drop();
        lost.exceptionally(expected -> null).join();
        // The hold is over before the provider was heard of again: whichever node finds the step gives up.
        gate.keepNext("/cancel", moment);
        execute("UPDATE orders SET pay_by = clock_timestamp() WHERE id = '" + id + "'");
        due(id);
        nodes.launch(victim);
        gate.awaitKept();
        List<Integer> others = List.of(other(victim), other(other(victim)));
        nodes.kill(others);
        gate.drop();
        for (int node : others) {
            nodes.launch(node);
        }
        due(id);
        for (int node : others) {
            nodes.up(node);
        }
        whole(victim, "giving up, " + moment);
        awaitState(id, "PAYMENT_FAILED");
    }

    private void die(int victim, String orderId) throws Exception {
        nodes.kill(List.of(victim));
        gate.drop();
        nodes.launch(victim);
        due(orderId);
    }

    /** What a dead node had taken is free again at once, so that the test need not wait for its time to run out. */
    private void due(String orderId) throws SQLException {
        execute("UPDATE order_step SET due_at = clock_timestamp() WHERE order_id = '" + orderId + "'");
    }

    private void whole(int victim, String what) throws Exception {
        nodes.up(victim);
        nodes.awaitWhole();
        System.out.println("[checkout crash] " + what);
    }

    private static int other(int node) {
        return node % Nodes.EXPECTED + 1;
    }

    private String cart() throws Exception {
        String sku = store.skus().get(Store.POPULAR + carts % 8);
        carts++;
        String body = "{\"customerId\":\"ana\",\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}]}";
        HttpResponse<String> made =
                post(1, "/v1/carts", UUID.randomUUID().toString(), body).get(30, TimeUnit.SECONDS);
        assertEquals(201, made.statusCode(), made.body());
        return MAPPER.readTree(made.body()).path("id").asText();
    }

    private static String checkout(String method) {
        return "{\"paymentMethod\":\"" + method + "\"}";
    }

    /** As a client does: the same key again, at one node after the other, until there is an answer. */
    private CompletableFuture<JsonNode> checkoutUntilTold(int door, String cart, String key, String method) {
        return CompletableFuture.supplyAsync(() -> {
            long begin = System.nanoTime();
            int node = door;
            String last = "";
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(80)) {
                try {
                    HttpResponse<String> answer = post(node, "/v1/carts/" + cart + "/checkout", key, checkout(method))
                            .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    if (answer.statusCode() < 500 && answer.statusCode() != 409) {
                        return MAPPER.readTree(answer.body());
                    }
                    last = answer.body();
                    Thread.sleep(100);
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                } catch (Exception e) {
                    last = e.toString();
                }
                node = other(node);
            }
            throw new AssertionError("no answer: " + last);
        });
    }

    private CompletableFuture<HttpResponse<String>> post(int node, String path, String key, String body) {
        URI url = nodes.urls().get(node);
        if (url == null) {
            return CompletableFuture.failedFuture(new IOException("no such node now"));
        }
        return http.sendAsync(
                HttpRequest.newBuilder(url.resolve(path))
                        .timeout(PATIENCE)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private String orderOf(String cart) throws Exception {
        Nodes.await(
                "the order of " + cart,
                () -> !text("SELECT count(*) FROM orders WHERE cart_id = '" + cart + "'")
                        .equals("0"));
        return text("SELECT id FROM orders WHERE cart_id = '" + cart + "' ORDER BY created_at DESC LIMIT 1");
    }

    private void awaitState(String id, String... ends) throws Exception {
        Nodes.await(
                id + " to become " + List.of(ends),
                () -> List.of(ends).contains(text("SELECT state FROM orders WHERE id = '" + id + "'")));
    }

    /** At the end: every order has one, the books are right, and so is the money. */
    private void check() throws Exception {
        Nodes.await(
                "nothing to remain to be done",
                () -> text("SELECT count(*) FROM order_step").equals("0"));
        assertEquals(
                "0",
                text("SELECT count(*) FROM orders WHERE NOT (state IN ('CONFIRMED', 'PAYMENT_FAILED', 'REFUNDED')"
                        + " OR (state = 'CANCELLED' AND payment_state = 'REFUNDED'))"));
        try (Connection connection = store.connect()) {
            assertEquals(List.of(), Invariants.violations(connection));
        }
        for (SimulatedPayment payment : simulator.payments()) {
            String sold = text("SELECT coalesce(sum(total_minor), 0) FROM orders WHERE payment_reference = '"
                    + payment.reference() + "' AND payment_state = 'APPROVED'");
            assertEquals(
                    Long.parseLong(sold),
                    payment.taken().amountMinor() - payment.refunded().amountMinor(),
                    payment.toString());
        }
        assertTrue(Integer.parseInt(text("SELECT count(*) FROM orders WHERE state = 'CONFIRMED'")) >= 6);
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String text(String sql) throws SQLException {
        try (Connection connection = store.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? Objects.requireNonNullElse(row.getString(1), "") : "";
        }
    }
}
