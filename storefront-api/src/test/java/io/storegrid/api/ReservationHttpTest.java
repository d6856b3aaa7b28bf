package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.problem.ProblemCode;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Reservations over HTTP. */
class ReservationHttpTest extends HttpFixture {

    private static final String NO_CART = "/v1/carts/cart_" + "0".repeat(32);
    private static final String NO_HOLD = "/v1/reservations/rsv_" + "0".repeat(36);

    @Test
    void refusesStockBelowWhatIsHeld() {
        stocked("A1", 5);
        reserve("A1", 3);
        assertProblem(
                ProblemCode.BELOW_RESERVED,
                api.put("/v1/inventory/A1")
                        .ifMatch("\"2\"")
                        .json("{\"onHand\":2}")
                        .send());
    }

    @Test
    void refusesAnIntegerOfThousandsOfDigits() {
        assertInvalid(
                "/lines/0/quantity",
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":" + "9".repeat(100_000) + "}]}")
                        .send());
    }

    @Test
    void reservesAndSettles() {
        stocked("A1", 5);
        Reply held = reserve("A1", 2);
        String path = held.header("Location").orElseThrow();
        assertEquals("HELD", held.json().get("state").asText());
        assertEquals("\"1\"", held.etag());
        assertStatus(304, api.get(path).header("If-None-Match", "\"1\"").send());
        assertEquals(
                "CONFIRMED",
                assertStatus(200, api.post(path + "/confirm").key().send())
                        .json()
                        .get("state")
                        .asText());
        Reply late = assertProblem(
                ProblemCode.RESERVATION_NOT_HELD, api.post(path + "/release").send());
        assertEquals("CONFIRMED", late.json().get("state").asText());
        String other = reserve("A1", 1).header("Location").orElseThrow();
        assertStatus(200, api.post(other + "/release").send());
        assertStatus(200, api.post(other + "/release").json("{}").send());
        assertProblem(
                ProblemCode.RESERVATION_NOT_HELD,
                api.post(other + "/confirm").key().send());
        assertInvalid(
                "/force", api.post(other + "/release").json("{\"force\":true}").send());
        for (String step : List.of("confirm", "release")) {
            assertProblem(
                    ProblemCode.RESERVATION_NOT_FOUND,
                    api.post(NO_HOLD + "/" + step).key().send());
            assertProblem(
                    ProblemCode.RESERVATION_NOT_FOUND,
                    api.post("/v1/reservations/x/" + step).key().send());
        }
        assertProblem(ProblemCode.RESERVATION_NOT_FOUND, api.get(NO_HOLD).send());
        assertProblem(
                ProblemCode.RESERVATION_NOT_FOUND, api.get("/v1/reservations/x").send());
    }

    @Test
    void readsAHoldPastItsTimeAsExpired() {
        stocked("A1", 5);
        Reply held = assertStatus(
                201,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":1}],\"ttlSeconds\":10}")
                        .send());
        String path = held.header("Location").orElseThrow();
        node.store().passes(Duration.ofSeconds(10));
        Reply read = assertStatus(
                200, api.get(path).header("If-None-Match", held.etag()).send());
        assertEquals("EXPIRED", read.json().get("state").asText());
        Reply refused = assertProblem(
                ProblemCode.RESERVATION_NOT_HELD,
                api.post(path + "/confirm").key().send());
        assertEquals("EXPIRED", refused.json().get("state").asText());
    }

    @Test
    void extendsWithinTheLimit() {
        stocked("A1", 5);
        String path = reserve("A1", 1).header("Location").orElseThrow();
        assertStatus(
                200, api.post(path + "/extend").json("{\"ttlSeconds\":1800}").send());
        node.store().passes(Duration.ofSeconds(1));
        assertProblem(
                ProblemCode.EXTENSION_LIMIT,
                api.post(path + "/extend").json("{\"ttlSeconds\":1800}").send());
        for (String ttl : List.of("0", "1801", "-5", "1.5")) {
            assertInvalid(
                    "/ttlSeconds",
                    api.post(path + "/extend")
                            .json("{\"ttlSeconds\":" + ttl + "}")
                            .send());
        }
        assertInvalid("/ttlSeconds", api.post(path + "/extend").json("{}").send());
    }

    @Test
    void namesAllShortages() {
        stocked("A1", 1);
        stocked("A2", 2);
        Reply reply = assertProblem(
                ProblemCode.INSUFFICIENT_STOCK,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A2\",\"quantity\":2},{\"sku\":\"A1\",\"quantity\":3},"
                                + "{\"sku\":\"A2\",\"quantity\":2}]}")
                        .send());
        assertEquals(
                "[{\"sku\":\"A1\",\"requested\":3,\"available\":1},{\"sku\":\"A2\",\"requested\":4,\"available\":2}]",
                reply.json().get("shortages").toString());
    }

    @Test
    void refusesReservations() {
        assertProblem(
                ProblemCode.INVENTORY_NOT_FOUND,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"B1\",\"quantity\":1}]}")
                        .send());
        assertInvalid("/lines", api.post("/v1/reservations").key().json("{}").send());
        assertInvalid(
                "/lines",
                api.post("/v1/reservations").key().json("{\"lines\":[]}").send());
        String many = IntStream.range(0, 51)
                .mapToObj(i -> "{\"sku\":\"S" + i + "\",\"quantity\":1}")
                .collect(Collectors.joining(","));
        assertInvalid(
                "/lines",
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[" + many + "]}")
                        .send());
        assertProblem(
                ProblemCode.QUANTITY_LIMIT,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":10000},{\"sku\":\"A1\",\"quantity\":1}]}")
                        .send());
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":1}],\"cartId\":\"x\"}")
                        .send());
        assertInvalid(
                "/lines/0/sku",
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"<b>\",\"quantity\":1}]}")
                        .send());
        assertInvalid(
                "/ttlSeconds",
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"A1\",\"quantity\":1}],\"ttlSeconds\":1801}")
                        .send());
    }

    @Test
    void reservesACartAndReplacesItsOwnHold() {
        stocked("A1", 3);
        String cart = cart();
        assertProblem(
                ProblemCode.EMPTY_CART, api.put(cart + "/reservation").key().send());
        assertStatus(
                200,
                api.post(cart + "/lines")
                        .json("{\"sku\":\"A1\",\"quantity\":2}")
                        .send());
        Reply held = assertStatus(
                201,
                api.put(cart + "/reservation").key().json("{\"ttlSeconds\":60}").send());
        Reply shown = api.get(cart).send();
        assertEquals(
                held.json().get("id").asText(),
                shown.json().get("reservationId").asText());
        assertEquals(3, shown.json().at("/lines/0/available").asLong());
        assertStatus(200, api.put(cart + "/reservation").key().send());
        node.store().passes(Duration.ofHours(1));
        assertTrue(!api.get(cart).send().json().has("reservationId"));
        assertProblem(
                ProblemCode.CART_NOT_FOUND,
                api.put(NO_CART + "/reservation").key().send());
    }

    private Reply reserve(String sku, int quantity) {
        return assertStatus(
                201,
                api.post("/v1/reservations")
                        .key()
                        .json("{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}]}")
                        .send());
    }
}
