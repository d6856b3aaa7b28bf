package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.domain.InvariantViolation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every route: bodies, keys, marks, faults, bytes that are no request. */
class ConventionsHttpTest extends HttpFixture {

    private static final String RESERVE = "/v1/reservations";
    private static final String LINE = "{\"lines\":[{\"sku\":\"A1\",\"quantity\":1}]}";

    @Test
    void echoesTheRequestIdOrMakesOne() {
        assertEquals(
                "my-id-1",
                api.get("/health/live")
                        .header("X-Request-Id", "my-id-1")
                        .send()
                        .header("X-Request-Id")
                        .orElse(""));
        Reply made =
                api.get("/health/live").header("X-Request-Id", "a".repeat(129)).send();
        assertEquals(36, made.header("X-Request-Id").orElse("").length());
        assertNotEquals(
                "with space",
                api.get("/health/live")
                        .header("X-Request-Id", "with space")
                        .send()
                        .header("X-Request-Id")
                        .orElse(""));
    }

    @Test
    void refusesUnknownPathsAndMethods() {
        assertProblem(ProblemCode.ROUTE_NOT_FOUND, api.get("/v1/nothing").send());
        assertProblem(ProblemCode.ROUTE_NOT_FOUND, api.get("/").send());
        Reply reply = assertProblem(
                ProblemCode.METHOD_NOT_ALLOWED,
                api.call("PATCH", "/v1/products/A1").send());
        assertEquals(
                "DELETE,GET,HEAD,PUT",
                String.join(
                        ",",
                        Arrays.stream(reply.header("Allow").orElseThrow().split(", ", -1))
                                .sorted()
                                .toList()));
    }

