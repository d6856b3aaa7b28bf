package io.storegrid.compute.payment;

import static io.storegrid.compute.payment.Patience.HASTY;
import static io.storegrid.compute.payment.Patience.PATIENT;
import static io.storegrid.compute.payment.Patience.PRICE;
import static io.storegrid.compute.payment.Patience.answer;
import static io.storegrid.compute.payment.Patience.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.domain.Money;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a call when the provider at the other end is not well, or not sane. */
class HttpPaymentProviderTest {

    private static final String APPROVED =
            "{\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":1990,\"currency\":\"BRL\"},\"more\":[1]}";
    private static final Duration LONG = Duration.ofMinutes(10);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private HttpPaymentProvider provider(URI url, PaymentSettings settings) {
        return new HttpPaymentProvider(url, settings, registry);
    }

    private double calls(String operation, Result result) {
        return registry.get("storegrid.payment.calls")
                .tags("operation", operation, "result", result.name())
                .counter()
                .count();
    }

    private double attempts(String operation, String end) {
        return registry.get("storegrid.payment.attempts")
                .tags("operation", operation, "end", end)
                .counter()
                .count();
    }

    private double breaker(String state) {
        Gauge gauge =
                registry.get("storegrid.payment.breaker").tag("state", state).gauge();
        return gauge.value();
    }

    @Test
    void asksInTheProtocolOfTheDocument() throws Exception {
        try (ScriptedServer server = new ScriptedServer().then(200, APPROVED);
                HttpPaymentProvider provider = provider(URI.create(server.url() + "/v2"), PATIENT.withToken("t0ken"))) {
            PaymentRequest request = request("pix", URI.create("https://loja.example/v1/orders/o/payments"));
            assertEquals(new PaymentAnswer(Result.APPROVED, PRICE, ""), answer(provider.charge(request)));
            ScriptedServer.Asked asked = server.next();
            assertNotNull(asked);
            assertEquals("PUT", asked.method());
            assertEquals("/v2/charges/" + request.reference(), asked.path());
            assertEquals("Bearer t0ken", asked.authorization());
            assertEquals(
                    "{\"orderId\":\"" + request.orderId()
                            + "\",\"method\":\"pix\",\"amount\":{\"amountMinor\":1990,\"currency\":\"BRL\"},"
                            + "\"callbackUrl\":\"https://loja.example/v1/orders/o/payments\"}",
                    asked.body());
            answer(provider.cancel(request));
            asked = server.next();
            assertNotNull(asked);
            assertEquals("POST", asked.method());
            assertEquals("/v2/charges/" + request.reference() + "/cancel", asked.path());
            answer(provider.refund(request));
            asked = server.next();
            assertNotNull(asked);
            assertEquals("/v2/charges/" + request.reference() + "/refund", asked.path());
        }
    }

    @Test
    void sendsNoTokenWhenItHasNone() throws Exception {
        try (ScriptedServer server = new ScriptedServer().then(200, APPROVED);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            answer(provider.charge(request("pix")));
            ScriptedServer.Asked asked = server.next();
            assertNotNull(asked);
            assertNull(asked.authorization());
        }
    }

