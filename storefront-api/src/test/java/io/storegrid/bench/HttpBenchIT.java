package io.storegrid.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The instrument can say no. What a machine is able to do is nobody's business here. */
@Timeout(300)
class HttpBenchIT {

    private static final int CONNECTIONS = 16;
    private static final long BURN_MICROS = 1_000;

    @Test
    void everyRouteOfTheNodeIsMeasuredAndItsBooksAreRight() {
        Report report = new Report();
        new HttpBench(report, 1, 0.02, 300).run(EnumSet.allOf(HttpBench.Route.class));
        assertEquals(HttpBench.Route.values().length, report.bars().size(), report::finish);
        assertTrue(report.bars().stream().allMatch(bar -> bar.measured() > 0), report::finish);
    }

    @Test
    void aServerThatWastesCpuShowsAsDearerByWhatItWastes() {
        try (ServerProcess fair = ServerProcess.bare(rows -> HttpScene.fill(rows, 0), 0);
                ServerProcess crippled = ServerProcess.bare(rows -> HttpScene.fill(rows, 0), BURN_MICROS)) {
            double waste = read(crippled) - read(fair);
            assertTrue(waste > 0.6 * BURN_MICROS && waste < 2.0 * BURN_MICROS, () -> "wasted by request, µs: " + waste);
        }
    }

    private static double read(ServerProcess server) {
        server.api().put("/answers/product").json("{\"sku\":\"A\"}").send();
        HttpTurn turn = new HttpTurn(server.name(), server, CONNECTIONS, 200, HttpScene.reads("/v1/products/"));
        turn.warmUp(3_000);
        return turn.measure(1_500).jvmMicros();
    }

    @Test
    void anAnswerThatIsNotExpectedEndsTheRun() {
        try (ServerProcess bare = ServerProcess.bare(rows -> HttpScene.fill(rows, 0), 0)) {
            HttpTurn turn = new HttpTurn("lost", bare, CONNECTIONS, 200, HttpScene.reads("/v1/nothing/"));
            IllegalStateException failure = assertThrows(IllegalStateException.class, () -> turn.warmUp(100));
            assertTrue(String.valueOf(failure.getMessage()).contains("404"), failure::toString);
        }
    }

    @Test
    void aRowThatIsLostEndsTheRun() {
        try (ServerProcess bare = ServerProcess.bare(rows -> HttpScene.fill(rows, 0), 0)) {
            HttpTurn reservations = warm(bare, 201, HttpScene.reservations("/v1/reservations"));
            Runnable books = () -> HttpScene.checkReservations(bare, OptionalLong.empty(), reservations.acknowledged());
            LostRow.RESERVATION_TABLES.forEach(table -> LostRow.mustFail(bare.database(), table, books));
            assertThrows(
                    IllegalStateException.class,
                    () -> HttpScene.checkReservations(
                            bare, OptionalLong.of(reservations.acknowledged() - 1), reservations.acknowledged()));

            HttpTurn additions = warm(bare, 200, HttpScene.additions());
            LostRow.mustFail(bare.database(), "cart_line", () -> HttpScene.checkCarts(bare, additions.acknowledged()));
        }
    }

    private static HttpTurn warm(ServerProcess server, int status, Supplier<byte[]> requests) {
        HttpTurn turn = new HttpTurn(server.name(), server, CONNECTIONS, status, requests);
        turn.warmUp(300);
        return turn;
    }
}
