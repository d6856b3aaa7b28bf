package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One {@link MemoryNode} for each class, emptied before each test, and the checks that every reply has to pass. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HttpFixture {

    static final String BRIGADEIRO = """
            {"title":"Brigadeiro gourmet, caixa com 12","description":"Chocolate belga e granulado.\\nValidade: 7 dias.",
             "category":"Docinhos","price":{"amountMinor":4890,"currency":"BRL"},
             "attributes":{"sabor":"chocolate","alérgenos":"leite"},"mediaUrls":["/media/brigadeiro-12.webp"]}""";

    static final String ACARAJE_USD = """
            {"title":"Cocada baiana","category":"Tabuleiro","price":{"amountMinor":300,"currency":"USD"}}""";

    @SuppressWarnings("NullAway.Init")
    MemoryNode node;

    @SuppressWarnings("NullAway.Init")
    ApiClient api;

    @BeforeAll
    void startNode(@TempDir Path spool) {
        node = new MemoryNode(spool);
        api = node.client();
    }

    @BeforeEach
    void emptyNode() {
        node.empty();
    }

    @AfterAll
    void closeNode() {
        node.close();
    }

    /** Puts a product and its stock there. */
    void stocked(String sku, long onHand) {
        assertStatus(
                201, api.put("/v1/products/" + sku).ifNew().json(BRIGADEIRO).send());
        assertStatus(
                201,
                api.put("/v1/inventory/" + sku)
                        .ifNew()
                        .json("{\"onHand\":" + onHand + "}")
                        .send());
    }

    /** Makes an empty cart and returns its path. */
    String cart() {
        Reply made = assertStatus(201, api.post("/v1/carts").send());
        return made.header("Location").orElseThrow();
    }

    static Reply assertStatus(int status, Reply reply) {
        assertEquals(status, reply.status(), reply::toString);
        assertMarks(reply);
        return reply;
    }

    /** Checks that {@code reply} is the whole document of {@code code}. */
    static Reply assertProblem(ProblemCode code, Reply reply) {
        assertStatus(code.status(), reply);
        assertEquals("application/problem+json", reply.header("Content-Type").orElse(""), reply::toString);
        assertEquals(code.code(), reply.code(), reply::toString);
        assertEquals(code.type(), reply.json().get("type").asText());
        assertEquals(code.title(), reply.json().get("title").asText());
        assertEquals(code.status(), reply.json().get("status").asInt());
        assertTrue(!reply.json().get("detail").asText().isBlank(), reply::toString);
        assertTrue(reply.json().get("instance").asText().startsWith("/"), reply::toString);
        assertEquals(
                reply.header("X-Request-Id").orElseThrow(),
                reply.json().get("requestId").asText());
        assertEquals(
                code.retryAfterSeconds() > 0 ? Integer.toString(code.retryAfterSeconds()) : "",
                reply.header("Retry-After").orElse(""),
                reply::toString);
        assertTrue(!reply.body().contains("\tat ") && !reply.body().contains("Exception"), reply::toString);
        return reply;
    }

    /** Checks that {@code reply} refuses a body and names {@code pointer}. */
    static void assertInvalid(String pointer, Reply reply) {
        assertProblem(ProblemCode.VALIDATION_FAILED, reply);
        boolean named = false;
        for (var error : reply.json().get("errors")) {
            named |= error.get("pointer").asText().equals(pointer)
                    && !error.get("detail").asText().isBlank();
        }
        assertTrue(named, () -> "no error at '" + pointer + "': " + reply);
    }

    private static void assertMarks(Reply reply) {
        assertTrue(reply.header("X-Request-Id").isPresent(), reply::toString);
        assertEquals("node-one", reply.header("X-Served-By").orElse(""), reply::toString);
    }
}
