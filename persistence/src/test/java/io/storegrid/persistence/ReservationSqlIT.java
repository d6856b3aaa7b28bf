package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds as rows: exact, settled once, on the database's clock. */
@Timeout(60)
class ReservationSqlIT {

    private static final long MINUTE = 60_000_000;

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void close() {
        database.close();
    }

    private static Reservation held(String id, long createdAt, long expiresAt) {
        return new Reservation(
                id,
                HoldState.HELD,
                null,
                null,
                List.of(new ReservationLine("A", 2), new ReservationLine("B", 1)),
                createdAt,
                expiresAt,
                1);
    }

    private static Reservation insert(Connection connection, String id, boolean due) throws SQLException {
        long now = Times.now(connection);
        Reservation hold = held(id, now - 2 * MINUTE, due ? now - MINUTE : now + MINUTE);
        insert(connection, List.of(hold));
        return hold;
    }

    @Test
    void whatIsWrittenIsReadToTheMicrosecond() throws SQLException {
        try (Connection connection = database.connect()) {
            long now = Times.now(connection);
            Reservation one = held("rsv_1", now - 1, now + 1_800_000_001L);
            Reservation two = new Reservation(
                    "rsv_2",
                    HoldState.HELD,
                    "cart_1",
                    null,
                    List.of(new ReservationLine("C", Integer.MAX_VALUE)),
                    1_700_000_000_999_999L,
                    1_700_000_001_000_001L,
                    1);
            insert(connection, List.of(one, two));

            Map<String, ReservationSql.Reading> readings =
                    ReservationSql.read(connection, List.of("rsv_2", "rsv_1", "rsv_none"));

            assertEquals(
                    Map.of(
                            "rsv_1", new ReservationSql.Reading(one, true),
                            "rsv_2", new ReservationSql.Reading(two, false)),
                    readings);
            assertEquals(readings, ReservationSql.lock(connection, List.of("rsv_2", "rsv_1")));
            assertEquals(2, ReservationSql.countLive(connection));
        }
    }

    @ParameterizedTest(name = "past its time {0}, to {1}: settled {2}")
    @CsvSource({
        "false, CONFIRMED, true",
        "false, RELEASED,  true",
        "false, EXPIRED,   false",
        "true,  EXPIRED,   true",
        "true,  CONFIRMED, false",
        "true,  RELEASED,  false"
    })
    void aSettlementHoldsOnlyOnTheDatabasesClock(boolean past, HoldState state, boolean settled) throws SQLException {
        try (Connection connection = database.connect()) {
            Reservation hold = insert(connection, "rsv_1", past);

            Map<String, Reservation> done = settle(connection, List.of(new ReservationSql.Settlement(hold, state)));

            assertEquals(settled ? Map.of("rsv_1", hold.settled(state)) : Map.of(), done);
            Reservation row = Objects.requireNonNull(
                            ReservationSql.read(connection, List.of("rsv_1")).get("rsv_1"))
                    .reservation();
            assertEquals(settled ? hold.settled(state) : hold, row);
        }
    }

    @Test
    void aHoldIsSettledOnce() throws SQLException {
        try (Connection connection = database.connect()) {
            Reservation hold = insert(connection, "rsv_1", false);
            Reservation other = insert(connection, "rsv_2", false);
            ReservationSql.Settlement first = new ReservationSql.Settlement(hold, HoldState.CONFIRMED);
            ReservationSql.Settlement second = new ReservationSql.Settlement(hold, HoldState.RELEASED);
            ReservationSql.Settlement of2 = new ReservationSql.Settlement(other, HoldState.RELEASED);

            assertEquals(Set.of("rsv_1"), settle(connection, List.of(first)).keySet());
            assertEquals(
                    Set.of("rsv_2"), settle(connection, List.of(second, of2)).keySet());
            assertEquals(0, ReservationSql.countLive(connection));
        }
    }

