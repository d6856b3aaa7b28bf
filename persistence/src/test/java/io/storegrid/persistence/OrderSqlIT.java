package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderEventType;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Person;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class OrderSqlIT {

    private static final long AT = 1_790_000_000_000_000L;

    private static Order order(int number) {
        return Order.place(
                "ord_" + number,
                "cart_" + number,
                "rsv_" + number,
                List.of(new OrderLine("A", "Água de coco", 2, 1_500), new OrderLine("B", "Brigadeiro", 1, 2_000)),
                "BRL",
                "pix",
                "reference-" + number,
                "key-" + number,
                AT + number,
                AT + 1_800_000_000L);
    }

    private static OrderSql.Change made(Order order, long dueAtMicros) {
        return new OrderSql.Change(null, List.of(new OrderSql.Entry(order, OrderEventType.CREATED, null)), dueAtMicros);
    }

    private static int write(Connection connection, OrderSql.Change... changes) throws SQLException {
        return RoundTrip.alone(connection, trip -> OrderSql.write(trip, List.of(changes), AT));
    }

    @Test
    void keepsEveryVersionAndRefusesAChangeOfAnotherThanItWasDecidedOn() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Connection connection = database.connect()) {
            Order first = order(1);
            assertEquals(1, write(connection, made(first, AT)));
            assertEquals(Map.of(first.id(), first), OrderSql.read(connection, List.of(first.id(), "ord_none")));

            Order paid = first.paid("rsv_9", new Money(5_000, "BRL"), AT + 5);
            OrderSql.Change confirm =
                    new OrderSql.Change(first, List.of(new OrderSql.Entry(paid, OrderEventType.CONFIRMED, null)), 0);
            assertEquals(1, write(connection, confirm));
            assertEquals(paid, OrderSql.lock(connection, List.of(first.id())).get(first.id()));

            connection.setAutoCommit(false);
            OrderSql.Change stale = new OrderSql.Change(
                    first.awaitingPayment(AT + 6),
                    List.of(new OrderSql.Entry(
                            first.awaitingPayment(AT + 6).paymentFailed(AT + 7),
                            OrderEventType.PAYMENT_FAILED,
                            "late")),
                    0);
            // Version 2 is there, but as another one: the tripwire of the history says so even where the number fits.
            SQLException refused = org.junit.jupiter.api.Assertions.assertThrows(SQLException.class, () -> {
                write(connection, stale);
                write(connection, stale);
            });
            assertEquals("23505", refused.getSQLState());
            connection.rollback();
        }
    }

    @Test
    void aBatchMayMakeAnOrderAndMoveItOn() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Connection connection = database.connect()) {
            Order first = order(1);
            Order paid = first.paid("rsv_1", first.total(), AT + 5);
            OrderSql.Change both = new OrderSql.Change(
                    null,
                    List.of(
                            new OrderSql.Entry(first, OrderEventType.CREATED, null),
                            new OrderSql.Entry(paid, OrderEventType.CONFIRMED, null)),
                    0);
            assertEquals(2, write(connection, both, made(order(2), AT)));
            assertEquals(paid, OrderSql.read(connection, List.of(first.id())).get(first.id()));
        }
    }

    @Test
    void aStepIsOneTakersAtATimeAndComesBack() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Connection one = database.connect();
                Connection two = database.connect()) {
            write(one, made(order(1), AT), made(order(2), AT));
            assertTrue(OrderSql.nextStepIn(one) < 0);
            one.setAutoCommit(false);
            assertEquals(1, OrderSql.claimSteps(one, 60_000, 60_000, 1).size());
            // The other's row is passed over, not waited for.
            assertEquals(1, OrderSql.claimSteps(two, 60_000, 60_000, 10).size());
            one.commit();
            assertEquals(List.of(), OrderSql.claimSteps(two, 60_000, 60_000, 10));
            long next = OrderSql.nextStepIn(two);
            assertTrue(next > 30_000 && next <= 60_000, "next in " + next);
            // Whoever took it did nothing: a second taker waits longer.
            database.execute("UPDATE order_step SET due_at = clock_timestamp()");
            assertEquals(Set.of("ord_1", "ord_2"), Set.copyOf(OrderSql.claimSteps(two, 60_000, 1_000_000, 10)));
            assertTrue(OrderSql.nextStepIn(two) > 60_000);
        }
    }

    @Test
    void listsNewestFirstByStateAndCustomerWithoutLosingAny() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Connection connection = database.connect()) {
            for (int i = 0; i < 7; i++) {
                Order order = order(i);
                write(connection, made(order, AT));
                String customer = i % 2 == 0 ? "ana" : "bruno";
                RoundTrip.alone(
                        connection,
                        trip -> OrderSql.putPeople(
                                trip,
                                List.of(new OrderSql.Buyer(
                                        order.id(), new Person(customer, "a@b.example", Map.of("city", "São Paulo")))),
                                order.createdAtMicros()));
            }
            List<Order> page = OrderSql.list(connection, null, null, Long.MAX_VALUE, "", 3);
            assertEquals(
                    List.of("ord_6", "ord_5", "ord_4"),
                    page.stream().map(Order::id).toList());
            Order last = page.get(2);
            assertEquals(
                    List.of("ord_3", "ord_2", "ord_1", "ord_0"),
                    OrderSql.list(connection, null, null, last.createdAtMicros(), last.id(), 10).stream()
                            .map(Order::id)
                            .toList());
            assertEquals(
                    List.of("ord_6", "ord_4", "ord_2", "ord_0"),
                    OrderSql.list(connection, "ana", OrderState.PENDING_PAYMENT, Long.MAX_VALUE, "", 10).stream()
                            .map(Order::id)
                            .toList());
            assertEquals(List.of(), OrderSql.list(connection, "ana", OrderState.CONFIRMED, Long.MAX_VALUE, "", 10));
            assertEquals(4, OrderSql.forget(connection, "ana").size());
            assertEquals(List.of(), OrderSql.list(connection, "ana", null, Long.MAX_VALUE, "", 10));
            assertEquals(
                    7,
                    OrderSql.list(connection, null, null, Long.MAX_VALUE, "", 10)
                            .size());
            assertEquals(
                    "São Paulo",
                    OrderSql.people(connection, List.of("ord_1"))
                            .get(0)
                            .person()
                            .shippingAddress()
                            .get("city"));
        }
    }
}
