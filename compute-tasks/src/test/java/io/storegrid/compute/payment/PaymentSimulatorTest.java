package io.storegrid.compute.payment;

import static io.storegrid.compute.payment.Patience.HASTY;
import static io.storegrid.compute.payment.Patience.PATIENT;
import static io.storegrid.compute.payment.Patience.PRICE;
import static io.storegrid.compute.payment.Patience.answer;
import static io.storegrid.compute.payment.Patience.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.domain.Money;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of the simulator, as the provider that a store has sees it. */
class PaymentSimulatorTest {

    private static final Money NOTHING = new Money(0, "BRL");
    private static final Money MORE = new Money(1_991, "BRL");
    private static final String NEVER = "600000";

    private PaymentSimulator simulator;
    private HttpPaymentProvider provider;

    @BeforeEach
    void start() throws IOException {
        simulator = PaymentSimulator.start(0);
        provider = provider(PATIENT);
    }

    @AfterEach
    void stop() {
        provider.close();
        simulator.close();
    }

    private HttpPaymentProvider provider(PaymentSettings settings) {
        return new HttpPaymentProvider(simulator.url(), settings, new SimpleMeterRegistry());
    }

    private SimulatedPayment books(PaymentRequest request) {
        SimulatedPayment payment = simulator.payment(request.reference());
        assertNotNull(payment);
        return payment;
    }

    @ParameterizedTest(name = "{0}: {1}, takes {2} after {3} requests")
    @CsvSource({
        "card,               APPROVED, 1990, 1",
        "pix,                APPROVED, 1990, 1",
        "sim:approve,        APPROVED, 1990, 1",
        "sim:decline,        DECLINED, 0,    1",
        "sim:decline-once,   DECLINED, 0,    1",
        "sim:no-such-rule,   DECLINED, 0,    1",
        "sim:late:600000,    PENDING,  0,    1",
        "sim:late-decline:600000, PENDING, 0, 1",
        "sim:slow:20,        APPROVED, 1990, 1",
        "sim:twice,          APPROVED, 1990, 1",
        "sim:lost,           APPROVED, 1990, 2",
        "sim:lost-always,    UNKNOWN,  1990, 3",
        "sim:wrong-amount,   APPROVED, 1991, 1",
        "sim:error:2,        APPROVED, 1990, 3",
        "sim:error:3,        UNKNOWN,  0,    3",
        "sim:refund-fails:1, APPROVED, 1990, 1",
        "sim:cancel-fails:1, APPROVED, 1990, 1",
    })
    void answersAsTheMethodSays(String method, Result result, long takenMinor, int requests) throws Exception {
        PaymentRequest request = request(method);
        PaymentAnswer answer = answer(provider.charge(request));
        assertEquals(result, answer.result(), answer.reason());
        assertEquals(new Money(result == Result.APPROVED ? takenMinor : 0, "BRL"), answer.amount());
        SimulatedPayment books = books(request);
        assertEquals(new Money(takenMinor, "BRL"), books.taken());
        assertEquals(requests, books.charges());
    }

    @Test
    void takesNothingWhenItNeverAnswers() throws Exception {
        PaymentRequest request = request("sim:timeout");
        try (HttpPaymentProvider hasty = provider(HASTY)) {
            PaymentAnswer answer = answer(hasty.charge(request));
            assertEquals(PaymentAnswer.unknown(request, "the provider did not answer within 100 ms"), answer);
        }
        assertEquals(NOTHING, books(request).taken());
        assertEquals(Result.CANCELLED, answer(provider.cancel(request)).result());
        assertEquals(Result.CANCELLED, answer(provider.charge(request)).result());
        assertEquals(NOTHING, books(request).taken());
    }

