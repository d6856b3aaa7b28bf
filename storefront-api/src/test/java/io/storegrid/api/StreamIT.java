package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.storegrid.api.StreamClient.Message;
import io.storegrid.api.events.StreamSettings;
import io.storegrid.api.order.PaymentCallbacks;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.webhooks.WebhookTargets;
import io.storegrid.compute.StoreRuntime;
import io.storegrid.compute.events.RemoteEventStore;
import io.storegrid.compute.events.RemoteWebhookStore;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.StoreEvent;
import io.storegrid.grid.TestStore;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.RoundTrip;
import io.storegrid.persistence.Times;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams from the rows of a real outbox, by nodes of a real grid. */
@Timeout(180)
class StreamIT {

    private static final int CROWD = 1_000;

    /** Threads that a crowd may cost beside those that are there for anybody: the server's pool and ours. */
    private static final int THREADS_MAX = 80;

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path spool;

    @SuppressWarnings("NullAway.Init")
    private TestStore store;

    private final List<StorefrontApi> apis = new ArrayList<>();

    private void start(int nodes) {
        store = TestStore.start(nodes);
        for (int i = 0; i < nodes; i++) {
            StoreRuntime runtime = store.runtime(i);
            MemoryStore memory = new MemoryStore();
            StorefrontApi api = new StorefrontApi(
                    HttpSettings.defaults().withPort(0),
                    "node one",
                    runtime.commands(),
                    memory,
                    runtime.reads(),
                    memory,
                    new PaymentCallbacks(null, true),
                    memory,
                    new MemoryNode.MemoryImports(spool),
                    runtime.events(),
                    StreamSettings.DEFAULT,
                    runtime.webhooks(),
                    new WebhookTargets(true),
                    new MemoryNode.MemoryOperations(),
                    new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
            api.start();
            apis.add(api);
        }
    }

    @AfterEach
    void stop() {
        apis.forEach(StorefrontApi::close);
        store.stop();
    }

    private void changed(String sku, long version) throws SQLException {
        try (Connection connection = store.database().connect()) {
            changed(connection, sku, version);
        }
    }

    private static void changed(Connection connection, String sku, long version) throws SQLException {
        StoreEvent event = new StoreEvent(
                "inventory.changed",
                sku,
                version,
                "{\"sku\":\"" + sku + "\",\"onHand\":9,\"reserved\":0,\"available\":9}");
        long now = Times.now(connection);
        RoundTrip.alone(connection, trip -> OutboxSql.append(trip, List.of(event), now));
    }

    private static long sequence(Message message) throws IOException {
        return JSON.readTree(message.data()).get("sequence").asLong();
    }

    @Test
    void goesOnAtAnotherNodeWhenTheFirstOneIsGone() throws Exception {
        start(2);
        AtomicLong version = new AtomicLong();
        Thread writer = new Thread(() -> {
            try (Connection connection = store.database().connect()) {
                while (!Thread.currentThread().isInterrupted()) {
                    changed(connection, "A1", version.incrementAndGet());
                    Thread.sleep(5);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        long got = 0;
        String last;
        try (StreamClient first = StreamClient.open(apis.get(0).port(), "/v1/stream/inventory?skus=A1")) {
            last = first.until("synced").get(0).id();
            writer.start();
            for (int i = 0; i < 50; i++) {
                Message message = first.message();
                assertEquals(got + 1, sequence(message));
                got++;
                last = message.id();
            }
            apis.remove(0).close();
            store.stop(0);
        }
        try (StreamClient second =
                StreamClient.open(apis.get(0).port(), "/v1/stream/inventory?skus=A1", "Last-Event-ID: " + last)) {
            long goal = version.get() + 50;
            while (got < goal) {
                assertEquals(got + 1, sequence(second.message()), "nothing is left out");
                got++;
            }
        } finally {
            writer.interrupt();
            writer.join();
        }
    }

    @Test
    void aTransactionThatCommitsLateIsToldAfterAll() throws Exception {
        start(1);
        try (StreamClient client = StreamClient.open(apis.get(0).port(), "/v1/stream/inventory?skus=A1,B1");
                Connection late = store.database().connect()) {
            client.until("synced");
            late.setAutoCommit(false);
            changed(late, "A1", 1);
            changed("B1", 1);
            assertTrue(client.silentFor(1_000), "B1 waits for whoever may come before it");
            late.commit();
            assertTrue(client.message().data().contains("/A1"));
            assertTrue(client.message().data().contains("/B1"));
        }
    }

    @Test
    void saysWhenTheClientWasAwayForTooLong() throws Exception {
        start(1);
        store.stock("A1", 7);
        EventPosition place = store.runtime(0).events().head();
        changed("A1", 1);
        store.database().execute("UPDATE outbox SET at = at - interval '26 hours'");
        store.runtime(0).housekeeper().clear();
        try (StreamClient client = StreamClient.open(
                apis.get(0).port(), "/v1/stream/inventory?skus=A1", "Last-Event-ID: " + place.text())) {
            List<Message> messages = client.until("synced");
            assertEquals("gap", messages.get(0).event());
            assertEquals(
                    7,
                    JSON.readTree(messages.get(1).data()).at("/data/available").asInt());
        }
    }

    @Test
    void tellsAnOrder() throws Exception {
        start(1);
        order(1, "order.created", "PENDING_PAYMENT");
        try (StreamClient client =
                StreamClient.open(apis.get(0).port(), "/v1/orders/ord_1/events", "Accept: text/event-stream")) {
            assertEquals("1", client.message().id());
            order(2, "order.confirmed", "CONFIRMED");
            Message second = client.message();
            assertEquals("2", second.id());
            assertEquals("order.confirmed", second.event());
        }
    }

    private void order(long version, String type, String state) throws SQLException {
        try (Connection connection = store.database().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO order_event (order_id, version, type, state, payment_state, at) VALUES"
                    + " ('ord_1', " + version + ", '" + type + "', '" + state + "', 'REQUESTED', now())");
            long now = Times.now(connection);
            RoundTrip.alone(
                    connection,
                    trip -> OutboxSql.append(trip, List.of(new StoreEvent(type, "ord_1", version, "{}")), now));
            connection.commit();
        }
    }

    /** What a node without a database asks of one that has it, by way of the grid. */
    @Test
    void crossesTheGrid() throws Exception {
        start(2);
        store.stock("A1", 7);
        order(1, "order.created", "PENDING_PAYMENT");
        changed("A1", 5);
        RemoteEventStore remote = new RemoteEventStore(store.grid().node(0));
        RemoteWebhookStore webhooks = new RemoteWebhookStore(store.grid().node(0));
        // Any of the two is asked; a dozen times, so that the other one is, too.
        for (int i = 0; i < 12; i++) {
            var events =
                    remote.after(EventPosition.BEGINNING, EventFilter.ALL, 10).events();
            assertTrue(events.stream().anyMatch(event -> event.subjectSeq() == 5));
            assertFalse(remote.lost(events.get(0).position()));
            assertTrue(remote.head().compareTo(events.get(0).position()) > 0);
            assertEquals(EventPosition.BEGINNING, remote.oldest());
            assertEquals(
                    7,
                    remote.stock(List.of("A1", "B1")).values().iterator().next().onHand());
            assertEquals("order.created", remote.orderEntries("ord_1", 0).get(0).type());
            assertTrue(webhooks.all().isEmpty());
            assertTrue(webhooks.one("whk_1").isEmpty());
            assertTrue(webhooks.deliveries("whk_1", 1, 1).isEmpty());
            assertFalse(webhooks.delete("whk_1"));
            assertEquals(Redelivery.NO_WEBHOOK, webhooks.redeliver("whk_1", EventPosition.BEGINNING));
        }
    }

    @Test
    void servesACrowdWithFewThreads() throws Exception {
        start(1);
        ApiClient api = new ApiClient(apis.get(0).port());
        int threads = Thread.activeCount();
        List<StreamClient> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < CROWD; i++) {
                StreamClient client = StreamClient.open(apis.get(0).port(), "/v1/stream/inventory?skus=A1,S" + i);
                assertEquals(200, client.status());
                crowd.add(client);
            }
            for (StreamClient client : crowd) {
                client.until("synced");
            }
            HttpFixture.assertProblem(
                    ProblemCode.RATE_LIMITED,
                    api.get("/v1/stream/inventory?skus=A1").send());
            long began = System.nanoTime();
            changed("A1", 1);
            long slowest = 0;
            for (StreamClient client : crowd) {
                assertEquals(1, sequence(client.message()));
                slowest = System.nanoTime() - began;
            }
            assertEquals(404, api.get("/v1/inventory/A1").send().status(), "others are served meanwhile");
            int now = Thread.activeCount();
            System.out.printf(
                    "StreamIT [streams=%d, threadsBefore=%d, threads=%d, allToldMs=%d]%n",
                    CROWD, threads, now, TimeUnit.NANOSECONDS.toMillis(slowest));
            assertTrue(now - threads < THREADS_MAX, threads + " before, " + now + " now");
            for (int i = 0; i < CROWD; i += 100) {
                changed("S" + i, 3);
                assertEquals(3, sequence(crowd.get(i).message()));
            }
        } finally {
            for (StreamClient client : crowd) {
                client.close();
            }
        }
    }
}
