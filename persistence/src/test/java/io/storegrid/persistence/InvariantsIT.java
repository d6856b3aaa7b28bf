package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each statement of {@link Invariants} finds what was planted for it, and none finds anything in a healthy store. */
@Timeout(90)
class InvariantsIT {

    private static @Nullable TestDatabase shared;

    private static TestDatabase database() {
        return Objects.requireNonNull(shared);
    }

    /** A: 10 came, 2 sold, 3 held, 1 given back, 1 expired. B: 5 came, 2 counted away, 3 held in the same hold. */
    @BeforeAll
    static void healthyRows() {
        shared = TestDatabase.create();
        // The invariants do not look at hashes.
        database().execute("ALTER TABLE stock_ledger ALTER COLUMN hash SET DEFAULT ''");
        database().execute("""
                INSERT INTO inventory VALUES ('A', 8, 3, 8), ('B', 3, 3, 3);
                INSERT INTO reservation VALUES
                    ('sold', 'CONFIRMED', NULL, now(), now(), 2), ('held', 'HELD', NULL, now(), now(), 1),
                    ('given', 'RELEASED', NULL, now(), now(), 2), ('over', 'EXPIRED', NULL, now(), now(), 2);
                INSERT INTO reservation_line VALUES
                    ('sold', 'A', 2), ('held', 'A', 3), ('held', 'B', 3), ('given', 'A', 1), ('over', 'A', 1);
                INSERT INTO stock_ledger VALUES
                    ('A', 1, 10, 0, 'INITIAL', 'i', now()), ('A', 2, 0, 2, 'RESERVED', 'sold', now()),
                    ('A', 3, 0, 3, 'RESERVED', 'held', now()), ('A', 4, -2, -2, 'CONFIRMED', 'sold', now()),
                    ('A', 5, 0, 1, 'RESERVED', 'given', now()), ('A', 6, 0, -1, 'RELEASED', 'given', now()),
                    ('A', 7, 0, 1, 'RESERVED', 'over', now()), ('A', 8, 0, -1, 'EXPIRED', 'over', now()),
                    ('B', 1, 5, 0, 'INITIAL', 'i', now()), ('B', 2, -2, 0, 'COUNTED', 'c', now()),
                    ('B', 3, 0, 3, 'RESERVED', 'held', now());
                UPDATE reservation SET order_id = 'paid' WHERE id = 'sold';
                UPDATE reservation SET order_id = 'asked' WHERE id = 'held';
                INSERT INTO cart (id, currency, version, created_at, updated_at, expires_at, order_id)
                VALUES ('c1', 'BRL', 2, now(), now(), now(), 'paid');
                INSERT INTO orders (id, state, cart_id, reservation_id, currency, total_minor, lines, payment_state,
                                    payment_method, payment_reference, version, created_at, updated_at, pay_by)
                VALUES ('paid', 'CONFIRMED', 'c1', 'sold', 'BRL', 9, '[]', 'APPROVED', 'pix', 'r', 2, now(), now(), now()),
                       ('asked', 'PENDING_PAYMENT', 'c2', 'held', 'BRL', 9, '[]', 'REQUESTED', 'pix', 'q', 1, now(), now(),
                        now());
                INSERT INTO order_event (order_id, version, type, state, payment_state, at)
                VALUES ('paid', 1, 'CREATED', 'PENDING_PAYMENT', 'REQUESTED', now()),
                       ('paid', 2, 'CONFIRMED', 'CONFIRMED', 'APPROVED', now()),
                       ('asked', 1, 'CREATED', 'PENDING_PAYMENT', 'REQUESTED', now());
                INSERT INTO order_step (order_id, due_at) VALUES ('asked', now())""");
    }

    @AfterAll
    static void close() {
        database().close();
    }