    @ParameterizedTest
    @CsvSource({"card", "sim:lost", "sim:twice", "sim:slow:5", "sim:wrong-amount", "sim:error:1"})
    void chargesOneReferenceOnceHoweverManyAsk(String method) throws Exception {
        PaymentRequest request = request(method);
        List<CompletableFuture<PaymentAnswer>> calls = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            calls.add(provider.charge(request));
        }
        Money taken = method.equals("sim:wrong-amount") ? MORE : PRICE;
        for (CompletableFuture<PaymentAnswer> call : calls) {
            assertEquals(new PaymentAnswer(Result.APPROVED, taken, ""), answer(call));
        }
        assertEquals(taken, books(request).taken());
        assertEquals(1, simulator.payments().size());
    }

    @Test
    void declinesTheFirstTryOfAnOrderOnly() throws Exception {
        PaymentRequest first = request("sim:decline-once");
        PaymentRequest second =
                new PaymentRequest(PaymentRequest.newReference(), first.orderId(), first.method(), PRICE, null);
        assertEquals(Result.DECLINED, answer(provider.charge(first)).result());
        assertEquals(Result.DECLINED, answer(provider.charge(first)).result());
        assertEquals(Result.APPROVED, answer(provider.charge(second)).result());
    }

    @Test
    void postsWhatItDecidesLater() throws Exception {
        try (ScriptedServer shop =
                new ScriptedServer().then(503, "").then(404, "").then(200, "{}")) {
            URI callback = URI.create(shop.url() + "/v1/orders/o-1/payments");
            PaymentRequest request = request("sim:late:20", callback);
            assertEquals(Result.PENDING, answer(provider.charge(request)).result());
            for (int tried = 0; tried < 3; tried++) {
                ScriptedServer.Asked asked = shop.next();
                assertNotNull(asked);
                assertEquals("POST", asked.method());
                assertEquals("/v1/orders/o-1/payments", asked.path());
                assertEquals(request.reference() + "-1", asked.key());
                assertEquals(
                        "{\"reference\":\"" + request.reference()
                                + "\",\"result\":\"APPROVED\",\"amount\":{\"amountMinor\":1990,\"currency\":\"BRL\"}}",
                        asked.body());
            }
            assertEquals(new PaymentAnswer(Result.APPROVED, PRICE, ""), answer(provider.charge(request)));
        }
    }

    @Test
    void postsThatItDeclinedLater() throws Exception {
        try (ScriptedServer shop = new ScriptedServer().then(200, "{}")) {
            PaymentRequest request = request("sim:late-decline:20", shop.url());
            assertEquals(Result.PENDING, answer(provider.charge(request)).result());
            ScriptedServer.Asked asked = shop.next();
            assertNotNull(asked);
            assertTrue(asked.body().contains("\"result\":\"DECLINED\",\"amount\":{\"amountMinor\":0,"), asked.body());
            assertEquals(NOTHING, books(request).taken());
        }
    }

    @Test
    void postsTwiceWhatItAnswered() throws Exception {
        try (ScriptedServer shop = new ScriptedServer().then(200, "{}")) {
            PaymentRequest request = request("sim:twice", shop.url());
            assertEquals(Result.APPROVED, answer(provider.charge(request)).result());
            ScriptedServer.Asked one = shop.next();
            ScriptedServer.Asked two = shop.next();
            assertNotNull(one);
            assertNotNull(two);
            assertEquals(one.body(), two.body());
            assertNotEquals(one.key(), two.key());
            assertEquals(PRICE, books(request).taken());
        }
    }

    @Test
    void decidesLaterWithoutACallbackToo() throws Exception {
        PaymentRequest request = request("sim:late:20");
        assertEquals(Result.PENDING, answer(provider.charge(request)).result());
        Patience.await("taken", () -> books(request).taken().equals(PRICE));
    }

    @ParameterizedTest
    @CsvSource({"sim:late:600000", "sim:late-decline:600000", "sim:timeout", "sim:decline", "sim:error:100", "card"})
    void takesNothingAfterACancellation(String method) throws Exception {
        PaymentRequest request = request(method);
        try (HttpPaymentProvider hasty = provider(HASTY)) {
            if (!method.equals("card")) {
                assertNotEquals(Result.APPROVED, answer(hasty.charge(request)).result());
            }
        }
        PaymentAnswer cancelled = answer(provider.cancel(request));
        assertEquals(Result.CANCELLED, cancelled.result());
        assertEquals(NOTHING, cancelled.amount());
        assertEquals(Result.CANCELLED, answer(provider.charge(request)).result());
        assertEquals(Result.CANCELLED, answer(provider.cancel(request)).result());
        assertEquals(Result.DECLINED, answer(provider.refund(request)).result());
        assertEquals(NOTHING, books(request).taken());
    }

    @Test
    void takesNothingThatWasStillOnItsWayWhenItWasCancelled() throws Exception {
        PaymentRequest request = request("sim:slow:" + NEVER);
        CompletableFuture<PaymentAnswer> charge = provider.charge(request);
        Patience.await("asked", () -> simulator.payment(request.reference()) != null);
        Patience.await("pending", () -> books(request).state() == Result.PENDING);
        assertEquals(Result.CANCELLED, answer(provider.cancel(request)).result());
        assertEquals(Result.CANCELLED, answer(charge).result());
        assertEquals(NOTHING, books(request).taken());
    }

    @ParameterizedTest
    @CsvSource({"card, 1990", "sim:lost-always, 1990", "sim:wrong-amount, 1991", "sim:cancel-fails:2, 1990"})
    void saysWhatWasTakenWhenItIsTooLateToCancel(String method, long takenMinor) throws Exception {
        PaymentRequest request = request(method);
        PaymentAnswer charged = answer(provider.charge(request));
        assertTrue(charged.result() == Result.APPROVED || charged.result() == Result.UNKNOWN, charged.reason());
        Money taken = new Money(takenMinor, "BRL");
        assertEquals(new PaymentAnswer(Result.APPROVED, taken, ""), answer(provider.cancel(request)));
        PaymentRequest back = request.withAmount(taken);
        assertEquals(new PaymentAnswer(Result.REFUNDED, taken, ""), answer(provider.refund(back)));
        assertEquals(new PaymentAnswer(Result.REFUNDED, taken, ""), answer(provider.cancel(request)));
        assertEquals(Result.REFUNDED, answer(provider.charge(request)).result());
        assertEquals(taken, books(request).taken());
        assertEquals(taken, books(request).refunded());
    }

    @Test
    void givesBackOnceHoweverOftenItIsAsked() throws Exception {
        PaymentRequest request = request("sim:refund-fails:2");
        assertEquals(Result.APPROVED, answer(provider.charge(request)).result());
        try (HttpPaymentProvider once = provider(PATIENT.withAttempts(1, PATIENT.retryPause()))) {
            assertEquals(Result.UNKNOWN, answer(once.refund(request)).result());
            assertEquals(NOTHING, books(request).refunded());
        }
        for (int i = 0; i < 3; i++) {
            assertEquals(new PaymentAnswer(Result.REFUNDED, PRICE, ""), answer(provider.refund(request)));
        }
        assertEquals(PRICE, books(request).refunded());
        // Two failures, and three that gave back or had done so.
        assertEquals(5, books(request).refunds());
    }

    @Test
    void givesBackNeitherMoreThanWasTakenNorWhatWasNever() throws Exception {
        PaymentRequest request = request("card");
        assertEquals(Result.APPROVED, answer(provider.charge(request)).result());
        assertEquals(
                Result.DECLINED,
                answer(provider.refund(request.withAmount(MORE))).result());
        assertEquals(NOTHING, books(request).refunded());
        PaymentRequest stranger = request("card");
        assertEquals(Result.DECLINED, answer(provider.refund(stranger)).result());
        assertEquals(NOTHING, books(stranger).refunded());
    }

    @Test
    void doesNotUseAReferenceForSomethingElse() throws Exception {
        PaymentRequest request = request("card");
        assertEquals(Result.APPROVED, answer(provider.charge(request)).result());
        PaymentAnswer other = answer(provider.charge(request.withAmount(MORE)));
        assertEquals(PaymentAnswer.unknown(request, "the provider answered with status 409"), other);
        assertEquals(2, books(request).charges());
        assertEquals(PRICE, books(request).taken());
    }

    @Test
    void showsItsBooks() throws Exception {
        PaymentRequest request = request("card");
        assertNull(simulator.payment(request.reference()));
        assertEquals(404, get("/charges/" + request.reference()).statusCode());
        answer(provider.charge(request));
        String shown = "{\"reference\":\"" + request.reference() + "\",\"orderId\":\"" + request.orderId()
                + "\",\"method\":\"card\",\"state\":\"APPROVED\",\"taken\":{\"amountMinor\":1990,\"currency\":\"BRL\"},"
                + "\"refunded\":{\"amountMinor\":0,\"currency\":\"BRL\"},\"charges\":1,\"refunds\":0,\"cancels\":0}";
        assertEquals(shown, get("/charges/" + request.reference()).body());
        assertEquals("[" + shown + "]", get("/charges").body());
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | /                               |                                    | 404",
                "GET  | /charges/short                  |                                    | 404",
                "PUT  | /charges                        |                                    | 405",
                "PUT  | /charges/abcdefghijklmnop/refund|                                    | 405",
                "POST | /charges/abcdefghijklmnop       |                                    | 405",
                "PUT  | /charges/abcdefghijklmnop       | nonsense                           | 400",
                "PUT  | /charges/abcdefghijklmnop       | []                                 | 400",
                "PUT  | /charges/abcdefghijklmnop       | {\"orderId\":\"o\",\"method\":\"card\"} | 400",
                "PUT  | /charges/abcdefghijklmnop       | {\"orderId\":\"o\",\"method\":\"card\",\"amount\":{\"amountMinor\":1.5,\"currency\":\"BRL\"}} | 400",
                "PUT  | /charges/abcdefghijklmnop       | {\"orderId\":\"o\",\"method\":\"card\",\"amount\":{\"amountMinor\":1,\"currency\":\"real\"}} | 400",
                "PUT  | /charges/abcdefghijklmnop       | {\"orderId\":\"o\",\"method\":\"4111111111111111\",\"amount\":{\"amountMinor\":1,\"currency\":\"BRL\"}} | 400",
                "PUT  | /charges/abcdefghijklmnop       | {\"orderId\":\"o\",\"method\":\"card\",\"amount\":{\"amountMinor\":1,\"currency\":\"BRL\"}} | 200",
            })
    void refusesWhatIsNoRequest(String method, String path, String body, int status) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(simulator.url() + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body == null ? "" : body))
                .build();
        assertEquals(
                status,
                HttpClient.newHttpClient()
                        .send(request, HttpResponse.BodyHandlers.ofString())
                        .statusCode());
        assertEquals(status == 200, !simulator.payments().isEmpty());
    }

    @Test
    void endsSilentConnectionsWhenItStops() throws Exception {
        PaymentRequest request = request("sim:timeout");
        CompletableFuture<PaymentAnswer> call = provider.charge(request);
        Patience.await("asked", () -> simulator.payment(request.reference()) != null);
        assertFalse(call.isDone());
        simulator.close();
        assertEquals(
                Result.UNKNOWN,
                call.get(PATIENT.longestCall().toSeconds(), TimeUnit.SECONDS).result());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(simulator.url() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
