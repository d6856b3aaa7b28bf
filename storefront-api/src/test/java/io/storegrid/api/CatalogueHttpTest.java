package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products, categories and imports over HTTP. */
class CatalogueHttpTest extends HttpFixture {

    @Test
    void createsReplacesAndArchivesAProduct() {
        Reply created = assertStatus(
                201, api.put("/v1/products/BRI-12").ifNew().json(BRIGADEIRO).send());
        assertEquals("\"1\"", created.etag());
        assertEquals("BRI-12", created.json().get("sku").asText());
        assertEquals(4890, created.json().at("/price/amountMinor").asLong());
        Reply shown = assertStatus(200, api.get("/v1/products/BRI-12").send());
        assertEquals(created.json(), shown.json());
        assertEquals("leite", shown.json().at("/attributes/alérgenos").asText());

        Reply replaced = assertStatus(
                200,
                api.put("/v1/products/BRI-12")
                        .ifMatch(created.etag())
                        .json(BRIGADEIRO.replace("4890", "5290"))
                        .send());
        assertEquals("\"2\"", replaced.etag());
        assertStatus(
                204, api.delete("/v1/products/BRI-12").ifMatch(replaced.etag()).send());
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND, api.get("/v1/products/BRI-12").send());
        assertEquals(0, api.get("/v1/products").send().json().get("items").size());
        assertStatus(
                201, api.put("/v1/products/BRI-12").ifNew().json(BRIGADEIRO).send());
    }

    @Test
    void needsAPreconditionToWrite() {
        stocked("A1", 1);
        assertProblem(
                ProblemCode.PRECONDITION_REQUIRED,
                api.put("/v1/products/A1").json(BRIGADEIRO).send());
        assertProblem(
                ProblemCode.PRECONDITION_REQUIRED, api.delete("/v1/products/A1").send());
        Reply stale = assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.put("/v1/products/A1").ifMatch("\"7\"").json(BRIGADEIRO).send());
        assertEquals(1, stale.json().get("currentVersion").asLong());
        assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.put("/v1/products/A1").ifNew().json(BRIGADEIRO).send());
        assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.put("/v1/products/A1").ifMatch("W/\"1\"").json(BRIGADEIRO).send());
        assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.delete("/v1/products/A1").ifMatch("\"abc\"").send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.put("/v1/products/A1").ifMatch("1").json(BRIGADEIRO).send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.put("/v1/products/A1")
                        .ifMatch("\"1\"")
                        .ifNew()
                        .json(BRIGADEIRO)
                        .send());
    }

    @Test
    void saysNotModified() {
        stocked("A1", 1);
        Reply same = api.get("/v1/products/A1")
                .header("If-None-Match", "\"9\", W/\"1\"")
                .send();
        assertStatus(304, same);
        assertEquals("", same.body());
        assertEquals("\"1\"", same.etag());
        assertStatus(
                200, api.get("/v1/products/A1").header("If-None-Match", "\"2\"").send());
        Reply withStock = api.get("/v1/products/A1?include=availability")
                .header("If-None-Match", "\"1\"")
                .send();
        assertStatus(200, withStock);
        assertEquals(1, withStock.json().at("/availability/available").asLong());
        assertTrue(withStock.json().at("/availability/inStock").asBoolean());
        assertEquals(1, withStock.json().at("/availability/version").asLong());
    }

    @ParameterizedTest(name = "{0} is named by {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "\"title\":\"\"|/title",
                "\"title\":\"  \"|/title",
                "\"title\":7|/title",
                "\"title\":\"a\\u0000b\"|/title",
                "\"title\":\"\\ud800\"|/title",
                "\"category\":null|/category",
                "\"price\":7|/price",
                "\"price\":{\"amountMinor\":1.0,\"currency\":\"BRL\"}|/price/amountMinor",
                "\"price\":{\"amountMinor\":1e3,\"currency\":\"BRL\"}|/price/amountMinor",
                "\"price\":{\"amountMinor\":\"1\",\"currency\":\"BRL\"}|/price/amountMinor",
                "\"price\":{\"amountMinor\":-1,\"currency\":\"BRL\"}|/price/amountMinor",
                "\"price\":{\"amountMinor\":99999999999999999999,\"currency\":\"BRL\"}|/price/amountMinor",
                "\"price\":{\"amountMinor\":1,\"currency\":\"reais\"}|/price/currency",
                "\"price\":{\"amountMinor\":1,\"currency\":\"brl\"}|/price/currency",
                "\"price\":{\"amountMinor\":1,\"currency\":\"BRL\",\"tax\":1}|/price/tax",
                "\"colour\":\"red\"|/colour",
                "\"a/b~c\":1|/a~1b~0c",
                "\"attributes\":[]|/attributes",
                "\"attributes\":{\"a\":1}|/attributes/a",
                "\"mediaUrls\":[\"javascript:alert(1)\"]|/mediaUrls",
                "\"mediaUrls\":[\"//elsewhere/x\"]|/mediaUrls",
                "\"mediaUrls\":[\"ftp://x/y\"]|/mediaUrls",
                "\"mediaUrls\":[1]|/mediaUrls/0",
                "\"sku\":\"A1\"|/sku"
            })
    void refusesAProductByPointer(String member, String pointer) {
        String name = member.substring(0, member.indexOf(':'));
        String valid =
                "\"title\":\"Bolo de fubá\",\"category\":\"Bolos\",\"price\":{\"amountMinor\":100,\"currency\":\"BRL\"}";
        StringBuilder body = new StringBuilder();
        for (String kept : List.of(
                "\"title\":\"Bolo de fubá\"",
                "\"category\":\"Bolos\"",
                "\"price\":{\"amountMinor\":100,\"currency\":\"BRL\"}")) {
            if (!kept.startsWith(name + ":")) {
                body.append(kept).append(',');
            }
        }
        assertStatus(
                201, api.put("/v1/products/OK").ifNew().json("{" + valid + "}").send());
        assertInvalid(
                pointer,
                api.put("/v1/products/A1")
                        .ifNew()
                        .json("{" + body + member + "}")
                        .send());
    }

    @Test
    void namesAllErrorsAtOnce() {
        Reply reply = api.put("/v1/products/A1")
                .ifNew()
                .json("{\"title\":1,\"price\":{\"amountMinor\":0.5},\"x\":1}")
                .send();
        for (String pointer : List.of("/title", "/category", "/price/amountMinor", "/price/currency", "/x")) {
            assertInvalid(pointer, reply);
        }
    }

    @Test
    void refusesABodyThatIsNoObject() {
        assertInvalid("", api.put("/v1/products/A1").ifNew().json("[]").send());
        assertInvalid("", api.put("/v1/products/A1").ifNew().json("null").send());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a%20b", "a%2Fb", "caf%C3%A9", "%0A"})
    void treatsAnImpossibleSkuAsAbsent(String sku) {
        Reply read = api.get("/v1/products/" + sku).send();
        assertEquals(404, read.status() == 400 ? 404 : read.status(), read::toString);
        Reply write = api.put("/v1/products/" + sku).ifNew().json(BRIGADEIRO).send();
        assertEquals(400, write.status(), write::toString);
    }

    @Test
    void pagesThroughTheCatalogue() {
        for (int i = 0; i < 5; i++) {
            stocked("A" + i, 1);
        }
        List<String> seen = new ArrayList<>();
        String path = "/v1/products?limit=2&category=Docinhos";
        String next = path;
        while (!next.isEmpty()) {
            Reply page = assertStatus(200, api.get(next).send());
            assertEquals("public, max-age=60", page.header("Cache-Control").orElse(""));
            page.json().get("items").forEach(item -> seen.add(item.get("sku").asText()));
            JsonNode cursor = page.json().at("/page/nextCursor");
            assertEquals(2, page.json().at("/page/limit").asInt());
            next = cursor.isMissingNode() ? "" : path + "&cursor=" + cursor.asText();
        }
        assertEquals(List.of("A0", "A1", "A2", "A3", "A4"), seen);
    }

    @Test
    void refusesACursorThatWasChangedOrBelongsElsewhere() {
        stocked("A1", 1);
        stocked("A2", 1);
        String cursor = api.get("/v1/products?limit=1")
                .send()
                .json()
                .at("/page/nextCursor")
                .asText();
        assertStatus(200, api.get("/v1/products?limit=7&cursor=" + cursor).send());
        for (String query : List.of(
                "limit=1&sort=title&cursor=" + cursor,
                "limit=1&q=bolo&cursor=" + cursor,
                "cursor=" + cursor + "A",
                "cursor=" + cursor.substring(1),
                "cursor=x",
                "cursor=%20")) {
            assertProblem(
                    ProblemCode.INVALID_CURSOR, api.get("/v1/products?" + query).send());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=201",
                "limit=-1",
                "limit=1.0",
                "limit=x",
                "limit=1&limit=2",
                "sort=colour",
                "skus=a%20b",
                "skus=a,,b",
                "q=%C3",
                "q=%00",
                "Category=x"
            })
    void refusesListParameters(String query) {
        assertProblem(
                ProblemCode.INVALID_PARAMETER, api.get("/v1/products?" + query).send());
    }

    @Test
    void refusesMoreThan200Skus() {
        String skus = "A0";
        StringBuilder many = new StringBuilder(skus);
        for (int i = 1; i <= 200; i++) {
            many.append(",A").append(i);
        }
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/products?skus=" + many).send());
    }

    @Test
    void listsCategories() {
        stocked("A1", 1);
        stocked("A2", 1);
        Reply reply = assertStatus(200, api.get("/v1/categories").send());
        assertEquals("{\"items\":[{\"name\":\"Docinhos\",\"productCount\":2}]}", reply.body());
    }

    @Test
    void takesAnImportAndReplaysIt() throws IOException {
        byte[] lines = "{\"sku\":\"A1\"}\n{\"sku\":\"A2\"}\n".getBytes(StandardCharsets.UTF_8);
        Reply taken = assertStatus(
                202,
                api.post("/v1/imports")
                        .key("i1")
                        .chunked("application/x-ndjson", new ByteArrayInputStream(lines))
                        .send());
        String location = taken.header("Location").orElseThrow();
        Reply status = assertStatus(200, api.get(location).send());
        assertEquals("DONE", status.json().get("state").asText());
        assertEquals(2, status.json().get("lastLine").asLong());
        assertEquals("validation-failed", status.json().at("/errors/0/code").asText());
        Reply again = assertStatus(
                202,
                api.post("/v1/imports")
                        .key("i1")
                        .body("application/jsonl", lines)
                        .send());
        assertEquals(location, again.header("Location").orElseThrow());
        assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                api.post("/v1/imports")
                        .key("i1")
                        .body("application/ndjson", "{}".getBytes(StandardCharsets.UTF_8))
                        .send());
        assertProblem(
                ProblemCode.IMPORT_NOT_FOUND, api.get("/v1/imports/imp_99").send());
        assertEquals(0, node.imports().spooledFiles());
    }

    @Test
    void refusesImportsThatAreEmptyTooLargeOrOfAnotherType() throws IOException {
        byte[] big = new byte[MemoryNode.IMPORT_BYTES_MAX + 1];
        assertProblem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                api.post("/v1/imports").key().body("application/x-ndjson", big).send());
        assertProblem(
                ProblemCode.PAYLOAD_TOO_LARGE,
                api.post("/v1/imports")
                        .key()
                        .chunked("application/x-ndjson", new ByteArrayInputStream(big))
                        .send());
        assertProblem(
                ProblemCode.UNSUPPORTED_MEDIA_TYPE,
                api.post("/v1/imports").key().json("{}").send());
        assertInvalid(
                "",
                api.post("/v1/imports")
                        .key()
                        .body("application/x-ndjson", new byte[0])
                        .send());
        assertEquals(0, node.imports().spooledFiles());
        assertNull(node.imports().status("imp_0").orElse(null));
    }
}