    @Test
    void holdsOfOneBatchEndEachInItsOwnState() throws SQLException {
        try (Connection connection = database.connect()) {
            Reservation sold = insert(connection, "rsv_3", false);
            Reservation freed = insert(connection, "rsv_2", false);
            Reservation over = insert(connection, "rsv_1", true);

            Map<String, Reservation> settled = settle(
                    connection,
                    List.of(
                            new ReservationSql.Settlement(sold, HoldState.CONFIRMED),
                            new ReservationSql.Settlement(over, HoldState.EXPIRED),
                            new ReservationSql.Settlement(freed, HoldState.RELEASED)));

            assertEquals(
                    Map.of(
                            "rsv_3", sold.settled(HoldState.CONFIRMED),
                            "rsv_2", freed.settled(HoldState.RELEASED),
                            "rsv_1", over.settled(HoldState.EXPIRED)),
                    settled);
        }
    }

    @Test
    void anExtensionIsOfTheVersionItWasDecidedOnAndOfALiveHold() throws SQLException {
        try (Connection connection = database.connect()) {
            Reservation hold = insert(connection, "rsv_1", false);
            Reservation later = hold.extendedTo(hold.expiresAtMicros() + MINUTE);

            assertEquals(1, extend(connection, List.of(later)));
            assertEquals(0, extend(connection, List.of(later)), "its version is not the one before");
            assertEquals(
                    Map.of("rsv_1", new ReservationSql.Reading(later, true)),
                    ReservationSql.read(connection, List.of("rsv_1")));

            settle(connection, List.of(new ReservationSql.Settlement(later, HoldState.RELEASED)));
            database.execute("UPDATE reservation SET version = 2");
            assertEquals(0, extend(connection, List.of(later.extendedTo(later.expiresAtMicros()))));
        }
    }

    @Test
    void aSettlementTellsTheRowAndNotTheCopyItWasDecidedOn() throws SQLException {
        try (Connection connection = database.connect()) {
            Reservation copy = insert(connection, "rsv_1", false);
            Reservation extended = copy.extendedTo(copy.expiresAtMicros() + MINUTE);
            assertEquals(1, extend(connection, List.of(extended)));

            Map<String, Reservation> settled =
                    settle(connection, List.of(new ReservationSql.Settlement(copy, HoldState.CONFIRMED)));

            assertEquals(Map.of("rsv_1", extended.settled(HoldState.CONFIRMED)), settled);
        }
    }

    @Test
    void dueHoldsComeOldestFirstAndPageByPage() throws SQLException {
        try (Connection connection = database.connect()) {
            long now = Times.now(connection);
            insert(
                    connection,
                    List.of(
                            held("rsv_b", 1, now - 1_000),
                            held("rsv_a", 1, now - 1_000),
                            held("rsv_c", 1, now - 2_000),
                            held("rsv_d", 1, now + MINUTE)));

            List<ReservationSql.DueHold> first = ReservationSql.due(connection, 0, "", 2);
            assertEquals(
                    List.of("rsv_c", "rsv_a"),
                    first.stream().map(ReservationSql.DueHold::id).toList());
            ReservationSql.DueHold last = first.get(1);
            assertEquals(now - 1_000, last.expiresAtMicros());
            assertFalse(last.nowMicros() < now);
            assertEquals(
                    List.of("rsv_b"),
                    ReservationSql.due(connection, last.expiresAtMicros(), last.id(), 2).stream()
                            .map(ReservationSql.DueHold::id)
                            .toList());
            assertTrue(ReservationSql.due(connection, now, "", 2).isEmpty());
        }
    }

    private static void insert(Connection connection, List<Reservation> reservations) throws SQLException {
        RoundTrip.alone(connection, trip -> ReservationSql.insert(trip, reservations));
    }

    private static Map<String, Reservation> settle(Connection connection, List<ReservationSql.Settlement> settlements)
            throws SQLException {
        return RoundTrip.alone(connection, trip -> ReservationSql.settle(trip, settlements));
    }

    private static int extend(Connection connection, List<Reservation> extended) throws SQLException {
        return RoundTrip.alone(connection, trip -> ReservationSql.extend(trip, extended));
    }
}