    @ParameterizedTest(name = "status {0} with [{1}] is asked {2} times")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "500 | {}                                          | 3",
                "503 |                                             | 3",
                "429 | {}                                          | 3",
                "408 | {}                                          | 3",
                "425 | {}                                          | 3",
                "302 | {}                                          | 3",
                "400 | {}                                          | 1",
                "401 | {}                                          | 1",
                "404 | {}                                          | 1",
                "409 | {}                                          | 1",
                "422 | {\"result\":\"APPROVED\"}                   | 1",
                "204 |                                             | 3",
                "200 | nonsense                                    | 3",
                "200 | []                                          | 3",
                "200 | {}                                          | 3",
                "200 | {\"result\":7}                              | 3",
                "200 | {\"result\":\"approved\"}                   | 3",
                "200 | {\"result\":\"UNKNOWN\"}                    | 3",
                "200 | {\"result\":\"APPROVED\"}                   | 3",
                "200 | {\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":1990}} | 3",
                "200 | {\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":\"1990\",\"currency\":\"BRL\"}} | 3",
                "200 | {\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":19.9,\"currency\":\"BRL\"}} | 3",
                "200 | {\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":-1,\"currency\":\"BRL\"}} | 3",
                "200 | {\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":1,\"currency\":\"R$\"}} | 3",
                "200 | {\"result\":\"DECLINED\",\"reason\":7}      | 3",
                "200 | {\"result\":\"DECLINED\",\"result\":\"APPROVED\"} | 3",
                "200 | {\"result\":\"DECLINED\"} {}                | 3",
            })
    void knowsNothingWhenTheAnswerIsNone(int status, String body, int asked) throws Exception {
        try (ScriptedServer server = new ScriptedServer().then(status, body == null ? "" : body);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            PaymentRequest request = request("pix");
            PaymentAnswer answer = answer(provider.charge(request));
            assertEquals(Result.UNKNOWN, answer.result());
            assertEquals(asked, server.askedButNotSeen());
            for (int i = 0; i < asked; i++) {
                ScriptedServer.Asked one = server.next();
                assertNotNull(one);
                assertEquals("/charges/" + request.reference(), one.path());
            }
            assertEquals(1, calls("charge", Result.UNKNOWN));
            assertEquals(asked, attempts("charge", asked == 1 ? "refused" : "failed"));
        }
    }

    @ParameterizedTest(name = "{0} can end in {1}: {2}")
    @CsvSource({
        "CHARGE, APPROVED,  true",
        "CHARGE, DECLINED,  true",
        "CHARGE, PENDING,   true",
        "CHARGE, CANCELLED, true",
        "CHARGE, REFUNDED,  true",
        "REFUND, APPROVED,  false",
        "REFUND, DECLINED,  true",
        "REFUND, PENDING,   true",
        "REFUND, CANCELLED, false",
        "REFUND, REFUNDED,  true",
        "CANCEL, APPROVED,  true",
        "CANCEL, DECLINED,  false",
        "CANCEL, PENDING,   true",
        "CANCEL, CANCELLED, true",
        "CANCEL, REFUNDED,  true",
        "CHARGE, UNKNOWN,   false",
        "REFUND, UNKNOWN,   false",
        "CANCEL, UNKNOWN,   false",
    })
    void believesOnlyResultsThatFitTheQuestion(PaymentOperation operation, Result result, boolean fits)
            throws Exception {
        assertEquals(fits, operation.canEndIn(result));
        String body = APPROVED.replace("APPROVED", result.name());
        try (ScriptedServer server = new ScriptedServer().then(200, body);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            PaymentRequest request = request("pix");
            PaymentAnswer answer = answer(
                    switch (operation) {
                        case CHARGE -> provider.charge(request);
                        case REFUND -> provider.refund(request);
                        case CANCEL -> provider.cancel(request);
                    });
            assertEquals(fits ? result : Result.UNKNOWN, answer.result());
            boolean moved = result == Result.APPROVED || result == Result.REFUNDED;
            assertEquals(
                    fits && moved ? PRICE.amountMinor() : 0, answer.amount().amountMinor());
        }
    }

    @Test
    void tellsTheProvidersReasonShortened() throws Exception {
        String body = "{\"result\":\"DECLINED\",\"reason\":\"" + "não ".repeat(100) + "\"}";
        try (ScriptedServer server = new ScriptedServer().then(200, body);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            assertEquals(
                    "não ".repeat(50), answer(provider.charge(request("pix"))).reason());
        }
    }

    @Test
    void recoversWithinOneCall() throws Exception {
        try (ScriptedServer server = new ScriptedServer()
                        .then(503, "")
                        .then(200, "half of {")
                        .then(200, APPROVED);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            assertEquals(
                    Result.APPROVED, answer(provider.charge(request("pix"))).result());
            assertEquals(2, attempts("charge", "failed"));
            assertEquals(1, attempts("charge", "answered"));
            assertEquals(1, calls("charge", Result.APPROVED));
            assertEquals(0, calls("charge", Result.UNKNOWN));
        }
    }

    @Test
    void takesNoAnswerThatIsTooLarge() throws Exception {
        String body = APPROVED.replace("[1]", "\"" + "x".repeat(LimitedBody.SIZE_MAX) + "\"");
        try (ScriptedServer server = new ScriptedServer().then(200, body);
                HttpPaymentProvider provider = provider(server.url(), PATIENT)) {
            PaymentAnswer answer = answer(provider.charge(request("pix")));
            assertEquals(Result.UNKNOWN, answer.result());
            assertTrue(answer.reason().contains("more than 16384 bytes"), answer.reason());
        }
    }

    @Test
    void doesNotWaitForTheRestOfAnAnswer() throws Exception {
        try (ScriptedServer server = new ScriptedServer().thenHalfOf(APPROVED);
                HttpPaymentProvider provider = provider(server.url(), HASTY)) {
            PaymentRequest request = request("pix");
            assertEquals(
                    PaymentAnswer.unknown(request, "the provider did not answer within 100 ms"),
                    answer(provider.charge(request)));
            assertEquals(3, attempts("charge", "timeout"));
        }
    }

    @Test
    void letsGoOfTheConnectionWhenItGivesUp() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            URI url = URI.create("http://127.0.0.1:" + silent.getLocalPort());
            silent.setSoTimeout(Math.toIntExact(TimeUnit.SECONDS.toMillis(Patience.DEADLINE_SECONDS)));
            try (HttpPaymentProvider provider = provider(url, HASTY.withAttempts(1, HASTY.retryPause()));
                    Socket connection = accepted(silent, provider)) {
                connection.setSoTimeout(silent.getSoTimeout());
                // The request, and then the end instead of a time-out of this test's.
                assertTrue(connection.getInputStream().readAllBytes().length > 0);
                assertEquals(1, attempts("charge", "timeout"));
            }
        }
    }

    private static Socket accepted(ServerSocket server, HttpPaymentProvider provider) throws Exception {
        CompletableFuture<PaymentAnswer> call = provider.charge(request("pix"));
        Socket connection = server.accept();
        assertEquals(Result.UNKNOWN, answer(call).result());
        return connection;
    }

    @Test
    void knowsNothingWhenNobodyListens() throws Exception {
        URI gone;
        try (ScriptedServer server = new ScriptedServer()) {
            gone = server.url();
        }
        try (HttpPaymentProvider provider = provider(gone, PATIENT)) {
            assertEquals(Result.UNKNOWN, answer(provider.charge(request("pix"))).result());
            assertEquals(3, attempts("charge", "failed"));
        }
    }

    @Test
    void sparesAProviderThatFails() throws Exception {
        PaymentSettings settings = PATIENT.withAttempts(1, PATIENT.retryPause()).withBreaker(4, LONG);
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), settings)) {
            PaymentRequest failing = request("sim:error:100");
            assertEquals(1, breaker("closed"));
            answer(provider.charge(failing));
            answer(provider.charge(failing));
            assertEquals(1, breaker("open"));
            PaymentRequest fine = request("card");
            PaymentAnswer answer = answer(provider.charge(fine));
            assertEquals(
                    PaymentAnswer.unknown(fine, "not asked: the provider is left alone after too many failures"),
                    answer);
            assertNull(simulator.payment(fine.reference()), "asked all the same");
            assertEquals(2, attempts("charge", "failed"));
            assertEquals(3, calls("charge", Result.UNKNOWN));
        }
    }

    @Test
    void doesNotRepeatAgainstAnOpenBreaker() throws Exception {
        PaymentSettings settings =
                PATIENT.withAttempts(10, PATIENT.retryPause()).withBreaker(4, LONG);
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), settings)) {
            PaymentRequest failing = request("sim:error:100");
            assertEquals(Result.UNKNOWN, answer(provider.charge(failing)).result());
            assertEquals(2, attempts("charge", "failed"));
        }
    }

    @Test
    void asksAgainOnceTheProviderIsWell() throws Exception {
        PaymentSettings settings = PATIENT.withAttempts(1, PATIENT.retryPause()).withBreaker(4, Duration.ofMillis(20));
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), settings)) {
            PaymentRequest failing = request("sim:error:2");
            answer(provider.charge(failing));
            answer(provider.charge(failing));
            assertEquals(0, breaker("closed"));
            Patience.await("closed again", () -> {
                provider.charge(request("card")).join();
                return breaker("closed") == 1;
            });
            assertEquals(Result.APPROVED, answer(provider.charge(failing)).result());
        }
    }

    @Test
    void sparesNoProviderThatRefusesOrDeclines() throws Exception {
        PaymentSettings settings = PATIENT.withBreaker(4, LONG);
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), settings)) {
            PaymentRequest request = request("sim:decline");
            for (int i = 0; i < 10; i++) {
                assertEquals(Result.DECLINED, answer(provider.charge(request)).result());
                PaymentRequest other = request.withAmount(new Money(7, "BRL"));
                assertEquals(Result.UNKNOWN, answer(provider.charge(other)).result());
            }
            assertEquals(1, breaker("closed"));
            assertEquals(10, attempts("charge", "refused"));
        }
    }

    @Test
    void tellsAtOnceWhenTooManyCallsRun() throws Exception {
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), PATIENT.withCallsMax(2))) {
            List<CompletableFuture<PaymentAnswer>> running = new ArrayList<>();
            running.add(provider.charge(request("sim:timeout")));
            PaymentRequest slow = request("sim:slow:600000");
            running.add(provider.charge(slow));
            Patience.await("both asked", () -> simulator.payments().size() == 2);
            assertEquals(
                    2, registry.get("storegrid.payment.calls.running").gauge().value());
            PaymentRequest fine = request("card");
            PaymentAnswer answer = answer(provider.charge(fine));
            assertEquals(PaymentAnswer.unknown(fine, "not asked: 2 calls to the provider are running"), answer);
            assertNull(simulator.payment(fine.reference()));
            assertTrue(running.stream().noneMatch(CompletableFuture::isDone));
            // Room again, once one of them ended.
            try (HttpPaymentProvider another =
                    new HttpPaymentProvider(simulator.url(), PATIENT, new SimpleMeterRegistry())) {
                assertEquals(Result.CANCELLED, answer(another.cancel(slow)).result());
            }
            assertEquals(Result.CANCELLED, answer(running.get(1)).result());
            assertEquals(Result.APPROVED, answer(provider.charge(fine)).result());
        }
    }

    @Test
    void holdsNoThreadOfTheCaller() throws Exception {
        try (PaymentSimulator simulator = PaymentSimulator.start(0);
                HttpPaymentProvider provider = provider(simulator.url(), PATIENT)) {
            List<CompletableFuture<PaymentAnswer>> calls = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                calls.add(provider.charge(request("sim:timeout")));
            }
            // All of them wait at the provider, asked by this one thread.
            Patience.await("all asked", () -> simulator.payments().size() == 100);
            assertTrue(calls.stream().noneMatch(CompletableFuture::isDone));
        }
    }

    @Test
    void endsWhatRunsWhenItIsClosed() throws Exception {
        try (PaymentSimulator simulator = PaymentSimulator.start(0)) {
            HttpPaymentProvider provider = provider(simulator.url(), PATIENT);
            PaymentRequest waiting = request("sim:timeout");
            CompletableFuture<PaymentAnswer> asked = provider.charge(waiting);
            Patience.await("asked", () -> simulator.payment(waiting.reference()) != null);
            provider.close();
            assertEquals(
                    PaymentAnswer.unknown(waiting, "this node stops"), asked.get(0, TimeUnit.SECONDS), "not at once");
            PaymentRequest late = request("card");
            assertEquals(
                    PaymentAnswer.unknown(late, "this node stops"),
                    provider.charge(late).get(0, TimeUnit.SECONDS));
            assertNull(simulator.payment(late.reference()));
            assertNull(registry.find("storegrid.payment.breaker").gauge());
            provider.close();
        }
    }

    @Test
    void endsACallThatWaitsForItsNextAttemptWhenItIsClosed() throws Exception {
        try (ScriptedServer server = new ScriptedServer().then(500, "")) {
            HttpPaymentProvider provider = provider(server.url(), PATIENT.withAttempts(3, Duration.ofSeconds(10)));
            CompletableFuture<PaymentAnswer> call = provider.charge(request("card"));
            Patience.await("failed once", () -> attempts("charge", "failed") == 1);
            provider.close();
            assertEquals("this node stops", call.get(0, TimeUnit.SECONDS).reason());
        }
    }

    @Test
    void leavesNoThreadBehind() throws Exception {
        Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
        runAndClose();
        List<String> left = new ArrayList<>();
        Patience.await("threads ended " + left, () -> {
            // The JDK's client ends its thread when nobody refers to it any more.
            System.gc();
            left.clear();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                String name = thread.getName();
                if (!before.contains(thread)
                        && (name.startsWith("payment") || name.startsWith("HttpClient") || name.startsWith("HTTP"))) {
                    left.add(name);
                }
            }
            return left.isEmpty();
        });
    }

    private static void runAndClose() throws Exception {
        try (PaymentProvider simulated =
                        PaymentProviders.open(PaymentSettings.defaults("simulator"), new SimpleMeterRegistry());
                ScriptedServer shop = new ScriptedServer().then(200, "")) {
            CompletableFuture<PaymentAnswer> silent = simulated.charge(request("sim:timeout"));
            PaymentRequest late = request("sim:late:0", shop.url());
            assertEquals(Result.PENDING, answer(simulated.charge(late)).result());
            assertNotNull(shop.next());
            assertFalse(silent.isDone());
            boolean started = Thread.getAllStackTraces().keySet().stream()
                    .anyMatch(thread -> thread.getName().startsWith("payment-simulator"));
            assertTrue(started, "this test looks for other names");
        }
    }
}
