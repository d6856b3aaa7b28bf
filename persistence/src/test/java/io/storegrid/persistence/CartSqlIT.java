package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Carts as rows: what is read is what was written, the order of lines too. */
@Timeout(60)
class CartSqlIT {

    private static final long AT = 1_700_000_000_123_456L;

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void close() {
        database.close();
    }

    /** "A2 B1": 2 units of A, 1 of B. */
    private static Cart cart(String lines, long version) {
        List<CartLine> parsed = lines.isEmpty()
                ? List.of()
                : Arrays.stream(lines.split(" ", -1))
                        .map(line -> new CartLine(line.substring(0, 1), Integer.parseInt(line.substring(1))))
                        .toList();
        return new Cart(
                "cart_1", false, "BRL", null, parsed, null, 0, null, version, AT, AT + version, AT + version + 1);
    }

    @ParameterizedTest(name = "[{0}] becomes [{1}], then [{2}]")
    @CsvSource(emptyValue = "", textBlock = """
            # what several commands of one batch may do to a cart at once
            'A1 B1',    'A1 B1 C1',    'A1 C1'
            'A1 B1',    'A2 B1',       'A2 B3'
            'A1 B1',    'B1 A1',       'B1 A1 C1'
            'A1 B1',    'B1 A2',       'B1 A3'
            'A1 B1',    'A1 C1 B1',    'A1 C1 B1 D1'
            'A1 B1 C1', 'C1 D1 A1 B2', 'C1 A1 B2'
            'A1 B1 C1', 'B2 C1 A1',    'A1 B2'
            'A1 B1',    '',            'B1 A1'
            """)
    void linesAreReadInTheOrderOfTheCart(String first, String second, String third) throws SQLException {
        try (Connection connection = database.connect()) {
            Cart before = null;
            long version = 1;
            for (String lines : List.of(first, second, third)) {
                Cart after = cart(lines, version);
                assertEquals(1, write(connection, List.of(new CartSql.Change(before, after))));
                assertEquals(Map.of("cart_1", after), CartSql.read(connection, List.of("cart_1")));
                before = after;
                version += 3;
            }
        }
    }

    @Test
    void aCartIsWrittenOnlyOverTheVersionItWasDecidedOn() throws SQLException {
        try (Connection connection = database.connect()) {
            Cart one = cart("A1", 1);
            connection.setAutoCommit(false);
            assertEquals(1, write(connection, List.of(new CartSql.Change(null, one))));
            connection.commit();
            assertEquals(0, write(connection, List.of(new CartSql.Change(null, cart("B1", 1)))));
            connection.rollback();
            assertEquals(0, write(connection, List.of(new CartSql.Change(cart("A1", 2), cart("B1", 3)))));
            connection.rollback();
            assertEquals(Map.of("cart_1", one), CartSql.lock(connection, List.of("cart_1", "cart_2")));
        }
    }

    private static int write(Connection connection, List<CartSql.Change> changes) throws SQLException {
        return RoundTrip.alone(connection, trip -> CartSql.write(trip, changes));
    }
}
