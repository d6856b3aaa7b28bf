package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock and carts over HTTP. */
class CartHttpTest extends HttpFixture {

    private static final String NO_CART = "/v1/carts/cart_" + "0".repeat(32);

    @Test
    void setsAndReadsStock() {
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.put("/v1/inventory/A1").ifNew().json("{\"onHand\":5}").send());
        stocked("A1", 5);
        Reply shown =
                assertStatus(200, api.get("/v1/inventory/A1?consistency=fresh").send());
        assertEquals("no-store", shown.header("Cache-Control").orElse(""));
        assertEquals(5, shown.json().get("available").asLong());
        assertTrue(shown.json().get("asOf").asText().endsWith("Z"));
        assertStatus(
                304,
                api.get("/v1/inventory/A1")
                        .header("If-None-Match", shown.etag())
                        .send());
        Reply set = assertStatus(
                200,
                api.put("/v1/inventory/A1")
                        .ifMatch(shown.etag())
                        .json("{\"onHand\":0}")
                        .send());
        assertEquals("\"2\"", set.etag());
        assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.put("/v1/inventory/A1")
                        .ifMatch(shown.etag())
                        .json("{\"onHand\":9}")
                        .send());
        assertProblem(
                ProblemCode.PRECONDITION_REQUIRED,
                api.put("/v1/inventory/A1").json("{\"onHand\":9}").send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/inventory/A1?consistency=maybe").send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND, api.get("/v1/inventory/B1").send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND, api.get("/v1/inventory/B%201").send());
    }

    @Test
    void setsNoStockForAnArchivedProduct() {
        assertStatus(201, api.put("/v1/products/A1").ifNew().json(BRIGADEIRO).send());
        assertStatus(204, api.delete("/v1/products/A1").ifMatch("\"1\"").send());
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.put("/v1/inventory/A1").ifNew().json("{\"onHand\":5}").send());
    }

    @Test
    void readsSeveralStocks() {
        stocked("A1", 5);
        Reply reply = assertStatus(200, api.get("/v1/inventory?skus=B1,A1,A1").send());
        assertEquals(1, reply.json().get("items").size());
        assertEquals("[\"B1\"]", reply.json().get("missing").toString());
        assertProblem(ProblemCode.INVALID_PARAMETER, api.get("/v1/inventory").send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER, api.get("/v1/inventory?skus=").send());
    }

    @Test
    void adjustsStock() {
        stocked("A1", 5);
        Reply reply = assertStatus(
                201,
                api.post("/v1/inventory/A1/adjustments")
                        .key()
                        .json("{\"delta\":-2,\"reason\":\"quebra\"}")
                        .send());
        assertTrue(reply.json().get("adjustmentId").asText().startsWith("adj_"));
        assertEquals(3, reply.json().at("/inventory/onHand").asLong());
        assertProblem(
                ProblemCode.INSUFFICIENT_STOCK,
                api.post("/v1/inventory/A1/adjustments")
                        .key()
                        .json("{\"delta\":-4,\"reason\":\"quebra\"}")
                        .send());
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.post("/v1/inventory/B1/adjustments")
                        .key()
                        .json("{\"delta\":1,\"reason\":\"entrega\"}")
                        .send());
        Reply bad = api.post("/v1/inventory/A1/adjustments")
                .key()
                .json("{\"delta\":0}")
                .send();
        assertInvalid("/delta", bad);
        assertInvalid("/reason", bad);
    }

    @Test
    void fillsACart() {
        stocked("A1", 5);
        String cart = cart();
        assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":2}")
                        .send());
        Reply two = assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":1}")
                        .send());
        assertEquals(3, two.json().at("/lines/0/quantity").asInt());
        assertEquals(3 * 4890, two.json().at("/lines/0/lineTotal/amountMinor").asLong());
        assertEquals(3 * 4890, two.json().at("/total/amountMinor").asLong());
        assertEquals(5, two.json().at("/lines/0/available").asLong());
        assertTrue(two.json().at("/lines/0/inStock").asBoolean());
        assertEquals("\"3\"", two.etag());
        Reply set = assertStatus(
                200, api.put(cart + "/lines/A1").json("{\"quantity\":9}").send());
        assertTrue(!set.json().at("/lines/0/inStock").asBoolean());
        assertProblem(
                ProblemCode.VERSION_CONFLICT,
                api.put(cart + "/lines/A1")
                        .ifMatch("\"3\"")
                        .json("{\"quantity\":1}")
                        .send());
        assertStatus(200, api.put(cart + "/lines/A1").json("{\"quantity\":0}").send());
        assertStatus(200, api.delete(cart + "/lines/A1").send());
        assertStatus(200, api.delete(cart + "/lines/A1").send());
        assertEquals(0, api.get(cart).send().json().get("lines").size());
        assertStatus(204, api.delete(cart).send());
        assertProblem(ProblemCode.CART_NOT_FOUND, api.get(cart).send());
        assertProblem(ProblemCode.CART_NOT_FOUND, api.delete(cart).send());
    }

    @Test
    void createsACartWithLinesSummed() {
        stocked("A1", 5);
        String lines = "\"lines\":[{\"sku\":\"A1\",\"quantity\":2},{\"sku\":\"A1\",\"quantity\":1}]";
        Reply made = assertStatus(
                201,
                api.post("/v1/carts")
                        .json("{\"customerId\":\"ana\",\"currency\":\"BRL\"," + lines + "}")
                        .send());
        assertEquals(3, made.json().at("/lines/0/quantity").asInt());
        assertEquals("ana", made.json().get("customerId").asText());
        assertProblem(
                ProblemCode.QUANTITY_LIMIT,
                api.post("/v1/carts")
                        .json("{" + lines.replace("2}", "10000}") + "}")
                        .send());
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.post("/v1/carts")
                        .json("{" + lines.replace("A1", "B1") + "}")
                        .send());
        assertInvalid(
                "/lines/0/sku",
                api.post("/v1/carts")
                        .json("{\"currency\":\"USD\"," + lines + "}")
                        .send());
        String many = IntStream.range(0, 101)
                .mapToObj(i -> "{\"sku\":\"S" + i + "\",\"quantity\":1}")
                .collect(Collectors.joining(","));
        assertInvalid(
                "/lines",
                api.post("/v1/carts").json("{\"lines\":[" + many + "]}").send());
        assertInvalid(
                "/currency",
                api.post("/v1/carts").json("{\"currency\":\"real\"}").send());
        assertInvalid("/price", api.post("/v1/carts").json("{\"price\":1}").send());
    }

    @Test
    void refusesCartLines() {
        stocked("A1", 5);
        assertStatus(201, api.put("/v1/products/USD").ifNew().json(ACARAJE_USD).send());
        String cart = cart();
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"B1\",\"quantity\":2}")
                        .send());
        assertInvalid(
                "/sku",
                api.post(cart + "/lines")
                        .json("{\"sku\":\"USD\",\"quantity\":2}")
                        .send());
        assertInvalid(
                "/sku",
                api.post(cart + "/lines")
                        .json("{\"sku\":\"a b\",\"quantity\":2}")
                        .send());
        assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":10000}")
                        .send());
        assertProblem(
                ProblemCode.QUANTITY_LIMIT,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":1}")
                        .send());
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.post(NO_CART + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":1}")
                        .send());
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.put("/v1/carts/x/lines/A1").json("{\"quantity\":1}").send());
        assertProblem(ProblemCode.CART_NOT_FOUND, api.get("/v1/carts/x").send());
        Reply closed = api.post("/v1/carts").json("{\"customerId\":\"closed\"}").send();
        assertProblem(
                ProblemCode.CART_NOT_OPEN,
                api.post(closed.header("Location").orElseThrow() + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":1}")
                        .send());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "10001", "1.0", "1e3", "\"1\"", "99999999999999999999999", "null", "true", "[]", "1.5"
            })
    void refusesQuantities(String quantity) {
        stocked("A1", 5);
        assertInvalid(
                "/quantity",
                api.post(cart() + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":" + quantity + "}")
                        .send());
        assertInvalid(
                "/lines/0/quantity",
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":" + quantity + "}]}")
                        .send());
    }

    /** What became of a request stays what its key says, whatever became of the product. */
    @Test
    void answersARepeatedRequestAsItWasAlthoughItsProductLeft() {
        stocked("A1", 5);
        String cart = cart();
        String add = "{\"sku\":\"A1\",\"quantity\":2}";
        String create = "{\"lines\":[" + add + "]}";
        Reply added =
                assertStatus(200, api.post(cart + "/lines").key("add").json(add).send());
        Reply made = assertStatus(
                201, api.post("/v1/carts").key("create").json(create).send());
        assertStatus(204, api.delete("/v1/products/A1").ifMatch("\"1\"").send());

        Reply addedAgain =
                assertStatus(200, api.post(cart + "/lines").key("add").json(add).send());
        Reply madeAgain = assertStatus(
                201, api.post("/v1/carts").key("create").json(create).send());
        assertEquals("true", addedAgain.header("Idempotency-Replayed").orElseThrow());
        assertEquals(added.etag(), addedAgain.etag());
        assertEquals(made.header("Location"), madeAgain.header("Location"));
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.post(cart + "/lines").key("late").json(add).send());
        Reply stillLate = api.post(cart + "/lines").key("late").json(add).send();
        assertProblem(ProblemCode.PRODUCT_NOT_FOUND, stillLate);
        assertEquals("true", stillLate.header("Idempotency-Replayed").orElseThrow());
        assertEquals("A1", stillLate.json().get("sku").asText());
        assertEquals("\"2\"", api.get(cart).send().etag());
    }

    @Test
    void answersARepeatedSettingOfStockAsItWasAlthoughTheProductLeft() {
        assertStatus(201, api.put("/v1/products/A1").ifNew().json(BRIGADEIRO).send());
        assertStatus(
                201,
                api.put("/v1/inventory/A1")
                        .ifNew()
                        .key("set")
                        .json("{\"onHand\":5}")
                        .send());
        assertStatus(204, api.delete("/v1/products/A1").ifMatch("\"1\"").send());

        assertStatus(
                201,
                api.put("/v1/inventory/A1")
                        .ifNew()
                        .key("set")
                        .json("{\"onHand\":5}")
                        .send());
        assertProblem(
                ProblemCode.PRODUCT_NOT_FOUND,
                api.put("/v1/inventory/A1")
                        .ifNew()
                        .key("late")
                        .json("{\"onHand\":5}")
                        .send());
    }

    @Test
    void keepsALineWhoseProductLeft() {
        stocked("A1", 5);
        String cart = cart();
        assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":2}")
                        .send());
        assertStatus(204, api.delete("/v1/products/A1").ifMatch("\"1\"").send());
        Reply shown = assertStatus(200, api.get(cart).send());
        assertEquals("A1", shown.json().at("/lines/0/title").asText());
        assertTrue(shown.json().at("/lines/0/unitPrice").isMissingNode());
        assertTrue(!shown.json().at("/lines/0/inStock").asBoolean());
        assertEquals(0, shown.json().at("/total/amountMinor").asLong());
    }

    @Test
    void mergesCarts() {
        stocked("A1", 5);
        String into = cart();
        String from = cart();
        String fromId = from.substring(from.lastIndexOf('/') + 1);
        assertStatus(
                200,
                api.post(from + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":2}")
                        .send());
        String body = "{\"fromCartId\":\"" + fromId + "\"}";
        assertEquals(
                2,
                assertStatus(200, api.post(into + "/merge").json(body).send())
                        .json()
                        .at("/lines/0/quantity")
                        .asInt());
        assertStatus(200, api.post(into + "/merge").json(body).send());
        assertEquals(0, api.get(from).send().json().get("lines").size());
        assertInvalid("/fromCartId", api.post(from + "/merge").json(body).send());
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.post(into + "/merge").json("{\"fromCartId\":\"x\"}").send());
        Reply usd = api.post("/v1/carts").json("{\"currency\":\"USD\"}").send();
        assertInvalid(
                "/fromCartId",
                api.post(into + "/merge")
                        .json("{\"fromCartId\":\"" + usd.json().get("id").asText() + "\"}")
                        .send());
    }
}
