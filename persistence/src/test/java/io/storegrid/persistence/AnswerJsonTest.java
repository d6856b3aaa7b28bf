package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LineRefusal;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class AnswerJsonTest {

    /** Of an answer's fields, those that a record does not hold, on purpose. */
    private static final Set<String> NOT_RECORDED = Set.of("refusedLines", "replayed");

    private static final Answer BARE = Answer.of(Outcome.CHANGED, 1_700_000_000_123_456L);

    private static final Reservation HOLD = new Reservation(
            "rsv_1",
            HoldState.HELD,
            "cart_1",
            null,
            List.of(new ReservationLine("A", 1), new ReservationLine("B", 2)),
            1,
            2,
            3);

    private static final Cart CART = new Cart(
            "cart_1",
            false,
            "BRL",
            "maria",
            List.of(new CartLine("B", 1), new CartLine("A", 2)),
            "rsv_1",
            0,
            null,
            9,
            1,
            2,
            3);

    private static final Order ORDER = Order.place(
            "ord_1",
            "cart_1",
            "rsv_1",
            List.of(new OrderLine("B", "Pão de mel \"especial\" 🍯", 2, 1_990), new OrderLine("A", "", 1, 0)),
            "BRL",
            "pix",
            "reference",
            "key \"1\"",
            1,
            2);

    private static final Product PRODUCT = new Product(
            "A",
            "Pão de mel \"especial\" 🍯",
            "Linha 1\nlinha 2\u2028\\",
            "Pães de mel",
            new Money(10_000_000_000L, "BRL"),
            Map.of("peso", "50 g", "", "vazio"),
            List.of("https://example.org/a.jpg", "https://example.org/b.jpg"),
            0,
            true,
            4,
            5);

    static Stream<Answer> answers() {
        return Stream.of(
                BARE,
                BARE.withRef("adj \"1\" ç\u0001"),
                BARE.withCurrentVersion(Long.MAX_VALUE),
                BARE.withShortages(List.of(new Shortage("A", 3, 2), new Shortage("B", 2_147_483_648L, 0))),
                BARE.withReservation(HOLD),
                BARE.withReservation(new Reservation("rsv_1", HoldState.EXPIRED, null, null, HOLD.lines(), 1, 2, 3)),
                BARE.withInventory(new InventoryItem("A", 1_000_000_000, 7, Long.MAX_VALUE)),
                BARE.withCart(CART),
                BARE.withCart(new Cart("cart_1", true, "BRL", null, List.of(), null, 0, null, 9, 1, 2, 3)),
                BARE.withReservation(
                        new Reservation("rsv_1", HoldState.HELD, "cart_1", "ord_1", HOLD.lines(), 1, 2, 3)),
                BARE.withCart(CART.heldBy("rsv_2", true, 4).orderedAs("ord_1", "rsv_2", 5)),
                BARE.withOrder(ORDER),
                BARE.withOrder(ORDER.paid("rsv_2", new Money(7, "BRL"), 9)),
                BARE.withProduct(PRODUCT),
                BARE.withProduct(
                        new Product("A", "", "", "", new Money(0, "BRL"), Map.of(), List.of(), 3, false, 1, 5)),
                BARE.withProduct(
                        new Product("A", "", "", "", new Money(0, "BRL"), Map.of(), List.of(), 0, false, 1, 5)),
                BARE.withRef("all")
                        .withCurrentVersion(3)
                        .withShortages(List.of(new Shortage("A", 3, 2)))
                        .withReservation(HOLD)
                        .withInventory(new InventoryItem("A", 5, 1, 2))
                        .withCart(CART)
                        .withOrder(ORDER)
                        .withProduct(PRODUCT));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void whatIsWrittenIsRead(Answer answer) {
        assertEquals(answer, AnswerJson.read("CHANGED", AnswerJson.write(answer)));
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void everyOutcomeComesBackFromItsColumn(Outcome outcome) {
        Answer answer = Answer.of(outcome, 7);
        assertEquals(answer, AnswerJson.read(outcome.name(), AnswerJson.write(answer)));
    }

    @Test
    void everyFieldIsRecordedOrLeftOutOnPurpose() throws IllegalAccessException {
        Answer full = answers().reduce((first, last) -> last).orElseThrow();
        Set<String> empty = new TreeSet<>();
        for (Field field : Answer.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && !NOT_RECORDED.contains(field.getName())) {
                field.setAccessible(true);
                Object value = field.get(full);
                if (value == null || value.equals(0L) || value.equals(false)) {
                    empty.add(field.getName());
                }
            }
        }
        assertEquals(Set.of(), empty, "a field that no row of this test fills");
        assertEquals(
                NOT_RECORDED,
                Arrays.stream(Answer.class.getDeclaredFields())
                        .map(Field::getName)
                        .filter(NOT_RECORDED::contains)
                        .collect(Collectors.toSet()));
    }

    @Test
    void whatIsNotRecordedIsNotRead() {
        Answer answer = BARE.withRefusedLines(List.of(new LineRefusal(1, Outcome.BELOW_RESERVED)))
                .asReplayed();
        Answer read = AnswerJson.read("CHANGED", AnswerJson.write(answer));
        assertEquals(List.of(), read.refusedLines());
        assertFalse(read.replayed());
    }

    @Test
    void membersOfALaterVersionAreSkipped() {
        assertEquals(Answer.of(Outcome.CHANGED, 7), AnswerJson.read("CHANGED", "{\"at\":7,\"later\":{\"x\":[1]}}"));
    }

    @Test
    void whatIsNoAnswerIsADefect() {
        assertThrows(InvariantViolation.class, () -> AnswerJson.read("CHANGED", "{"));
    }
}
