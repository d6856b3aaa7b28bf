package io.storegrid.api.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.events.StoredWebhooks;
import io.storegrid.compute.events.WebhookDispatcher;
import io.storegrid.compute.events.WebhookLimits;
import io.storegrid.compute.events.WebhookStore;
import io.storegrid.compute.gateway.WebhookCalls;
import io.storegrid.compute.gateway.WebhookGateway.Created;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.Redelivery;
import io.storegrid.domain.StoreEvent;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.RoundTrip;
import io.storegrid.persistence.TestDatabase;
import io.storegrid.persistence.Times;
import io.storegrid.persistence.WebhookSql;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Webhooks from the row of an event to a receiver on this machine, by one dispatcher and by several. */
@Timeout(120)
class WebhookDispatcherIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final WebhookLimits QUICK = new WebhookLimits(
            Duration.ofMillis(20),
            Duration.ofMillis(100),
            Duration.ofDays(1),
            Duration.ofSeconds(8),
            Duration.ofSeconds(1),
            Duration.ofMillis(20),
            Duration.ofMillis(50),
            4);

    private final List<AutoCloseable> open = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private TestDatabase server;

    @SuppressWarnings("NullAway.Init")
    private Database database;

    @SuppressWarnings("NullAway.Init")
    private Receiver receiver;

    @SuppressWarnings("NullAway.Init")
    private StoredWebhooks webhooks;

    @BeforeEach
    void start() throws IOException {
        server = opened(TestDatabase.create());
        database = opened(Database.open(server.settings(), 1, 8));
        receiver = opened(new Receiver());
        webhooks = new StoredWebhooks(WebhookStore.of(database));
    }

    @AfterEach
    void stop() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.add(part);
        return part;
    }

    private WebhookDispatcher dispatcher(WebhookLimits limits) {
        WebhookCalls calls = opened(new HttpWebhookCalls(new WebhookTargets(true)));
        WebhookDispatcher dispatcher =
                opened(new WebhookDispatcher(database, calls, limits, new SimpleMeterRegistry()));
        dispatcher.start();
        return dispatcher;
    }

    private Webhook webhook(String url, String... types) {
        return made(webhooks.create(wanted(url, types), null)).webhook();
    }

    private static Webhook wanted(String url, String... types) {
        return new Webhook(
                "whk_" + java.util.UUID.randomUUID().toString().replace("-", ""),
                url,
                List.of(types),
                null,
                Signatures.newSecret(),
                Webhook.State.ACTIVE,
                null,
                0,
                0);
    }

    private static Created.Made made(io.storegrid.compute.gateway.WebhookGateway.Created created) {
        return (Created.Made) created;
    }

    private void append(String type, String subject, long... versions) throws SQLException {
        List<StoreEvent> events = new ArrayList<>();
        for (long version : versions) {
            events.add(new StoreEvent(type, subject, version, "{}"));
        }
        try (Connection connection = server.connect()) {
            long now = Times.now(connection);
            RoundTrip.alone(connection, trip -> OutboxSql.append(trip, events, now));
        }
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, "in time");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    private List<String> told() {
        return receiver.got().stream().map(WebhookDispatcherIT::told).toList();
    }

    private static String told(Receiver.Got got) {
        try {
            JsonNode event = JSON.readTree(got.body());
            return event.get("subject").asText() + " " + event.get("sequence").asText();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void execute(String sql) {
        server.execute(sql);
    }

    private String text(String sql) {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    @Test
    void tellsInOrderAndSigned() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        dispatcher(QUICK);
        append("order.created", "ord_1", 1);
        append("order.confirmed", "ord_1", 2);
        append("inventory.changed", "A1", 7);
        await(() -> receiver.got().size() == 3);
        assertEquals(List.of("ord_1 1", "ord_1 2", "A1 7"), told());
        for (Receiver.Got got : receiver.got()) {
            assertEquals(
                    Signatures.sign(
                            webhook.secret(),
                            got.id(),
                            Long.parseLong(got.timestamp()),
                            got.body().getBytes(UTF_8)),
                    got.signature());
        }
        await(() -> deliveries(webhook).size() == 3);
        assertEquals("3", text("SELECT count(*) FROM webhook_delivery WHERE state = 'DELIVERED' AND status = 204"));
    }

    private List<WebhookDelivery> deliveries(Webhook webhook) {
        return webhooks.deliveries(webhook.id(), Long.MAX_VALUE, 200).orElseThrow();
    }

    @Test
    void tellsOnlyWhatIsWantedAndFromNowOn() throws SQLException {
        append("order.created", "ord_0", 1);
        webhook(receiver.url(), "order.created");
        dispatcher(QUICK);
        append("inventory.changed", "A1", 1);
        append("order.created", "ord_1", 1);
        append("inventory.changed", "A1", 2);
        await(() -> receiver.got().size() == 1);
        assertEquals(List.of("ord_1 1"), told());
    }

    /** The one with the lower transaction number changed the order last. */
    @Test
    void tellsAnOrderInTheOrderOfItsVersions() throws SQLException {
        webhook(receiver.url());
        try (Connection second = server.connect();
                Connection first = server.connect()) {
            second.setAutoCommit(false);
            first.setAutoCommit(false);
            for (Connection connection : List.of(second, first)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT pg_current_xact_id()");
                }
            }
            dispatcher(QUICK);
            RoundTrip.alone(
                    first,
                    trip -> OutboxSql.append(trip, List.of(new StoreEvent("order.created", "ord_1", 1, "{}")), 1));
            first.commit();
            RoundTrip.alone(
                    second,
                    trip -> OutboxSql.append(trip, List.of(new StoreEvent("order.confirmed", "ord_1", 2, "{}")), 1));
            second.commit();
        }
        await(() -> receiver.got().size() == 2);
        assertEquals(List.of("ord_1 1", "ord_1 2"), told());
    }

    /** Of two events that were exchanged the second one fails: the first is told again with it, and that is no progress. */
    @Test
    void aFailureBetweenExchangedEventsIsAFailureLikeAnother() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        receiver.answers(
                (exchange, got) -> Receiver.status(exchange, got.body().contains("order.confirmed") ? 500 : 200));
        try (Connection second = server.connect();
                Connection first = server.connect()) {
            second.setAutoCommit(false);
            first.setAutoCommit(false);
            for (Connection connection : List.of(second, first)) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute("SELECT pg_current_xact_id()");
                }
            }
            RoundTrip.alone(
                    first,
                    trip -> OutboxSql.append(trip, List.of(new StoreEvent("order.created", "ord_1", 1, "{}")), 1));
            first.commit();
            RoundTrip.alone(
                    second,
                    trip -> OutboxSql.append(trip, List.of(new StoreEvent("order.confirmed", "ord_1", 2, "{}")), 1));
            second.commit();
        }
        dispatcher(QUICK);
        await(() -> webhooks.one(webhook.id()).orElseThrow().failures() >= 3);
        receiver.answers((exchange, got) -> Receiver.status(exchange, 200));
        await(() -> webhooks.one(webhook.id()).orElseThrow().failures() == 0);
        int last = receiver.got().size();
        assertEquals(List.of("ord_1 1", "ord_1 2"), told().subList(last - 2, last));
    }

    @Test
    void aFailureHoldsUpWhatIsBehindItAndIsTriedAgain() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        AtomicInteger failures = new AtomicInteger(3);
        receiver.answers((exchange, got) -> Receiver.status(exchange, failures.getAndDecrement() > 0 ? 500 : 200));
        append("order.created", "ord_1", 1);
        append("order.confirmed", "ord_1", 2);
        dispatcher(QUICK);
        await(() -> receiver.got().size() == 5);
        assertEquals(List.of("ord_1 1", "ord_1 1", "ord_1 1", "ord_1 1", "ord_1 2"), told());
        assertEquals(
                1,
                receiver.got().subList(0, 4).stream()
                        .map(Receiver.Got::id)
                        .distinct()
                        .count(),
                "one id");
        await(() -> deliveries(webhook).size() == 5);
        List<WebhookDelivery> all = deliveries(webhook);
        assertEquals(
                List.of(1, 4, 3, 2, 1),
                all.stream().map(WebhookDelivery::attempt).toList());
        assertEquals(WebhookDelivery.State.DELIVERED, all.get(0).state());
        assertEquals("answered with 500", all.get(2).error());
        await(() -> webhooks.one(webhook.id()).orElseThrow().failures() == 0);
    }

    @Test
    void aSlowReceiverHoldsUpNobodyElse() throws SQLException, IOException {
        CountDownLatch over = new CountDownLatch(1);
        receiver.answers((exchange, got) -> {
            try {
                over.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Receiver other = opened(new Receiver());
        webhook(receiver.url());
        webhook(other.url());
        dispatcher(QUICK);
        for (int i = 1; i <= 5; i++) {
            append("order.created", "ord_" + i, 1);
        }
        await(() -> other.got().size() == 5);
        assertTrue(receiver.got().size() <= 1);
        over.countDown();
    }

    @Test
    void givesUpAfterADayOfFailuresAndTakesUpAgainWhenAsked() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        receiver.answers((exchange, got) -> Receiver.status(exchange, 503));
        append("order.created", "ord_1", 1);
        append("order.confirmed", "ord_1", 2);
        dispatcher(QUICK);
        await(() -> webhooks.one(webhook.id()).orElseThrow().failures() >= 2);
        assertEquals(
                Webhook.State.ACTIVE, webhooks.one(webhook.id()).orElseThrow().state());
        // A day passes.
        execute("UPDATE webhook SET failing_since = failing_since - interval '1 day'");
        await(() -> webhooks.one(webhook.id()).orElseThrow().state() == Webhook.State.DISABLED);
        assertEquals(
                "answered with 503", webhooks.one(webhook.id()).orElseThrow().reason());
        int before = receiver.got().size();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        assertEquals(before, receiver.got().size(), "nothing is sent any more");

        receiver.answers((exchange, got) -> Receiver.status(exchange, 200));
        EventPosition first = EventPosition.parse(receiver.got().get(0).id()).orElseThrow();
        assertEquals(Redelivery.DUE, webhooks.redeliver(webhook.id(), first));
        await(() -> receiver.got().size() == before + 3);
        List<String> told = told().subList(before, before + 3);
        assertEquals(
                List.of("ord_1 1", "ord_1 1", "ord_1 2"), told, "the one that was asked for, then all that waited");
        assertEquals(
                Webhook.State.ACTIVE, webhooks.one(webhook.id()).orElseThrow().state());
    }

    @Test
    void tellsAgainFromATimeOn() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        dispatcher(QUICK);
        append("order.created", "ord_1", 1);
        long between;
        try (Connection connection = server.connect()) {
            between = Times.now(connection);
        }
        append("order.created", "ord_2", 1);
        append("order.created", "ord_3", 1);
        await(() -> receiver.got().size() == 3);
        assertEquals(Redelivery.DUE, webhooks.redeliverFrom(webhook.id(), between));
        await(() -> receiver.got().size() == 5);
        assertEquals(List.of("ord_2 1", "ord_3 1"), told().subList(3, 5));
        assertEquals(Redelivery.NO_EVENT, webhooks.redeliverFrom(webhook.id(), between + 3_600_000_000L));
        assertEquals(Redelivery.NO_EVENT, webhooks.redeliver(webhook.id(), new EventPosition(1, 1)));
        assertEquals(Redelivery.NO_WEBHOOK, webhooks.redeliverFrom("whk_0", between));
    }

    @Test
    void severalNodesTellEachEventOnce() throws SQLException {
        webhook(receiver.url());
        for (int i = 0; i < 3; i++) {
            dispatcher(QUICK);
        }
        int events = 200;
        for (int i = 1; i <= events; i++) {
            append("inventory.changed", "A1", i);
        }
        await(() -> receiver.got().size() >= events);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        List<String> expected = new ArrayList<>();
        for (int i = 1; i <= events; i++) {
            expected.add("A1 " + i);
        }
        assertEquals(expected, told());
    }

    /** The node that has the lease is gone; the next one repeats what it cannot know to be told. */
    @Test
    void anotherNodeTakesOverWhenALeaseIsOver() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        append("order.created", "ord_1", 1);
        WebhookSql.Claim dead;
        try (Connection connection = server.connect()) {
            dead = WebhookSql.claim(connection, 1_000, 10).get(0);
        }
        long claimed = System.nanoTime();
        dispatcher(QUICK);
        await(() -> receiver.got().size() == 1);
        assertTrue(System.nanoTime() - claimed >= TimeUnit.MILLISECONDS.toNanos(900), "not before that");
        await(() -> deliveries(webhook).size() == 1);
        String cursor = text("SELECT cursor_tx::text || ' ' || cursor_seq FROM webhook");
        try (Connection connection = server.connect()) {
            assertFalse(
                    WebhookSql.advance(connection, dead, EventPosition.BEGINNING, 0), "who was away sets nobody back");
        }
        assertEquals(cursor, text("SELECT cursor_tx::text || ' ' || cursor_seq FROM webhook"));
    }

    @Test
    void saysWhatWasLostBeforeItCouldBeTold() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        append("order.created", "ord_1", 1);
        execute("UPDATE outbox SET at = at - interval '26 hours'");
        try (Connection connection = server.connect()) {
            assertEquals(1, OutboxSql.purge(connection, 25, 10));
        }
        append("order.created", "ord_2", 1);
        dispatcher(QUICK);
        await(() -> deliveries(webhook).size() == 2);
        assertEquals(List.of("ord_2 1"), told());
        assertEquals(WebhookDelivery.State.LOST, deliveries(webhook).get(1).state());
    }

    @Test
    void aDeletedWebhookIsToldNothingAndLeavesNothing() throws SQLException {
        Webhook webhook = webhook(receiver.url());
        dispatcher(QUICK);
        append("order.created", "ord_1", 1);
        await(() -> receiver.got().size() == 1);
        assertTrue(webhooks.delete(webhook.id()));
        assertFalse(webhooks.delete(webhook.id()));
        append("order.created", "ord_2", 1);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        assertEquals(1, receiver.got().size());
        assertTrue(webhooks.deliveries(webhook.id(), Long.MAX_VALUE, 10).isEmpty());
    }

    @Test
    void aRepeatedCreationMakesNoSecondOne() {
        CommandKey key = new CommandKey("k", new byte[] {1});
        Created.Made first = made(webhooks.create(wanted(receiver.url()), key));
        Created.Made again = made(webhooks.create(wanted(receiver.url()), key));
        assertFalse(first.replayed());
        assertTrue(again.replayed());
        assertEquals(first.webhook().id(), again.webhook().id());
        assertEquals(
                Signatures.text(first.webhook().secret()),
                Signatures.text(again.webhook().secret()));
        assertEquals(
                new Created.KeyReused(), webhooks.create(wanted(receiver.url()), new CommandKey("k", new byte[] {2})));
        Created.Made other = made(webhooks.create(wanted(receiver.url()), null));
        assertNotEquals(first.webhook().id(), other.webhook().id());
        assertEquals(2, webhooks.all().size());
    }
}
