package io.storegrid.bench;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.persistence.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The instrument can say no. What a machine is able to do is nobody's business here. */
@Timeout(300)
class ReservationBenchIT {

    private static final Demand DEMAND = Demand.of(Demand.Shape.UNIFORM, 100, 1);
    private static final int CALLERS = 16;

    /** Asks PostgreSQL ten things that nobody wants to know. */
    private static final class Crippled extends PlainSql {

        Crippled() {
            super(false);
        }

        @Override
        boolean reserve(Connection connection, Order order) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                for (int i = 0; i < 10; i++) {
                    statement.execute("SELECT count(*) FROM inventory");
                }
            }
            return super.reserve(connection, order);
        }
    }

    /** Acknowledges its first order without writing it. */
    private static final class Forgetful extends PlainSql {

        private final AtomicBoolean forgot = new AtomicBoolean();

        Forgetful() {
            super(false);
        }

        @Override
        public CompletableFuture<Boolean> reserve(Order order) {
            return forgot.compareAndSet(false, true) ? CompletableFuture.completedFuture(true) : super.reserve(order);
        }
    }

    @Test
    void aContenderThatDoesMoreShowsAsDearer() {
        try (PlainSql fair = new PlainSql(false);
                PlainSql crippled = new Crippled()) {
            double cheap = cost(fair);
            double dear = cost(crippled);
            assertTrue(dear > 1.3 * cheap, () -> "CPU of one order, µs: " + cheap + " and " + dear);
        }
    }

    private static double cost(Contender contender) {
        Turn turn = turn(contender, 2_000);
        return turn.take(CALLERS, 1, 1_500).totalMicros();
    }

    @Test
    void anOrderThatIsAcknowledgedAndNotWrittenEndsTheRun() {
        try (Forgetful forgetful = new Forgetful()) {
            assertThrows(IllegalStateException.class, turn(forgetful, 200)::check);
        }
    }

    @Test
    void aRowOfThePlainSqlThatIsLostEndsTheRun() {
        try (PlainSql plain = new PlainSql(false)) {
            mustMissRows(turn(plain, 200), plain.database());
        }
    }

    @Test
    void aRowOfTheLaneThatIsLostEndsTheRun() {
        try (LaneContender lane = new LaneContender()) {
            mustMissRows(turn(lane, 200), lane.store().database());
        }
    }

    private static void mustMissRows(Turn turn, TestDatabase database) {
        LostRow.RESERVATION_TABLES.forEach(table -> LostRow.mustFail(database, table, turn::check));
        database.execute("UPDATE inventory SET reserved = reserved - 1"
                + " WHERE sku = (SELECT sku FROM inventory WHERE reserved > 0 LIMIT 1)");
        assertThrows(IllegalStateException.class, turn::check);
    }

    private static Turn turn(Contender contender, int operations) {
        contender.stock(DEMAND.all(), 1_000_000);
        Turn turn = new Turn(contender, DEMAND);
        turn.warmUp(CALLERS, operations);
        return turn;
    }
}
