package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.api.StreamClient.Message;
import io.storegrid.api.events.StreamSettings;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.domain.EventPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams over real connections, with the outbox in memory. */
@Timeout(60)
class StreamHttpTest {

    private static final int STREAMS_MAX = 4;
    private static final Duration HEARTBEAT = Duration.ofMillis(200);
    private static final Duration STALL = Duration.ofMillis(400);
    private static final ObjectMapper JSON = new ObjectMapper();

    @SuppressWarnings("NullAway.Init")
    private MemoryNode node;

    @BeforeEach
    void start(@TempDir Path spool) {
        node = new MemoryNode(spool, new StreamSettings(STREAMS_MAX, HEARTBEAT, STALL));
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private StreamClient open(String target, String... headers) throws IOException {
        return StreamClient.open(node.api().port(), target, headers);
    }

    private static JsonNode json(String text) throws IOException {
        return JSON.readTree(text);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "in time");
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void beginsWithTheStateAndGoesOnWithWhatChanges() throws IOException {
        node.feed().stock("A1", 7, 10, 3);
        try (StreamClient client = open("/v1/stream/inventory?skus=A1,B1")) {
            assertEquals(200, client.status());
            assertEquals("text/event-stream", client.header("content-type"));
            assertEquals("no-store", client.header("cache-control"));
            assertEquals("no", client.header("x-accel-buffering"));
            Message state = client.message();
            assertEquals("inventory.changed", state.event());
            assertEquals("", state.id(), "who breaks off before the end of the state begins again");
            JsonNode event = json(state.data());
            assertEquals("1.0", event.get("specversion").asText());
            assertEquals("/v1/inventory/A1", event.get("source").asText());
            assertEquals("7", event.get("sequence").asText());
            assertEquals(7, event.at("/data/available").asInt());
            Message synced = client.message();
            assertEquals("synced", synced.event());
            assertTrue(EventPosition.parse(synced.id()).isPresent());

            EventPosition position = node.feed().stock("B1", 1, 5, 0).position();
            Message changed = client.message();
            assertEquals(position.text(), changed.id());
            event = json(changed.data());
            assertEquals(position.text(), event.get("id").asText());
            assertEquals("B1", event.get("subject").asText());
            assertEquals("application/json", event.get("datacontenttype").asText());
            assertEquals(5, event.at("/data/onHand").asInt());

            node.feed().stock("C1", 1, 5, 0);
            assertTrue(client.silentFor(100), "nobody asked for C1");
        }
    }

    @Test
    void tellsACategory() throws IOException {
        ApiClient api = node.client();
        for (String sku : List.of("A1", "A2")) {
            api.put("/v1/products/" + sku).ifNew().json(HttpFixture.BRIGADEIRO).send();
        }
        api.put("/v1/products/X1").ifNew().json(HttpFixture.ACARAJE_USD).send();
        node.feed().stock("A1", 1, 10, 0);
        try (StreamClient client = open("/v1/stream/inventory?category=Docinhos")) {
            assertEquals(
                    "A1",
                    json(client.until("synced").get(0).data()).get("subject").asText());
            node.feed().stock("X1", 1, 10, 0);
            node.feed().stock("A2", 1, 10, 0);
            assertEquals("A2", json(client.message().data()).get("subject").asText());
        }
    }

    @Test
    void goesOnWhereTheClientWas() throws IOException {
        String first = node.feed().stock("A1", 1, 10, 0).position().text();
        String second = node.feed().stock("A1", 2, 10, 1).position().text();
        node.feed().stock("B1", 1, 10, 1);
        String third = node.feed().stock("A1", 3, 10, 2).position().text();
        try (StreamClient client = open("/v1/stream/inventory?skus=A1", "Last-Event-ID: " + first)) {
            assertEquals(second, client.message().id());
            assertEquals(third, client.message().id());
            String fourth = node.feed().stock("A1", 4, 10, 3).position().text();
            assertEquals(fourth, client.message().id());
        }
    }

    @Test
    void readsALongPastInPages() throws IOException {
        String first = node.feed().stock("A1", 1, 10_000, 0).position().text();
        for (int i = 2; i <= 1_700; i++) {
            node.feed().stock("A1", i, 10_000, i);
        }
        try (StreamClient client = open("/v1/stream/inventory?skus=A1", "Last-Event-ID: " + first)) {
            for (int i = 2; i <= 1_700; i++) {
                assertEquals(i, json(client.message().data()).get("sequence").asInt());
            }
        }
    }

    @Test
    void saysThatSomethingIsLostAndBeginsAgain() throws IOException {
        String first = node.feed().stock("A1", 1, 10, 0).position().text();
        node.feed().stock("A1", 2, 10, 1);
        node.feed().clear();
        try (StreamClient client = open("/v1/stream/inventory?skus=A1", "Last-Event-ID: " + first)) {
            List<Message> messages = client.until("synced");
            assertEquals("gap", messages.get(0).event());
            assertTrue(EventPosition.parse(
                            json(messages.get(0).data()).get("oldest").asText())
                    .isPresent());
            assertEquals("2", json(messages.get(1).data()).get("sequence").asText());
            node.feed().stock("A1", 3, 10, 2);
            assertEquals("3", json(client.message().data()).get("sequence").asText());
        }
    }

    @Test
    void aSilentStreamLivesAndMovesOn() throws IOException {
        try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
            client.until("synced");
            String position = node.feed().stock("B1", 1, 10, 0).position().text();
            Message beat = client.block();
            while (!beat.id().equals(position)) {
                assertEquals("", beat.event());
                beat = client.block();
            }
            assertEquals("", beat.data(), "no client sees a message in it");
        }
    }

