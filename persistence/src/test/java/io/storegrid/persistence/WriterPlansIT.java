package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.StockChange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A lane's statements are planned once, so their plans must not rest on how many rows there were then. */
class WriterPlansIT {

    private static final long AT = 1_700_000_000_000_000L;

    private final TestDatabase database = TestDatabase.create();
    private final Database pools = Database.open(database.settings(), 1, 1);

    @AfterEach
    void stop() {
        pools.close();
        database.close();
    }

    @ParameterizedTest(name = "planned with {0} rows")
    @ValueSource(ints = {0, 40, 20_000})
    void rowsAreFoundByTheirKeys(int rows) throws SQLException {
        database.execute("INSERT INTO inventory SELECT 'S' || n, 10, 0, 1 FROM generate_series(1, " + rows + ") AS n");
        database.execute(
                "INSERT INTO reservation SELECT 'rsv_' || n, 'HELD', NULL, now(), now(), 1 FROM generate_series(1, "
                        + rows + ") AS n");
        database.execute("INSERT INTO stock_ledger SELECT sku, 1, 10, 0, 'INITIAL', 'i', now(), '' FROM inventory");
        if (rows > 0) {
            database.execute("ANALYZE inventory, reservation, stock_ledger");
        }
        Reservation hold = new Reservation(
                "rsv_1", HoldState.HELD, null, null, List.of(new ReservationLine("S1", 1)), AT, AT + 1, 1);

        String settle = plan(0, trip -> {
            var unused = ReservationSql.settle(trip, List.of(new ReservationSql.Settlement(hold, HoldState.EXPIRED)));
        });
        String change = plan(1, WriterPlansIT::stock);

        assertTrue(settle.contains("Index Scan using reservation_pkey"), settle);
        assertFalse(settle.contains("reservation_live"), settle);
        String lock = plan(0, WriterPlansIT::stock);
        for (String plan : List.of(settle, change, lock)) {
            assertFalse(plan.contains("Seq Scan"), plan);
            assertFalse(plan.contains("Bitmap"), plan);
            assertFalse(plan.contains("Hash"), plan);
        }
        assertTrue(lock.contains("Index Scan using inventory_pkey"), lock);
        assertTrue(change.contains("Index Scan using stock_ledger_pkey"), change);
        assertTrue(
                change.contains("Index Cond: (sku = (w.sku)::text)") || change.contains("Index Cond: (sku = w.sku)"),
                change);
    }

    private static void stock(RoundTrip trip) {
        var unused = StockSql.change(
                trip, List.of(new StockSql.Change("S1", List.of(StockChange.reserve("rsv_1", 1)), 1, 0, 0)), AT);
    }

    @Test
    void lanesPlanOnceAndReadersAsPostgresqlLikes() throws SQLException {
        try (Connection writer = pools.writer();
                Connection reader = pools.reader()) {
            assertTrue(text(writer, "SHOW plan_cache_mode").contains("force_generic_plan"));
            assertTrue(text(reader, "SHOW plan_cache_mode").contains("auto"));
        }
    }

    /**
     * The plan of one of the statements that {@code adds} adds, as a lane's connection keeps it: for values that it does not
     * know.
     */
    private String plan(int which, Consumer<RoundTrip> adds) throws SQLException {
        RoundTrip trip = new RoundTrip();
        adds.accept(trip);
        List<Object> values = new ArrayList<>(trip.parameters());
        for (String before : trip.statements().subList(0, which)) {
            values.subList(0, (int) before.chars().filter(c -> c == '?').count())
                    .clear();
        }
        String sql = trip.statements().get(which);
        values.subList((int) sql.chars().filter(c -> c == '?').count(), values.size())
                .clear();
        String types = values.stream().map(WriterPlansIT::type).collect(Collectors.joining(", "));
        String nulls = values.stream().map(value -> "NULL").collect(Collectors.joining(", "));
        AtomicInteger number = new AtomicInteger();
        String numbered = Pattern.compile("\\?").matcher(sql).replaceAll(mark -> "\\$" + number.incrementAndGet());
        try (Connection connection = pools.writer();
                Statement statement = connection.createStatement()) {
            statement.execute("PREPARE kept (" + types + ") AS " + numbered);
            StringBuilder plan = new StringBuilder();
            try (ResultSet rows = statement.executeQuery("EXPLAIN EXECUTE kept (" + nulls + ")")) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
            statement.execute("DEALLOCATE kept");
            connection.rollback();
            return plan.toString();
        }
    }

    private static String type(Object value) {
        Map<Class<?>, String> types = Map.of(
                String.class, "text",
                Long.class, "bigint",
                Boolean.class, "boolean",
                String[].class, "text[]",
                long[].class, "bigint[]",
                int[].class, "int[]");
        return Objects.requireNonNull(types.get(value.getClass()));
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
