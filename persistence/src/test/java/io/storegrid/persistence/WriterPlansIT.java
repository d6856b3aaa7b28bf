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
        if (rows > 0) {
            database.execute("ANALYZE inventory, reservation");
        }
        Reservation hold =
                new Reservation("rsv_1", HoldState.HELD, null, List.of(new ReservationLine("S1", 1)), AT, AT + 1, 1);

        String settle = plan(trip -> {
            var unused = ReservationSql.settle(trip, List.of(new ReservationSql.Settlement(hold, HoldState.EXPIRED)));
        });
        String change = plan(trip -> {
            var unused = StockSql.change(
                    trip, List.of(new StockSql.Change("S1", List.of(StockChange.reserve("rsv_1", 1)), 1, 0, 0)), AT);
        });

        assertTrue(settle.contains("Index Scan using reservation_pkey"), settle);
        assertFalse(settle.contains("reservation_live"), settle);
        for (String plan : List.of(settle, change)) {
            assertFalse(plan.contains("Seq Scan"), plan);
            assertFalse(plan.contains("Bitmap"), plan);
            assertFalse(plan.contains("Hash"), plan);
        }
        assertTrue(
                change.contains("Index Cond: (sku = (w.sku)::text)") || change.contains("Index Cond: (sku = w.sku)"),
                change);
    }

    @Test
    void lanesPlanOnceAndReadersAsPostgresqlLikes() throws SQLException {
        try (Connection writer = pools.writer();
                Connection reader = pools.reader()) {
            assertTrue(text(writer, "SHOW plan_cache_mode").contains("force_generic_plan"));
            assertTrue(text(reader, "SHOW plan_cache_mode").contains("auto"));
        }
    }

    /** The plan of the one statement that {@code adds} adds, as a lane's connection keeps it: for values that it does not know. */
    private String plan(Consumer<RoundTrip> adds) throws SQLException {
        RoundTrip trip = new RoundTrip();
        adds.accept(trip);
        String types = trip.parameters().stream().map(WriterPlansIT::type).collect(Collectors.joining(", "));
        String nulls = trip.parameters().stream().map(value -> "NULL").collect(Collectors.joining(", "));
        AtomicInteger number = new AtomicInteger();
        String numbered = Pattern.compile("\\?")
                .matcher(trip.statements().get(0))
                .replaceAll(mark -> "\\$" + number.incrementAndGet());
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