    @Test
    void keepsOnlyTheNewestOfASkuForASlowClient(@TempDir Path spool) throws IOException {
        StreamSettings patient = new StreamSettings(STREAMS_MAX, HEARTBEAT, Duration.ofMinutes(1));
        try (MemoryNode other = new MemoryNode(spool, patient);
                StreamClient client = StreamClient.openNarrow(other.api().port(), "/v1/stream/inventory?skus=A1,B1")) {
            client.until("synced");
            // More than the buffers between the two take: from then on the newest waits alone.
            int sent = 20_000;
            for (int i = 1; i <= sent; i++) {
                other.feed().stock("A1", i, 1_000_000, i);
            }
            other.feed().stock("B1", 1, 1, 0);
            int got = 0;
            long last = 0;
            String id = "0-0";
            Message message = client.message();
            while (!json(message.data()).get("subject").asText().equals("B1")) {
                long sequence = json(message.data()).get("sequence").asLong();
                assertTrue(sequence > last, "in order");
                assertTrue(position(message.id()).compareTo(position(id)) > 0, "ids grow");
                last = sequence;
                id = message.id();
                got++;
                message = client.message();
            }
            assertEquals(sent, last, "the newest state arrives");
            assertTrue(got < sent, got + " of " + sent);
        }
    }

