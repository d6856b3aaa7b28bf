package io.storegrid.api.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.gateway.WebhookCalls.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real calls to receivers that behave in every way. */
@Timeout(60)
class HttpWebhookCallsTest {

    private static final long TIMEOUT_MS = 1_000;
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);

    @SuppressWarnings("NullAway.Init")
    private Receiver receiver;

    private final HttpWebhookCalls calls = new HttpWebhookCalls(new WebhookTargets(true), CLOCK, TIMEOUT_MS);

    @BeforeEach
    void listen() throws IOException {
        receiver = new Receiver();
    }

    @AfterEach
    void close() throws Exception {
        calls.close();
        receiver.close();
    }

    private Result call() throws InterruptedException {
        return calls.call(Receiver.webhook(receiver.url()), Receiver.event(1));
    }

    @Test
    void sendsASignedCloudEvent() throws InterruptedException {
        Result result = call();
        assertTrue(result.delivered());
        assertEquals(204, result.status());
        Receiver.Got got = receiver.got().get(0);
        assertEquals("7-1", got.id());
        assertEquals("1700000000", got.timestamp());
        assertEquals("application/cloudevents+json", got.type());
        assertTrue(got.body().contains("\"type\":\"order.created\""), got.body());
        assertTrue(got.body().contains("\"data\":{\"id\":\"ord_1\"}"), got.body());
        assertEquals(
                Signatures.sign(new byte[32], "7-1", 1_700_000_000, got.body().getBytes(UTF_8)), got.signature());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 299})
    void takesEverySuccess(int status) throws InterruptedException {
        receiver.answers((exchange, got) -> Receiver.status(exchange, status));
        assertTrue(call().delivered());
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308, 400, 401, 404, 407, 410, 429, 500, 503})
    void takesNothingElseForOneAndFollowsNothing(int status) throws InterruptedException {
        AtomicInteger elsewhere = new AtomicInteger();
        receiver.answers((exchange, got) -> {
            if (exchange.getRequestURI().getPath().equals("/elsewhere")) {
                elsewhere.incrementAndGet();
            }
            exchange.getResponseHeaders().add("Location", "/elsewhere");
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"x\"");
            Receiver.status(exchange, status);
        });
        Result result = call();
        assertFalse(result.delivered());
        assertEquals(status, result.status());
        assertEquals(0, elsewhere.get());
        assertEquals(1, receiver.got().size());
    }

    @Test
    void waitsForNoSlowReceiver() throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        receiver.answers((exchange, got) -> {
            try {
                over.await(20, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Result result = call();
        over.countDown();
        assertFalse(result.delivered());
        assertEquals(0, result.status());
        assertTrue(String.valueOf(result.error()).startsWith("no answer within"), result::toString);
        assertTrue(result.tookMs() < 4 * TIMEOUT_MS, result::toString);
    }

    @Test
    void readsLittleOfALongAnswer() throws InterruptedException {
        AtomicInteger written = new AtomicInteger();
        receiver.answers((exchange, got) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] some = new byte[64 * 1024];
            try {
                for (int i = 0; i < 2_000; i++) {
                    exchange.getResponseBody().write(some);
                    written.addAndGet(some.length);
                }
            } catch (IOException e) {
                // As it should be: nobody reads that much.
                exchange.close();
            }
        });
        assertTrue(call().delivered(), "the status says it all");
        receiver.answers((exchange, got) -> Receiver.status(exchange, 200));
        assertTrue(call().delivered());
        assertTrue(written.get() < 64 * 1024 * 1_000, "written=" + written);
    }

    @Test
    void nobodyThereIsAFailure() throws IOException, InterruptedException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        Result result = calls.call(Receiver.webhook("http://127.0.0.1:" + port + "/"), Receiver.event(1));
        assertEquals("cannot connect", result.error());
    }

    @Test
    void anAnswerThatIsNoHttpIsAFailure() throws IOException, InterruptedException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread liar = new Thread(() -> {
                try (var accepted = socket.accept()) {
                    accepted.getInputStream().read();
                    accepted.getOutputStream().write("what?\r\n\r\n".getBytes(UTF_8));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            liar.start();
            Result result =
                    calls.call(Receiver.webhook("http://127.0.0.1:" + socket.getLocalPort() + "/"), Receiver.event(1));
            assertFalse(result.delivered());
            liar.join();
        }
    }

    /** The name was harmless when it was checked, and leads to this machine when it is called. */
    @Test
    void connectsToNoAddressThatIsNotAllowedWhateverItsName() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        WebhookTargets rebinding = new WebhookTargets(
                false,
                host -> asked.getAndIncrement() == 0
                        ? new InetAddress[] {InetAddress.getByName("1.1.1.1")}
                        : new InetAddress[] {InetAddress.getLoopbackAddress()});
        String url = "https://shop.example:" + receiver.port() + "/";
        assertEquals(null, rebinding.refusal(url));
        try (HttpWebhookCalls guarded = new HttpWebhookCalls(rebinding, CLOCK, TIMEOUT_MS)) {
            Result result = guarded.call(Receiver.webhook(url), Receiver.event(1));
            assertEquals("the target's address is loopback, which is not allowed", result.error());
        }
        assertEquals(0, receiver.got().size());
    }

    /** A name that leads somewhere: the connection goes to the address that was judged, and nowhere else. */
    @Test
    void connectsToTheAddressThatWasJudged() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        WebhookTargets counted = new WebhookTargets(true, host -> {
            asked.incrementAndGet();
            return new InetAddress[] {InetAddress.getLoopbackAddress()};
        });
        try (HttpWebhookCalls guarded = new HttpWebhookCalls(counted, CLOCK, TIMEOUT_MS)) {
            Result result = guarded.call(
                    Receiver.webhook("http://no-such-name.invalid:" + receiver.port() + "/"), Receiver.event(1));
            assertTrue(result.delivered(), result::toString);
        }
        assertEquals(1, asked.get(), "once for one connection");
    }
}
