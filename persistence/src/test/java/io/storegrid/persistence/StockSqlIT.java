package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.StockChange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The guarded stock statement and its ledger, on a real PostgreSQL. */
@Timeout(60)
class StockSqlIT {

    private static final long AT = 1_700_000_000_123_456L;

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void close() {
        database.close();
    }

    private Connection connect() throws SQLException {
        return database.connect();
    }

    private void stock(String... skus) throws SQLException {
        try (Connection connection = connect()) {
            List<StockSql.Creation> rows = new ArrayList<>();
            for (String sku : skus) {
                rows.add(new StockSql.Creation(sku, 10, "first"));
            }
            assertEquals(skus.length, StockSql.create(connection, rows, AT));
        }
    }

    private List<String> rows(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                StringBuilder row = new StringBuilder();
                for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
                    row.append(i == 1 ? "" : " ").append(found.getString(i));
                }
                rows.add(row.toString());
            }
            return rows;
        }
    }

    private static StockSql.Change reserve(String sku, long quantity) {
        return new StockSql.Change(sku, List.of(StockChange.reserve("rsv", quantity)), quantity, 0, 0);
    }

    @ParameterizedTest(name = "10 on hand, 4 reserved, version 2; need {0}, need reserved {1}, expected {2}: holds {3}")
    @CsvSource({
        "6, 0, 0, true",
        "7, 0, 0, false",
        "0, 4, 0, true",
        "0, 5, 0, false",
        "0, 0, 2, true",
        "0, 0, 1, false",
        "6, 4, 2, true"
    })
    void aRowChangesOnlyWhereItsGuardHolds(long need, long needReserved, long expected, boolean holds)
            throws SQLException {
        stock("A", "B");
        try (Connection connection = connect()) {
            assertEquals(1, change(connection, List.of(reserve("A", 4)), AT).size());
            StockSql.Change guarded =
                    new StockSql.Change("A", List.of(StockChange.adjust("a", 1)), need, needReserved, expected);

            Map<String, InventoryItem> changed = change(connection, List.of(guarded, reserve("B", 1)), AT);

            assertEquals(holds ? Set.of("A", "B") : Set.of("B"), changed.keySet());
        }
        assertEquals(
                List.of(holds ? "A 11 4 3" : "A 10 4 2", "B 10 1 2"),
                rows("SELECT sku, on_hand, reserved, version FROM inventory ORDER BY sku"));
        assertEquals(
                holds ? 3 : 2,
                rows("SELECT version FROM stock_ledger WHERE sku = 'A'").size());
    }

    @Test
    void aRowThatIsNotThereComesNotBack() throws SQLException {
        stock("A");
        try (Connection connection = connect()) {
            assertEquals(
                    Set.of("A"),
                    change(connection, List.of(reserve("A", 1), reserve("NADA", 1)), AT)
                            .keySet());
        }
        assertEquals(List.of(), rows("SELECT sku FROM stock_ledger WHERE sku = 'NADA'"));
    }

    @Test
    void ledgerVersionsFollowFromTheRowHoweverFarItWas() throws SQLException {
        stock("A", "B");
        try (Connection connection = connect()) {
            change(connection, List.of(reserve("B", 1)), AT);
            List<StockChange> three = List.of(
                    StockChange.reserve("r1", 4),
                    StockChange.settle("r1", 4, HoldState.CONFIRMED),
                    StockChange.reserve("r2", 2));
            List<StockChange> two = List.of(StockChange.adjust("a1", 5), StockChange.count("c1", -3));

            Map<String, InventoryItem> changed = change(
                    connection,
                    List.of(new StockSql.Change("B", three, 4, 0, 0), new StockSql.Change("A", two, 0, 0, 0)),
                    AT);

            assertEquals(new InventoryItem("B", 6, 3, 5), changed.get("B"));
            assertEquals(new InventoryItem("A", 12, 0, 3), changed.get("A"));
        }
        assertEquals(
                List.of(
                        "A 1 10 0 INITIAL first",
                        "A 2 5 0 ADJUSTED a1",
                        "A 3 -3 0 COUNTED c1",
                        "B 1 10 0 INITIAL first",
                        "B 2 0 1 RESERVED rsv",
                        "B 3 0 4 RESERVED r1",
                        "B 4 -4 -4 CONFIRMED r1",
                        "B 5 0 2 RESERVED r2"),
                rows("SELECT sku, version, delta_on_hand, delta_reserved, reason, ref FROM stock_ledger"
                        + " ORDER BY sku, version"));
    }

    @Test
    void firstStockIsMadeOnce() throws SQLException {
        stock("A");
        StockSql.Creation made = new StockSql.Creation("B", 3, "x");
        try (Connection connection = connect()) {
            connection.setAutoCommit(false);
            assertEquals(
                    1,
                    StockSql.create(connection, List.of(made, new StockSql.Creation("A", 7, "x")), AT),
                    "fewer than asked: the caller rolls back");
            connection.rollback();
            assertEquals(1, StockSql.create(connection, List.of(made), AT));
            connection.commit();
        }
        assertEquals(List.of("A 10", "B 3"), rows("SELECT sku, on_hand FROM inventory ORDER BY sku"));
        assertEquals(List.of("A 1", "B 1"), rows("SELECT sku, version FROM stock_ledger ORDER BY sku"));
    }

    @Test
    void dueUnitsAreThoseOfHeldHoldsPastTheirTime() throws SQLException {
        stock("A", "B", "C");
        database.execute("""
                INSERT INTO reservation
                SELECT id, state, NULL, now(), now() + off * interval '1 second', 1
                FROM (VALUES ('due1', 'HELD', -1), ('due2', 'HELD', -9), ('live', 'HELD', 99), ('over', 'EXPIRED', -1))
                    AS t (id, state, off);
                INSERT INTO reservation_line VALUES
                    ('due1', 'A', 1), ('due1', 'B', 2), ('due2', 'A', 4), ('live', 'A', 8), ('live', 'C', 8), ('over', 'A', 16)""");
        try (Connection connection = connect()) {
            assertEquals(Map.of("A", 5L, "B", 2L), StockSql.due(connection, List.of("A", "B", "C")));
            assertEquals(
                    Map.of(
                            "A", new StockSql.Reading(new InventoryItem("A", 10, 0, 1), 5),
                            "C", new StockSql.Reading(new InventoryItem("C", 10, 0, 1), 0)),
                    StockSql.read(connection, List.of("A", "C", "NADA")));
            assertEquals(List.of("due2", "due1"), ReservationSql.dueOf(connection, List.of("A", "B"), 9));
            assertEquals(List.of("due2"), ReservationSql.dueOf(connection, List.of("A", "B"), 1));
        }
    }

    @Test
    void oppositeOrdersNeverDeadlock() throws Exception {
        List<String> skus = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            skus.add("S" + i);
        }
        stock(skus.toArray(new String[0]));
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            CyclicBarrier start = new CyclicBarrier(2);
            List<Future<Integer>> writers = new ArrayList<>();
            for (int writer = 0; writer < 2; writer++) {
                List<String> mine = new ArrayList<>(skus);
                if (writer == 1) {
                    Collections.reverse(mine);
                }
                boolean locksFirst = writer == 1;
                writers.add(threads.submit(() -> {
                    int written = 0;
                    try (Connection connection = connect()) {
                        connection.setAutoCommit(false);
                        for (int round = 0; round < 100; round++) {
                            start.await(20, TimeUnit.SECONDS);
                            if (locksFirst && round % 2 == 0) {
                                StockSql.lock(connection, mine);
                            }
                            List<StockSql.Change> changes = mine.stream()
                                    .map(sku -> new StockSql.Change(sku, List.of(StockChange.adjust("a", 1)), 0, 0, 0))
                                    .toList();
                            written += change(connection, changes, AT).size();
                            connection.commit();
                        }
                    }
                    return written;
                }));
            }
            for (Future<Integer> writer : writers) {
                assertEquals(800, writer.get(40, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        assertEquals(
                8,
                rows("SELECT 1 FROM inventory WHERE on_hand = 210 AND version = 201")
                        .size());
        try (Connection connection = connect()) {
            assertTrue(Invariants.violations(connection).isEmpty());
        }
    }

    private static Map<String, InventoryItem> change(
            Connection connection, List<StockSql.Change> changes, long atMicros) throws SQLException {
        return RoundTrip.alone(connection, trip -> StockSql.change(trip, changes, atMicros));
    }
}