    @Test
    void tellsAReadingClientEveryChange() throws IOException {
        try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
            client.until("synced");
            for (int i = 1; i <= 200; i++) {
                node.feed().stock("A1", i, 1_000, i);
            }
            for (int i = 1; i <= 200; i++) {
                assertEquals(i, json(client.message().data()).get("sequence").asInt());
            }
        }
    }

    private static EventPosition position(String id) {
        return EventPosition.parse(id).orElseThrow();
    }

    @Test
    void endsAStreamThatIsNotReadAndKeepsTheOthers() throws IOException {
        try (StreamClient reader = open("/v1/stream/inventory?skus=A1");
                StreamClient sleeper = StreamClient.openNarrow(node.api().port(), "/v1/stream/inventory?skus=A1")) {
            reader.until("synced");
            sleeper.until("synced");
            List<Long> got = new ArrayList<>();
            long version = 0;
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
            while (!node.client().get("/metrics").send().body().contains("storegrid_streams_stalled_total 1.0")) {
                assertTrue(System.nanoTime() - deadline < 0, "the sleeper is ended in time");
                for (int i = 0; i < 2_000; i++) {
                    version++;
                    node.feed().stock("A1", version, 1_000_000, version % 1_000);
                }
                while (got.isEmpty() || got.get(got.size() - 1) < version) {
                    got.add(json(reader.message().data()).get("sequence").asLong());
                }
            }
            assertFalse(sleeper.ends(), "broken off");
            node.feed().stock("A1", version + 1, 10, 0);
            assertEquals(
                    version + 1, json(reader.message().data()).get("sequence").asLong());
        }
    }

    @Test
    void refusesAStreamTooManyAndTakesTheNextOne() throws IOException {
        List<StreamClient> clients = new ArrayList<>();
        for (int i = 0; i < STREAMS_MAX; i++) {
            clients.add(open("/v1/stream/inventory?skus=A1"));
        }
        var refused = HttpFixture.assertProblem(
                ProblemCode.RATE_LIMITED,
                node.client().get("/v1/stream/inventory?skus=A1").send());
        assertEquals("1", refused.header("Retry-After").orElse(""));
        for (StreamClient client : clients) {
            assertEquals(200, client.status());
            client.close();
        }
        // A client that went is noticed when it is written to.
        await(() -> {
            try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
                return client.status() == 200;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void asksForNothingWhenNobodyListens() throws IOException {
        assertEquals(0, node.feed().listeners());
        try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
            client.until("synced");
            assertEquals(1, node.feed().listeners());
            try (StreamClient second = open("/v1/stream/inventory?skus=A1")) {
                second.until("synced");
                assertEquals(1, node.feed().listeners());
            }
        }
        await(() -> node.feed().listeners() == 0);
        try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
            client.until("synced");
            node.feed().stock("A1", 1, 10, 0);
            assertEquals("1", json(client.message().data()).get("sequence").asText());
        }
    }

    @Test
    void endsStreamsInOrderWhenTheNodeStops() throws IOException {
        try (StreamClient client = open("/v1/stream/inventory?skus=A1")) {
            client.until("synced");
            long began = System.nanoTime();
            node.close();
            assertTrue(client.ends());
            assertTrue(System.nanoTime() - began < TimeUnit.SECONDS.toNanos(2), "at once");
        }
    }

    @Test
    void tellsAnOrderFromItsHistory() throws IOException {
        node.feed().order("ord_1", "order.created", "PENDING_PAYMENT");
        node.feed().order("ord_1", "order.confirmed", "CONFIRMED");
        var history = HttpFixture.assertStatus(
                200, node.client().get("/v1/orders/ord_1/events").send());
        assertEquals(2, history.json().get("items").size());
        JsonNode second = history.json().at("/items/1");
        assertEquals(2, second.get("id").asInt());
        assertEquals("order.confirmed", second.get("type").asText());
        assertEquals("CONFIRMED", second.get("state").asText());
        assertEquals("REQUESTED", second.get("paymentState").asText());
        assertTrue(second.get("at").asText().endsWith("Z"));
        assertFalse(second.has("detail"));
        try (StreamClient client = open("/v1/orders/ord_1/events", "Accept: text/event-stream", "Last-Event-ID: 1")) {
            Message message = client.message();
            assertEquals(new Message("2", "order.confirmed", message.data()), message);
            assertEquals("/v1/orders/ord_1", json(message.data()).get("source").asText());
            node.feed().order("ord_2", "order.created", "PENDING_PAYMENT");
            node.feed().order("ord_1", "order.fulfilled", "FULFILLED");
            assertEquals("3", client.message().id());
        }
        HttpFixture.assertProblem(
                ProblemCode.ORDER_NOT_FOUND,
                node.client().get("/v1/orders/ord_9/events").send());
    }

    @Test
    void leavesNothingOutWhileTheStoreIsAway() throws IOException {
        String first = node.feed().stock("A1", 1, 10, 0).position().text();
        try (StreamClient open = open("/v1/stream/inventory?skus=A1", "Last-Event-ID: " + first)) {
            node.feed().away(true);
            HttpFixture.assertProblem(
                    ProblemCode.STORE_UNAVAILABLE,
                    node.client().get("/v1/orders/ord_1/events").send());
            node.feed().away(false);
            node.feed().stock("A1", 2, 10, 1);
            assertEquals("2", json(open.message().data()).get("sequence").asText());
        }
    }

    @ParameterizedTest(name = "{0} with Last-Event-ID {1}")
    @CsvSource({
        "/v1/stream/inventory, ''",
        "/v1/stream/inventory?skus=A1&category=x, ''",
        "/v1/stream/inventory?skus=a%20b, ''",
        "/v1/stream/inventory?sku=A1, ''",
        "/v1/stream/inventory?skus=A1, 7",
        "/v1/stream/inventory?skus=A1, zzzzzzzzzzzzz-0",
        "/v1/stream/inventory?skus=A1, 01-1",
    })
    void refusesWhatItDoesNotUnderstand(String target, String last) throws IOException {
        try (StreamClient client = last.isEmpty() ? open(target) : open(target, "Last-Event-ID: " + last)) {
            assertEquals(400, client.status());
        }
    }
}
