package io.storegrid.torture.history;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.history.Operation.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {

    private static final String HOLD = """
            {"id":"rsv_1","state":"HELD","lines":[{"sku":"BOLO-1","quantity":2}],
            "createdAt":"1970-01-01T00:00:01.000002Z","expiresAt":"1970-01-01T00:05:01.000002Z","version":1}""";

    @TempDir
    private Path directory;

    @Test
    void isReadAsItWasWritten() throws IOException {
        Path file = written();
        History plain = HistoryReader.read(file);
        assertEquals(3, plain.operations().size());
        Operation reserve = plain.operations().get(0);
        assertEquals(Outcome.OK, reserve.outcome());
        assertEquals(30, reserve.completedMicros());
        assertEquals(3, reserve.attempts().size());
        assertEquals(2, reserve.answers().size());
        Answer answer = reserve.answer().orElseThrow();
        assertEquals(HoldState.HELD, answer.state());
        assertEquals(1_000_002, answer.createdMicros());
        assertEquals(Map.of("BOLO-1", 2), answer.lines());
        assertEquals(Outcome.REFUSED, plain.operations().get(1).outcome());
        assertEquals(
                new Answer.Shortage(3, 1),
                plain.operations().get(1).answer().orElseThrow().shortages().get("BOLO-1"));
        assertEquals(Outcome.UNKNOWN, plain.operations().get(2).outcome());
        assertEquals(90, plain.operations().get(2).gaveUpMicros());
        assertEquals(end(), plain.end());
        assertEquals(plain, HistoryReader.read(HistoryWriter.compressed(file)));
    }

    @Test
    void survivesTheEndOfItsWriter() throws IOException {
        Path file = written();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        String cut = lines.get(0) + "\n" + lines.get(1) + "\n"
                + lines.get(2).substring(0, lines.get(2).length() / 2);
        History history = HistoryReader.read(Files.writeString(file, cut));
        assertEquals(1, history.operations().size());
        assertEquals(Outcome.UNKNOWN, history.operations().get(0).outcome());
        assertNull(history.end());
    }

    @Test
    void readsWhatOrdersAreAnsweredWith() {
        Answer placed = Answer.of(
                new Attempt("no-1", 1, 2, 201, ""),
                false,
                "{\"id\":\"ord_1\",\"state\":\"CONFIRMED\",\"cartId\":\"cart_1\",\"reservationId\":\"rsv_1\","
                        + "\"lines\":[{\"sku\":\"BOLO-1\",\"quantity\":2}],\"version\":2,"
                        + "\"createdAt\":\"1970-01-01T00:00:01.000002Z\"}");
        assertEquals("ord_1", placed.order());
        assertEquals(OrderState.CONFIRMED, placed.orderState());
        assertNull(placed.state());
        assertEquals("rsv_1", placed.reservation());
        assertEquals("cart_1", placed.cart());
        assertEquals(Map.of("BOLO-1", 2), placed.lines());
        assertEquals(1_000_002, placed.createdMicros());
        Answer declined = Answer.of(
                new Attempt("no-1", 1, 2, 402, "payment-declined"),
                false,
                "{\"code\":\"payment-declined\",\"orderId\":\"ord_1\",\"state\":\"PAYMENT_FAILED\"}");
        assertEquals("ord_1", declined.order());
        assertEquals(OrderState.PAYMENT_FAILED, declined.orderState());
    }

    @Test
    void readsHistoriesThatAreOlderThanOrders() throws IOException {
        Path file = written();
        String older = Files.readString(file, StandardCharsets.UTF_8)
                .replaceAll(",\"(order|method)\":\"\"", "")
                .replaceAll(",\"orderState\":null", "")
                .replaceAll("(?m)^\\{\"event\":\"(ORDER|PAYMENT)\".*\n", "");
        assertFalse(older.contains("order"), older);
        History history = HistoryReader.read(Files.writeString(file, older));
        FinalState end = end();
        assertEquals(
                new FinalState(
                        end.takenMicros(),
                        end.stock(),
                        end.holds(),
                        end.ledger(),
                        end.keys(),
                        end.carts(),
                        end.copies()),
                history.end());
        assertEquals("", history.operations().get(0).request().method());
        assertEquals("", history.operations().get(0).answer().orElseThrow().order());
    }

    @Test
    void digestsWhatEqualAnswersHaveInCommon() {
        Attempt attempt = new Attempt("no-1", 1, 2, 409, "insufficient-stock");
        String one = "{\"code\":\"insufficient-stock\",\"requestId\":\"a\",\"shortages\":[]}";
        assertEquals(
                Answer.of(attempt, false, one).digest(),
                Answer.of(attempt, true, "{\"shortages\":[],\"requestId\":\"b\",\"code\":\"insufficient-stock\"}")
                        .digest());
        assertNotEquals(
                Answer.of(attempt, false, one).digest(),
                Answer.of(attempt, false, one.replace("[]", "[1]")).digest());
        Attempt done = new Attempt("no-1", 1, 2, 200, "");
        String cart = "{\"id\":\"cart_1\",\"lines\":[{\"sku\":\"A\",\"quantity\":%d,\"available\":%d}],\"version\":3}";
        assertEquals(
                Answer.of(done, false, cart.formatted(1, 5)).digest(),
                Answer.of(done, true, cart.formatted(1, 4)).digest());
        assertNotEquals(
                Answer.of(done, false, cart.formatted(1, 5)).digest(),
                Answer.of(done, true, cart.formatted(2, 5)).digest());
    }

    private Path written() throws IOException {
        Path file = directory.resolve("history.jsonl");
        try (HistoryWriter writer = new HistoryWriter(file)) {
            writer.header(new History.Header(
                    7, "abc", List.of("no-1"), 1, new TreeMap<>(Map.of("BOLO-1", 3L)), 1, new TreeMap<>()));
            TreeMap<String, Integer> lines = new TreeMap<>(Map.of("BOLO-1", 2));
            long reserve = writer.invoked(0, Request.reserve("k1", lines, 300), 10);
            writer.attempted(reserve, new Attempt("no-1", 10, 20, 0, "ConnectException"));
            writer.answered(reserve, Answer.of(new Attempt("no-1", 21, 30, 201, ""), false, HOLD));
            writer.answered(reserve, Answer.of(new Attempt("no-1", 31, 40, 201, ""), true, HOLD));
            long refused = writer.invoked(0, Request.reserve("k2", new TreeMap<>(Map.of("BOLO-1", 3)), 300), 50);
            writer.answered(
                    refused,
                    Answer.of(
                            new Attempt("no-1", 51, 60, 409, "insufficient-stock"),
                            false,
                            "{\"shortages\":[{\"sku\":\"BOLO-1\",\"requested\":3,\"available\":1}]}"));
            long unknown = writer.invoked(0, Request.hold(Request.Kind.CONFIRM, "k3", "rsv_1"), 70);
            writer.attempted(unknown, new Attempt("no-1", 70, 80, 503, "outcome-unknown"));
            writer.gaveUp(unknown, 90);
            writer.fault(new Fault("kill", List.of("no-1"), 75, 85, 95, new TreeMap<>()));
            writer.process(new History.ProcessRun("no-1", 5, 1, 75, 137, true, List.of()));
            writer.probe(new History.Probe("BOLO-1", 95, 99));
            writer.overdue(new History.OverdueHold("rsv_1", 1, 2));
            writer.end(end());
        }
        return file;
    }

    private static FinalState end() {
        return new FinalState(
                100,
                new TreeMap<>(Map.of("BOLO-1", new FinalState.StockRow(3, 2, 2))),
                Map.of(
                        "rsv_1",
                        new FinalState.HoldRow(HoldState.HELD, "", 1, 2, 1, new TreeMap<>(Map.of("BOLO-1", 2)))),
                List.of(new FinalState.LedgerEntry("BOLO-1", 1, 3, 0, LedgerReason.INITIAL, "test", 1)),
                Map.of("k1", new FinalState.KeyRow("CREATED", "rsv_1", 1)),
                Map.of("cart_1", new FinalState.CartRow(false, "", 1, new TreeMap<>())),
                List.of(new FinalState.Copy(
                        "no-1",
                        FinalState.Copy.INVENTORY,
                        "BOLO-1",
                        true,
                        FinalState.fields(new FinalState.StockRow(3, 2, 2)))),
                Map.of(
                        "ord_1",
                        new FinalState.OrderRow(
                                OrderState.CONFIRMED,
                                PaymentState.APPROVED,
                                "cart_1",
                                "rsv_1",
                                1_000,
                                1,
                                2,
                                2,
                                new TreeMap<>(Map.of("BOLO-1", 2)))),
                List.of(new FinalState.PaymentRow("ord_1", "pix", "APPROVED", 1_000, 0)));
    }
}
