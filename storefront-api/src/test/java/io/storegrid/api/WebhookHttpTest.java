package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookHttpTest extends HttpFixture {

    private static final String BODY =
            "{\"url\":\"https://1.1.1.1/pedidos\",\"types\":[\"order.created\",\"inventory.changed\"],"
                    + "\"description\":\"Expedição\"}";
    private static final String UNKNOWN = "/v1/webhooks/whk_" + "0".repeat(32);

    private Reply create() {
        return assertStatus(201, api.post("/v1/webhooks").json(BODY).send());
    }

    @Test
    void showsTheSecretOnceAndNeverAgain() {
        Reply made = create();
        String secret = made.json().get("secret").asText();
        assertTrue(secret.startsWith("whsec_"));
        assertEquals(32, Base64.getDecoder().decode(secret.substring(6)).length);
        assertEquals("ACTIVE", made.json().get("state").asText());
        assertEquals(
                "[\"inventory.changed\",\"order.created\"]",
                made.json().get("types").toString());
        String path = made.header("Location").orElseThrow();
        assertEquals("/v1/webhooks/" + made.json().get("id").asText(), path);
        for (String shown : new String[] {path, "/v1/webhooks"}) {
            Reply reply = assertStatus(200, api.get(shown).send());
            assertFalse(reply.body().contains("whsec_") || reply.body().contains(secret.substring(6)), reply::toString);
            assertTrue(reply.body().contains("Expedição"), reply::toString);
        }
        assertNotEquals(secret, create().json().get("secret").asText());
    }

    @Test
    void listsAndDeletes() {
        String path = create().header("Location").orElseThrow();
        create();
        assertEquals(2, api.get("/v1/webhooks").send().json().get("items").size());
        assertStatus(204, api.delete(path).send());
        assertProblem(ProblemCode.WEBHOOK_NOT_FOUND, api.delete(path).send());
        assertProblem(ProblemCode.WEBHOOK_NOT_FOUND, api.get(path).send());
        assertEquals(1, api.get("/v1/webhooks").send().json().get("items").size());
    }

    @Test
    void repeatsNothingUnderAKey() {
        Reply first =
                assertStatus(201, api.post("/v1/webhooks").key("k1").json(BODY).send());
        Reply again =
                assertStatus(201, api.post("/v1/webhooks").key("k1").json(BODY).send());
        assertEquals(first.body(), again.body());
        assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                api.post("/v1/webhooks")
                        .key("k1")
                        .json("{\"url\":\"https://1.1.1.1/\"}")
                        .send());
    }

    @ParameterizedTest(name = "{0} at {1}")
    @CsvSource(
            delimiter = ';',
            value = {
                "{};/url",
                "{\"url\":\"http://1.1.1.1/\"};/url",
                "{\"url\":\"https://127.0.0.1/\"};/url",
                "{\"url\":\"https://localhost/\"};/url",
                "{\"url\":\"https://[::1]/\"};/url",
                "{\"url\":\"https://169.254.169.254/\"};/url",
                "{\"url\":\"https://user:pw@1.1.1.1/\"};/url",
                "{\"url\":\"https://1.1.1.1/\",\"types\":[\"order.eaten\"]};/types",
                "{\"url\":\"https://1.1.1.1/\",\"secret\":\"whsec_mine\"};/secret"
            })
    void refusesWhatItCannotCall(String body, String pointer) {
        assertInvalid(pointer, api.post("/v1/webhooks").json(body).send());
    }

    @Test
    void showsAttemptsPageByPage() {
        String path = create().header("Location").orElseThrow() + "/deliveries";
        Reply first = assertStatus(200, api.get(path + "?limit=2").send());
        assertEquals(2, first.json().get("items").size());
        assertEquals("DELIVERED", first.json().at("/items/0/state").asText());
        assertEquals(500, first.json().at("/items/1/status").asInt());
        String cursor = first.json().at("/page/nextCursor").asText();
        Reply second =
                assertStatus(200, api.get(path + "?limit=2&cursor=" + cursor).send());
        assertEquals("cannot connect", second.json().at("/items/0/error").asText());
        assertFalse(second.json().at("/items/0").has("status"));
        assertFalse(second.json().get("page").has("nextCursor"));
        assertProblem(ProblemCode.INVALID_CURSOR, api.get(path + "?cursor=x").send());
        assertProblem(
                ProblemCode.WEBHOOK_NOT_FOUND, api.get(UNKNOWN + "/deliveries").send());
        assertProblem(
                ProblemCode.WEBHOOK_NOT_FOUND,
                api.get("/v1/webhooks/odd/deliveries").send());
    }

    @Test
    void deliversAgain() {
        String path = create().header("Location").orElseThrow() + "/redeliver";
        assertStatus(202, api.post(path).json("{\"eventId\":\"1-1\"}").send());
        assertStatus(
                202, api.post(path).json("{\"from\":\"2023-11-14T00:00:00Z\"}").send());
        assertStatus(
                202,
                api.post(path).json("{\"from\":\"2023-11-14T00:00:00-03:00\"}").send());
        assertProblem(
                ProblemCode.EVENT_NOT_FOUND,
                api.post(path).json("{\"eventId\":\"1-2\"}").send());
        assertProblem(
                ProblemCode.EVENT_NOT_FOUND,
                api.post(path).json("{\"from\":\"2033-11-14T00:00:00Z\"}").send());
        assertProblem(
                ProblemCode.WEBHOOK_NOT_FOUND,
                api.post(UNKNOWN + "/redeliver").json("{\"eventId\":\"1-1\"}").send());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"eventId\":\"1-1\",\"from\":\"2023-11-14T00:00:00Z\"}",
                "{\"eventId\":\"1\"}",
                "{\"from\":\"yesterday\"}",
                "{\"from\":\"+99999-01-01T00:00:00Z\"}"
            })
    void refusesToDeliverWhatItDoesNotUnderstand(String body) {
        String path = create().header("Location").orElseThrow() + "/redeliver";
        assertProblem(ProblemCode.VALIDATION_FAILED, api.post(path).json(body).send());
    }
}