    /** The invariants that do not hold after {@code sql}, which is rolled back. */
    private static Set<String> broken(String sql) throws SQLException {
        try (Connection connection = database().connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute(sql);
            Set<String> broken = Invariants.violations(connection).stream()
                    .map(violation -> violation
                            .invariant()
                            .substring(0, violation.invariant().indexOf(' ')))
                    .collect(Collectors.toSet());
            connection.rollback();
            return broken;
        }
    }

    @Test
    void nothingIsFoundInAHealthyStoreOrInNone() throws SQLException {
        assertEquals(Set.of(), broken("SELECT 1"));
        assertEquals(
                Set.of(),
                broken(
                        "TRUNCATE inventory, reservation, reservation_line, stock_ledger, orders, order_event, order_step, cart"));
    }

    static Stream<Arguments> plants() {
        String unchecked = "ALTER TABLE inventory DROP CONSTRAINT inventory_holds_what_it_promises;";
        return Stream.of(
                Arguments.of(
                        "more reserved than there is",
                        "I1",
                        unchecked + "UPDATE inventory SET on_hand = 2 WHERE sku = 'A'"),
                Arguments.of(
                        "less than nothing reserved",
                        "I1",
                        unchecked + "UPDATE inventory SET reserved = -1 WHERE sku = 'A'"),
                Arguments.of("units reserved for nobody", "I2", "UPDATE inventory SET reserved = 4 WHERE sku = 'A'"),
                Arguments.of(
                        "a held line without reserved units",
                        "I2",
                        "UPDATE reservation SET state = 'HELD' WHERE id = 'given'"),
                Arguments.of(
                        "units that left without a sale", "I3", "UPDATE inventory SET on_hand = 7 WHERE sku = 'A'"),
                Arguments.of(
                        "a sale of units that stayed",
                        "I3",
                        "UPDATE reservation SET state = 'CONFIRMED' WHERE id = 'given'"),
                Arguments.of(
                        "a row that the ledger does not reach",
                        "I4",
                        "UPDATE stock_ledger SET delta_on_hand = -1 WHERE sku = 'B' AND version = 2"),
                Arguments.of("a row without a ledger", "I4", "INSERT INTO inventory VALUES ('C', 1, 0, 1)"),
                Arguments.of(
                        "a ledger without a row",
                        "I4",
                        "INSERT INTO stock_ledger VALUES ('C', 1, 0, 0, 'INITIAL', 'i', now())"),
                Arguments.of(
                        "a gap",
                        "I5",
                        "UPDATE stock_ledger SET version = 9 WHERE sku = 'A' AND version = 8; UPDATE inventory SET version = 9 WHERE sku = 'A'"),
                Arguments.of("a row ahead of its ledger", "I5", "UPDATE inventory SET version = 9 WHERE sku = 'A'"),
                Arguments.of(
                        "a ledger that does not begin at 1",
                        "I5",
                        "UPDATE stock_ledger SET version = version + 100 WHERE sku = 'B'; UPDATE stock_ledger SET version = version - 99 WHERE sku = 'B'; UPDATE inventory SET version = 4 WHERE sku = 'B'"),
                Arguments.of(
                        "two changes under one version",
                        "I5",
                        "ALTER TABLE stock_ledger DROP CONSTRAINT stock_ledger_pkey; UPDATE stock_ledger SET version = 2 WHERE sku = 'B' AND version = 3; UPDATE inventory SET version = 2 WHERE sku = 'B'"),
                Arguments.of(
                        "an oversell that was made good later",
                        "I6",
                        "UPDATE stock_ledger SET version = 101 WHERE sku = 'A' AND version = 1;"
                                + " UPDATE stock_ledger SET version = 1 WHERE sku = 'A' AND version = 2;"
                                + " UPDATE stock_ledger SET version = 2 WHERE sku = 'A' AND version = 101"),
                Arguments.of(
                        "a line that left twice",
                        "I7",
                        "INSERT INTO stock_ledger VALUES ('A', 9, 0, -3, 'RELEASED', 'held', now()), ('A', 10, 0, -3, 'EXPIRED', 'held', now())"),
                Arguments.of(
                        "a line that left and never entered",
                        "I7",
                        "UPDATE stock_ledger SET reason = 'ADJUSTED' WHERE ref = 'over' AND reason = 'RESERVED'"),
                Arguments.of(
                        "a line that entered twice",
                        "I7",
                        "INSERT INTO stock_ledger VALUES ('A', 9, 0, 3, 'RESERVED', 'held', now())"),
                Arguments.of(
                        "a line of another quantity",
                        "I8",
                        "UPDATE reservation_line SET quantity = 2 WHERE reservation_id = 'held' AND sku = 'B'"),
                Arguments.of(
                        "a line that is not stored",
                        "I8",
                        "DELETE FROM reservation_line WHERE reservation_id = 'held' AND sku = 'B'"),
                Arguments.of(
                        "a reservation without lines",
                        "I8",
                        "INSERT INTO reservation VALUES ('bare', 'HELD', NULL, now(), now(), 1)"),
                Arguments.of("lines without a reservation", "I8", "DELETE FROM reservation WHERE id = 'over'"),
                Arguments.of(
                        "a settlement of a live hold", "I9", "UPDATE reservation SET state = 'HELD' WHERE id = 'over'"),
                Arguments.of(
                        "a state without its settlement",
                        "I9",
                        "UPDATE reservation SET state = 'RELEASED' WHERE id = 'held'"),
                Arguments.of(
                        "a settlement of another state",
                        "I9",
                        "UPDATE reservation SET state = 'EXPIRED' WHERE id = 'given'"),
                Arguments.of(
                        "a paid order whose units another's reservation sold",
                        "I10",
                        "UPDATE reservation SET order_id = NULL WHERE id = 'sold'"),
                Arguments.of(
                        "sold units of an order that nobody paid",
                        "I10",
                        "UPDATE orders SET state = 'PAYMENT_FAILED' WHERE id = 'paid'"),
                Arguments.of(
                        "a hold of an order that has another one",
                        "I10",
                        "UPDATE orders SET reservation_id = 'given' WHERE id = 'asked'"),
                Arguments.of(
                        "a version of an order without its entry",
                        "O1",
                        "DELETE FROM order_event WHERE order_id = 'paid' AND version = 1"),
                Arguments.of(
                        "a history that ends in another state",
                        "O1",
                        "UPDATE order_event SET state = 'FULFILLED' WHERE order_id = 'paid' AND version = 2"),
                Arguments.of("money that nobody looks after", "O2", "DELETE FROM order_step"),
                Arguments.of(
                        "a step of an order that is done", "O2", "INSERT INTO order_step VALUES ('paid', now(), 0)"),
                Arguments.of(
                        "a cancelled order that was not restocked",
                        "O3",
                        "UPDATE orders SET state = 'CANCELLED' WHERE id = 'paid'"),
                Arguments.of(
                        "units of a sold order that came back",
                        "O3",
                        "INSERT INTO stock_ledger VALUES ('A', 9, 2, 0, 'RESTOCKED', 'paid', now())"),
                Arguments.of(
                        "a cart that became an order that is not there",
                        "O4",
                        "UPDATE cart SET order_id = 'nobody' WHERE id = 'c1'"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("plants")
    void whatIsPlantedIsFound(String what, String invariant, String sql) throws SQLException {
        Set<String> broken = broken(sql);
        assertTrue(broken.contains(invariant), () -> what + ": " + broken);
    }

    @Test
    void everyInvariantHasAPlant() {
        Set<String> planted = plants().map(row -> String.valueOf(row.get()[1])).collect(Collectors.toSet());
        List<String> names = Invariants.names().stream()
                .map(name -> name.substring(0, name.indexOf(' ')))
                .distinct()
                .toList();
        assertEquals(Set.copyOf(names), planted);
    }
}