    @Test
    void theMethodIsTheOneOfTheRequestLine() {
        String cart = cart();
        Reply read = api.get(cart).header("X-HTTP-Method-Override", "DELETE").send();
        assertStatus(200, read);
        assertStatus(200, api.get(cart).send());
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/products/a|b[{}], /v1/products/a%7Cb%5B%7B%7D%5D",
        "/v1/products/%C3%A7;v=1, /v1/products/%C3%A7;v=1",
        "/v1/products/%25, /v1/products/%25",
    })
    void theInstanceOfAProblemIsAUriReference(String path, String instance) {
        String reply = api.raw("GET " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        assertTrue(reply.contains("\"instance\":\"" + instance + "\""), reply);
    }

    @Test
    void answersHeadAsGetWithoutBody() {
        stocked("A1", 3);
        Reply head = api.call("HEAD", "/v1/products/A1").send();
        assertEquals(200, head.status());
        assertEquals("\"1\"", head.etag());
        assertEquals("", head.body());
        assertEquals(404, api.call("HEAD", "/v1/products/B1").send().status());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"lines\":[]} {}",
                "{\"lines\":[],\"lines\":[]}",
                "nul",
                "{\"lines\":[{\"sku\":\"A1\",\"sku\":\"A1\",\"quantity\":1}]}",
                "{'lines':[]}",
                "{\"lines\":[01]}",
                "{\"lines\":[NaN]}",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]",
                "{\"lines\":[] /* no */}"
            })
    void refusesWhatIsNoJson(String body) {
        assertProblem(
                ProblemCode.MALFORMED_JSON, api.post(RESERVE).key().json(body).send());
    }

    @Test
    void refusesBytesThatAreNoUtf8() {
        byte[] latin1 = "{\"lines\":[{\"sku\":\"açaí\",\"quantity\":1}]}".getBytes(StandardCharsets.ISO_8859_1);
        assertProblem(
                ProblemCode.MALFORMED_JSON,
                api.post(RESERVE).key().body("application/json", latin1).send());
        assertProblem(
                ProblemCode.MALFORMED_JSON,
                api.post(RESERVE)
                        .key()
                        .body("application/json", LINE.getBytes(StandardCharsets.UTF_16BE))
                        .send());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/x-www-form-urlencoded", "application/json; charset=iso-8859-1", "json"
            })
    void refusesOtherContentTypes(String contentType) {
        assertProblem(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                api.post(RESERVE)
                        .key()
                        .body(contentType, LINE.getBytes(StandardCharsets.UTF_8))
                        .send());
    }

    @Test
    void refusesCompressedBodies() {
        assertProblem(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                api.post(RESERVE)
                        .key()
                        .header("Content-Encoding", "gzip")
                        .json(LINE)
                        .send());
    }

    @Test
    void takesJsonWithCharset() {
        stocked("A1", 1);
        assertStatus(
                201,
                api.post(RESERVE)
                        .key()
                        .body("Application/JSON; charset=\"UTF-8\"", LINE.getBytes(StandardCharsets.UTF_8))
                        .send());
    }

    @Test
    void refusesBodiesOverTheLimitFixedAndChunked() {
        byte[] big =
                ("{\"lines\":\"" + "x".repeat(RequestBodies.JSON_BYTES_MAX) + "\"}").getBytes(StandardCharsets.UTF_8);
        assertProblem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                api.post(RESERVE).key().body("application/json", big).send());
        assertProblem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                api.post(RESERVE)
                        .key()
                        .chunked("application/json", new ByteArrayInputStream(big))
                        .send());
    }

    @Test
    void takesABodyAsLongAsTheLimitAllows() {
        String spaces = " ".repeat(RequestBodies.JSON_BYTES_MAX - LINE.length());
        stocked("A1", 1);
        assertStatus(201, api.post(RESERVE).key().json(LINE + spaces).send());
        assertProblem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                api.post(RESERVE).key().json(LINE + spaces + " ").send());
    }

    @Test
    void refusesAHugeFixedLengthBeforeReadingIt() {
        String reply = api.raw(head("POST /v1/carts", "Content-Length: 99999999999") + "{");
        assertTrue(reply.startsWith("HTTP/1.1 413 "), reply);
        assertTrue(reply.contains("payload-too-large"), reply);
    }

    @Test
    void refusesChunkedBodiesOverTheLimitOnTheWire() {
        StringBuilder request = new StringBuilder(head("POST /v1/carts", "Transfer-Encoding: chunked"));
        for (int i = 0; i < 17; i++) {
            request.append("10000\r\n").append(" ".repeat(0x10000)).append("\r\n");
        }
        String reply = api.raw(request.append("0\r\n\r\n").toString());
        assertTrue(reply.startsWith("HTTP/1.1 413 "), reply);
        assertTrue(reply.contains("Connection: close"), reply);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET /v1/products HTTP/1.1\r\n\r\n",
                "GET /v1/products HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET /v1/products HTTP/1.1\r\nHost: a\r\nBad Header: x\r\n\r\n",
                "POST /v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/carts HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"
            })
    void answersBytesThatAreNoRequestWithAProblem(String bytes) {
        String reply = api.raw(bytes);
        assertTrue(reply.startsWith("HTTP/1.1 4") || reply.startsWith("HTTP/1.1 5"), reply);
        assertTrue(reply.contains("application/problem+json"), reply);
        assertTrue(reply.contains("X-Request-Id: "), reply);
    }

    @Test
    void answersHugeHeadersWithAProblem() {
        String reply = api.raw(head("GET /v1/products", "X-Big: " + "x".repeat(20_000)));
        assertTrue(reply.startsWith("HTTP/1.1 431 "), reply);
        assertTrue(reply.contains("headers-too-large"), reply);
    }

    @Test
    void answersABadChunkWithAProblem() {
        String reply = api.raw(head("POST /v1/carts", "Transfer-Encoding: chunked") + "ZZ\r\n{}\r\n0\r\n\r\n");
        assertTrue(reply.startsWith("HTTP/1.1 400 "), reply);
        assertTrue(reply.contains("malformed-request"), reply);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/products?colour=red", "/v1/categories?x", "/v1/carts/c?x=1", "/v1/admin/topology?x=1"})
    void refusesUnknownQueryParameters(String path) {
        assertProblem(ProblemCode.INVALID_PARAMETER, api.get(path).send());
    }

    @Test
    void needsAKeyWhereTheContractSaysSo() {
        for (String path :
                new String[] {RESERVE, "/v1/reservations/rsv_x/confirm", "/v1/inventory/A1/adjustments", "/v1/imports"
                }) {
            assertProblem(ProblemCode.IDEMPOTENCY_KEY_REQUIRED, api.post(path).send());
        }
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REQUIRED,
                api.put("/v1/carts/x/reservation").send());
    }

    @Test
    void refusesInvalidKeys() {
        for (String key : new String[] {"k".repeat(256), "with space", "ação"}) {
            String request = head(
                    "POST /v1/reservations",
                    "Connection: close",
                    "Idempotency-Key: " + key,
                    "Content-Length: " + LINE.length());
            String reply = api.raw((request + LINE).getBytes(StandardCharsets.UTF_8));
            assertTrue(reply.contains("idempotency-key-required"), reply);
        }
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REQUIRED,
                api.post(RESERVE).key("one").key("two").json(LINE).send());
    }

    @Test
    void replaysUnderTheSameKeyAndRefusesAnotherRequest() {
        stocked("A1", 5);
        String key = UUID.randomUUID().toString();
        Reply first = assertStatus(201, api.post(RESERVE).key(key).json(LINE).send());
        node.store().passes(Duration.ofHours(1));
        Reply again = assertStatus(201, api.post(RESERVE).key(key).json(LINE).send());
        assertEquals(first.body(), again.body());
        assertEquals(first.header("Location"), again.header("Location"));
        assertTrue(first.header("Idempotency-Replayed").isEmpty());
        assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                api.post(RESERVE).key(key).json(LINE + " ").send());
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                api.post("/v1/inventory/A1/adjustments")
                        .key(key)
                        .json("{\"delta\":1,\"reason\":\"entrega\"}")
                        .send());
    }

    @Test
    void replaysRefusalsToo() {
        stocked("A1", 0);
        Reply first = assertProblem(
                ProblemCode.INSUFFICIENT_STOCK,
                api.post(RESERVE).key("r1").json(LINE).send());
        Reply again = assertProblem(
                ProblemCode.INSUFFICIENT_STOCK,
                api.post(RESERVE).key("r1").json(LINE).send());
        assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
        assertEquals(first.json().get("shortages"), again.json().get("shortages"));
    }

    @ParameterizedTest
    @EnumSource(FaultCode.class)
    void answersEveryFaultOfAWriteAndARead(FaultCode code) {
        node.store().failsWith(new Fault(code, "secret detail"));
        Reply write = assertProblem(
                Problems.codeOf(code), api.post(RESERVE).key().json(LINE).send());
        Reply read =
                assertProblem(Problems.codeOf(code), api.get("/v1/inventory/A1").send());
        assertTrue(!write.body().contains("secret") && !read.body().contains("secret"));
    }

    @Test
    void answersADefectWithoutItsTrace() {
        node.store().failsWith(new InvariantViolation("secret state"));
        Reply reply = assertProblem(
                ProblemCode.INTERNAL, api.post(RESERVE).key().json(LINE).send());
        assertTrue(!reply.body().contains("secret"));
        assertProblem(ProblemCode.INTERNAL, api.get("/v1/products").send());
    }

    @Test
    void saysUnknownWhenACommandNeverEnds() {
        node.store().silent(true);
        assertProblem(
                ProblemCode.OUTCOME_UNKNOWN, api.post(RESERVE).key().json(LINE).send());
        node.store().silent(false);
        assertStatus(200, api.get("/v1/categories").send());
    }

    /** A request's head with a JSON body's type, up to its empty line. */
    private static String head(String line, String... headers) {
        return line + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + String.join("\r\n", headers)
                + "\r\n\r\n";
    }
}
