package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checkout, orders and what a customer may ask for, over HTTP. */
class OrderHttpTest extends HttpFixture {

    private static final String NO_ORDER = "ord_" + "0".repeat(36);
    private static final String PAID_AT_ONCE = "{\"paymentMethod\":\"card\"}";
    private static final String PAID_LATER = "{\"paymentMethod\":\"pay-later\"}";
    private static final String WITH_PERSON = """
            {"paymentMethod":"card","customer":{"email":"ana@exemplo.com.br"},
             "shippingAddress":{"name":"Ana Souza","line1":"Rua das Flores, 12","city":"Recife",
                                "postalCode":"50000-000","country":"BR"}}""";

    /** The path of a cart with two of {@code sku} in it. */
    private String filled(String sku, String customerId) {
        String body = customerId.isEmpty() ? "{}" : "{\"customerId\":\"" + customerId + "\"}";
        String cart = assertStatus(201, api.post("/v1/carts").json(body).send())
                .header("Location")
                .orElseThrow();
        assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"" + sku + "\",\"quantity\":2}")
                        .send());
        return cart;
    }

    private Reply bought(String body) {
        return assertStatus(
                201, api.post(filled("A1", "") + "/checkout").key().json(body).send());
    }

    private static String path(Reply order) {
        return "/v1/orders/" + order.json().get("id").asText();
    }

    private static String said(JsonNode order, String result, long amountMinor) {
        return "{\"reference\":\"" + order.at("/payment/reference").asText() + "\",\"result\":\"" + result
                + "\",\"amount\":{\"amountMinor\":" + amountMinor + ",\"currency\":\"BRL\"}}";
    }

    @Test
    void makesAPaidOrderOfACart() {
        stocked("A1", 10);
        String cart = filled("A1", "");
        Reply made = assertStatus(
                201, api.post(cart + "/checkout").key("buy").json(PAID_AT_ONCE).send());
        assertEquals(path(made), made.header("Location").orElse(""));
        assertEquals("no-store", made.header("Cache-Control").orElse(""));
        assertEquals("CONFIRMED", made.json().get("state").asText());
        assertEquals(9_780, made.json().at("/total/amountMinor").asLong());
        assertEquals(4_890, made.json().at("/lines/0/unitPrice/amountMinor").asLong());
        assertEquals(9_780, made.json().at("/payment/received/amountMinor").asLong());
        Reply shown = assertStatus(200, api.get(path(made)).send());
        assertEquals(made.json(), shown.json());
        assertStatus(
                304, api.get(path(made)).header("If-None-Match", shown.etag()).send());

        Reply again = assertStatus(
                201, api.post(cart + "/checkout").key("buy").json(PAID_AT_ONCE).send());
        assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
        assertEquals(made.body(), again.body());
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REUSED,
                api.post(cart + "/checkout").key("buy").json(PAID_LATER).send());
        assertProblem(
                ProblemCode.CART_NOT_OPEN,
                api.post(cart + "/checkout").key().json(PAID_AT_ONCE).send());
        assertProblem(
                ProblemCode.CART_NOT_OPEN,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":1}")
                        .send());
    }

    @Test
    void refusesACheckoutThatCannotBe() {
        stocked("A1", 1);
        String cart = filled("A1", "");
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REQUIRED,
                api.post(cart + "/checkout").json(PAID_AT_ONCE).send());
        Reply short1 = assertProblem(
                ProblemCode.INSUFFICIENT_STOCK,
                api.post(cart + "/checkout").key().json(PAID_AT_ONCE).send());
        assertEquals(1, short1.json().at("/shortages/0/available").asLong());
        assertProblem(
                ProblemCode.EMPTY_CART,
                api.post(cart() + "/checkout").key().json(PAID_AT_ONCE).send());
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.post("/v1/carts/cart_" + "0".repeat(32) + "/checkout")
                        .key()
                        .json(PAID_AT_ONCE)
                        .send());
        stocked("B1", 5);
        Reply declined = assertProblem(
                ProblemCode.PAYMENT_DECLINED,
                api.post(filled("B1", "") + "/checkout")
                        .key()
                        .json("{\"paymentMethod\":\"declined\"}")
                        .send());
        assertTrue(declined.json().get("orderId").asText().startsWith("ord_"), declined::toString);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/paymentMethod|{}",
                "/paymentMethod|{\"paymentMethod\":\"\"}",
                "/paymentMethod|{\"paymentMethod\":\"4111111111111111\"}",
                "/paymentMethod|{\"paymentMethod\":\"Two Words\"}",
                "/total|{\"paymentMethod\":\"card\",\"total\":{\"amountMinor\":1,\"currency\":\"BRL\"}}",
                "/customer/email|{\"paymentMethod\":\"card\",\"customer\":{\"email\":\"nobody\"}}",
                "/shippingAddress/city|{\"paymentMethod\":\"card\",\"shippingAddress\":{\"name\":\"Ana\",\"line1\":\"x\","
                        + "\"postalCode\":\"1\",\"country\":\"BR\"}}"
            })
    void namesWhatIsWrongWithACheckout(String pointerAndBody) {
        String[] parts = pointerAndBody.split("\\|", 2);
        assertInvalid(
                parts[0], api.post(cart() + "/checkout").key().json(parts[1]).send());
    }

    @Test
    void takesTheProvidersWordOnce() {
        stocked("A1", 10);
        Reply waiting = bought(PAID_LATER);
        assertEquals("PENDING_PAYMENT", waiting.json().get("state").asText());
        assertTrue(waiting.json().has("payBy"), waiting::toString);
        String payments = path(waiting) + "/payments";
        assertProblem(
                ProblemCode.IDEMPOTENCY_KEY_REQUIRED,
                api.post(payments).json(said(waiting.json(), "APPROVED", 9_780)).send());
        assertInvalid(
                "/result",
                api.post(payments)
                        .key()
                        .json(said(waiting.json(), "PERHAPS", 9_780))
                        .send());
        String foreign = said(waiting.json(), "APPROVED", 9_780)
                .replace(waiting.json().at("/payment/reference").asText(), "another");
        assertProblem(
                ProblemCode.ORDER_NOT_PAYABLE,
                api.post(payments).key().json(foreign).send());
        assertProblem(
                ProblemCode.ORDER_NOT_FOUND,
                api.post("/v1/orders/" + NO_ORDER + "/payments")
                        .key()
                        .json(foreign)
                        .send());
        for (int i = 0; i < 2; i++) {
            Reply paid = assertStatus(
                    200,
                    api.post(payments)
                            .key()
                            .json(said(waiting.json(), "APPROVED", 9_780))
                            .send());
            assertEquals("CONFIRMED", paid.json().get("state").asText());
            assertFalse(paid.json().has("payBy"), paid::toString);
        }
        Reply other = bought(PAID_LATER);
        Reply short1 = assertStatus(
                200,
                api.post(path(other) + "/payments")
                        .key()
                        .json(said(other.json(), "APPROVED", 1))
                        .send());
        assertNotEquals("CONFIRMED", short1.json().get("state").asText());
    }

    @Test
    void sendsAnOrderOnItsWayOrTakesItBack() {
        stocked("A1", 10);
        String order = path(bought(PAID_AT_ONCE));
        assertProblem(
                ProblemCode.INVALID_TRANSITION, api.post(order + "/deliver").send());
        for (String step : List.of("fulfil", "fulfil", "deliver")) {
            Reply reply = assertStatus(200, api.post(order + "/" + step).send());
            assertEquals(
                    step.equals("deliver") ? "DELIVERED" : "FULFILLED",
                    reply.json().get("state").asText());
        }
        assertProblem(
                ProblemCode.NOT_CANCELLABLE,
                api.post(order + "/cancel")
                        .key()
                        .json("{\"reason\":\"mudei de ideia\"}")
                        .send());
        String taken = path(bought(PAID_AT_ONCE));
        assertInvalid("/reason", api.post(taken + "/cancel").key().json("{}").send());
        Reply cancelled = assertStatus(
                200,
                api.post(taken + "/cancel")
                        .key()
                        .json("{\"reason\":\"mudei de ideia\"}")
                        .send());
        assertEquals("CANCELLED", cancelled.json().get("state").asText());
        assertProblem(
                ProblemCode.ORDER_NOT_FOUND,
                api.post("/v1/orders/" + NO_ORDER + "/fulfil").send());
        assertProblem(
                ProblemCode.ORDER_NOT_FOUND, api.get("/v1/orders/nonsense").send());
    }

    @Test
    void pagesThroughOrdersOfOneCustomer() {
        stocked("A1", 100);
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Reply order = assertStatus(
                    201,
                    api.post(filled("A1", "ana") + "/checkout")
                            .key()
                            .json(i == 2 ? PAID_LATER : PAID_AT_ONCE)
                            .send());
            made.add(order.json().get("id").asText());
        }
        bought(PAID_AT_ONCE);
        assertEquals(made, seen("/v1/orders?customerId=ana&limit=2"));
        assertEquals(List.of(made.get(2)), seen("/v1/orders?customerId=ana&state=PENDING_PAYMENT&limit=2"));
        assertEquals(6, seen("/v1/orders?limit=4").size());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get("/v1/orders?state=SOMEWHERE").send());
        String cursor = assertStatus(200, api.get("/v1/orders?limit=2").send())
                .json()
                .at("/page/nextCursor")
                .asText();
        assertProblem(
                ProblemCode.INVALID_CURSOR,
                api.get("/v1/orders?customerId=ana&limit=2&cursor=" + cursor).send());
    }

    /** Oldest first, as nothing of one instant is told to be before another. */
    private List<String> seen(String first) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            Reply page = assertStatus(
                    200,
                    api.get(first + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                            .send());
            page.json().get("items").forEach(item -> ids.add(item.get("id").asText()));
            cursor = page.json().at("/page/nextCursor").asText();
        } while (!cursor.isEmpty());
        return ids.stream().sorted().toList();
    }

    @Test
    void tellsACustomerAllAndForgetsThePersonOnly() {
        stocked("A1", 10);
        Reply made = assertStatus(
                201,
                api.post(filled("A1", "ana") + "/checkout")
                        .key()
                        .json(WITH_PERSON)
                        .send());
        assertFalse(made.body().contains("exemplo"), made::toString);
        Reply file = assertStatus(200, api.get("/v1/customers/ana/export").send());
        assertEquals("ana@exemplo.com.br", file.json().at("/orders/0/email").asText());
        assertEquals("Recife", file.json().at("/orders/0/shippingAddress/city").asText());
        assertEquals(made.json().get("id"), file.json().at("/orders/0/order/id"));
        assertEquals("A1", file.json().at("/carts/0/lines/0/sku").asText());
        for (int i = 0; i < 2; i++) {
            assertStatus(204, api.delete("/v1/customers/ana").send());
        }
        assertProblem(
                ProblemCode.CUSTOMER_NOT_FOUND,
                api.get("/v1/customers/ana/export").send());
        Reply kept = assertStatus(200, api.get(path(made)).send());
        assertEquals(made.json().get("total"), kept.json().get("total"));
    }

    /** Whoever can have a cart can ask for what is kept: both count characters, not what a character takes up. */
    @Test
    void countsTheCharactersOfACustomerAsCartsDo() {
        String customer = "🍰".repeat(100);
        assertStatus(
                201,
                api.post("/v1/carts")
                        .json("{\"customerId\":\"" + customer + "\"}")
                        .send());
        String path = "/v1/customers/" + URLEncoder.encode(customer, StandardCharsets.UTF_8);
        assertEquals(
                customer,
                assertStatus(200, api.get(path + "/export").send())
                        .json()
                        .get("customerId")
                        .asText());
        assertStatus(204, api.delete(path).send());
        assertProblem(
                ProblemCode.INVALID_PARAMETER,
                api.get(path + "%F0%9F%8D%B0/export").send());
    }
}
