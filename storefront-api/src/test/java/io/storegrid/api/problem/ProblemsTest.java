package io.storegrid.api.problem;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.FaultCode;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemsTest {

    private static final Map<Outcome, String> REFUSALS = new EnumMap<>(Map.ofEntries(
            Map.entry(Outcome.KEY_REUSED, "422 idempotency-key-reused"),
            Map.entry(Outcome.PRODUCT_NOT_FOUND, "404 product-not-found"),
            Map.entry(Outcome.INVENTORY_NOT_FOUND, "404 inventory-not-found"),
            Map.entry(Outcome.CART_NOT_FOUND, "404 cart-not-found"),
            Map.entry(Outcome.RESERVATION_NOT_FOUND, "404 reservation-not-found"),
            Map.entry(Outcome.ORDER_NOT_FOUND, "404 order-not-found"),
            Map.entry(Outcome.HOLD_LIMIT, "409 hold-limit"),
            Map.entry(Outcome.ORDER_NOT_PAYABLE, "409 order-not-payable"),
            Map.entry(Outcome.NOT_CANCELLABLE, "409 not-cancellable"),
            Map.entry(Outcome.INVALID_TRANSITION, "409 invalid-transition"),
            Map.entry(Outcome.PAYMENT_DECLINED, "402 payment-declined"),
            Map.entry(Outcome.CART_NOT_OPEN, "409 cart-not-open"),
            Map.entry(Outcome.VERSION_CONFLICT, "412 version-conflict"),
            Map.entry(Outcome.EMPTY_CART, "422 empty-cart"),
            Map.entry(Outcome.QUANTITY_LIMIT, "422 quantity-limit"),
            Map.entry(Outcome.RESERVATION_NOT_HELD, "409 reservation-not-held"),
            Map.entry(Outcome.EXTENSION_LIMIT, "409 extension-limit"),
            Map.entry(Outcome.BELOW_RESERVED, "409 below-reserved"),
            Map.entry(Outcome.INSUFFICIENT_STOCK, "409 insufficient-stock")));

    private static final Map<FaultCode, String> FAULTS = new EnumMap<>(Map.of(
            FaultCode.STORE_UNAVAILABLE, "503 store-unavailable",
            FaultCode.OVERLOADED, "503 overloaded",
            FaultCode.NO_QUORUM, "503 no-quorum",
            FaultCode.DRAINING, "503 draining",
            FaultCode.IN_PROGRESS, "409 idempotency-in-progress",
            FaultCode.OUTCOME_UNKNOWN, "503 outcome-unknown",
            FaultCode.INTERNAL, "500 internal"));

    @Test
    void hasARowForEveryOutcomeAndFault() {
        Set<Outcome> refusals = EnumSet.allOf(Outcome.class);
        refusals.removeIf(Outcome::accepted);
        assertEquals(refusals, REFUSALS.keySet());
        assertEquals(EnumSet.allOf(FaultCode.class), FAULTS.keySet());
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void mapsOutcomes(Outcome outcome) {
        if (outcome.accepted()) {
            assertThrows(IllegalArgumentException.class, () -> Problems.codeOf(outcome));
            return;
        }
        assertEquals(REFUSALS.get(outcome), text(Problems.codeOf(outcome)));
        Problem bare = Problems.of(Answer.of(outcome, 0));
        assertEquals(Problems.codeOf(outcome), bare.code());
        assertTrue(!bare.detail().isBlank());
    }

    @ParameterizedTest
    @EnumSource(FaultCode.class)
    void mapsFaults(FaultCode fault) {
        ProblemCode code = Problems.codeOf(fault);
        assertEquals(FAULTS.get(fault), text(code));
        assertEquals(fault.retry() != FaultCode.Retry.NO, code.retryAfterSeconds() > 0);
    }

    @Test
    void carriesTheFactsOfARefusal() {
        assertEquals(
                Map.of("currentVersion", 8L),
                Problems.of(Answer.of(Outcome.VERSION_CONFLICT, 0).withCurrentVersion(8))
                        .extensions());
        assertEquals(
                Map.of("sku", "A1"),
                Problems.of(Answer.of(Outcome.INVENTORY_NOT_FOUND, 0).withRef("A1"))
                        .extensions());
        Problem shortage = Problems.of(Answer.of(Outcome.INSUFFICIENT_STOCK, 0)
                .withShortages(List.of(new Shortage("A1", 3, 1), new Shortage("A2", 2, 0))));
        assertEquals(
                Map.of(
                        "shortages",
                        List.of(
                                Map.of("sku", "A1", "requested", 3L, "available", 1L),
                                Map.of("sku", "A2", "requested", 2L, "available", 0L))),
                shortage.extensions());
    }

    @Test
    void tellsTooMuchStockWithItsOwnLimit() {
        Problem stock = Problems.of(Answer.of(Outcome.QUANTITY_LIMIT, 0).withRef("A1"));
        assertEquals(Map.of("sku", "A1"), stock.extensions());
        assertTrue(stock.detail().contains(Long.toString(Limits.ON_HAND_MAX)), stock.detail());
        Problem cart = Problems.of(Answer.of(Outcome.QUANTITY_LIMIT, 0));
        assertTrue(cart.detail().contains(Integer.toString(Limits.LINE_QUANTITY_MAX)), cart.detail());
    }

    @ParameterizedTest(name = "stored {0}, due at 100, told at {1}: {2}")
    @CsvSource({"CONFIRMED, 50, CONFIRMED", "RELEASED, 150, RELEASED", "HELD, 100, EXPIRED", "EXPIRED, 1, EXPIRED"})
    void saysInWhichStateAHoldIs(HoldState stored, long atMicros, HoldState told) {
        Reservation hold = new Reservation("rsv", stored, null, null, List.of(new ReservationLine("A1", 1)), 0, 100, 2);
        Problem problem =
                Problems.of(Answer.of(Outcome.RESERVATION_NOT_HELD, atMicros).withReservation(hold));
        assertEquals(Map.of("state", told), problem.extensions());
    }

    @Test
    void spellsEachCodeOnceAndFindsIt() {
        Set<String> seen = new HashSet<>();
        for (ProblemCode code : ProblemCode.values()) {
            assertTrue(seen.add(code.code()));
            assertEquals(code, ProblemCode.of(code.code()).orElseThrow());
            assertTrue(code.code().matches("[a-z]+(-[a-z]+)*"), code.code());
            assertTrue(code.meaning().endsWith("."), code.code());
            assertTrue(code.meaning().chars().noneMatch(c -> c == '<' || c == '&'), code.code());
            assertEquals(
                    code.status() == 503 || code.status() == 429, code.retryAfterSeconds() > 0 && code.status() != 409);
        }
    }

    @Test
    void writesTheMembersOfRfc9457First() {
        byte[] document =
                Problems.document(Problem.of(ProblemCode.EMPTY_CART, "d").with("x", 1), "/v1/carts/c", "id");
        assertEquals(
                "{\"type\":\"/problems/empty-cart\",\"title\":\"Empty cart\",\"status\":422,\"detail\":\"d\","
                        + "\"instance\":\"/v1/carts/c\",\"code\":\"empty-cart\",\"requestId\":\"id\",\"x\":1}",
                new String(document, StandardCharsets.UTF_8));
    }

    private static String text(ProblemCode code) {
        return code.status() + " " + code.code();
    }
}
