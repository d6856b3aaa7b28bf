package io.storegrid.torture.history;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.persistence.TestDatabase;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.StockRow;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every table is read as it is, to the microsecond. */
@Timeout(90)
class StoreRowsIT {

    private static final String TIME = "'2024-02-29 12:00:00.000001+00'";
    private static final long MICROS = 1_709_208_000_000_001L;

    @Test
    void readsEveryTable() throws SQLException {
        try (TestDatabase database = TestDatabase.create();
                Connection connection = database.connect()) {
            database.execute("""
                    INSERT INTO inventory VALUES ('BOLO-1', 10, 2, 2);
                    INSERT INTO reservation VALUES
                        ('rsv_1', 'HELD', 'cart_1', @, @, 1, 'ord_1'), ('rsv_2', 'EXPIRED', NULL, @, @, 2, NULL);
                    INSERT INTO reservation_line VALUES ('rsv_1', 'BOLO-1', 2);
                    INSERT INTO stock_ledger VALUES ('BOLO-1', 2, 0, 2, 'RESERVED', 'rsv_1', @, '');
                    INSERT INTO cart VALUES ('cart_1', false, 'BRL', NULL, 'rsv_1', 3, @, @, @, 'ord_1');
                    INSERT INTO orders VALUES ('ord_1', 'PENDING_PAYMENT', 'cart_1', 'rsv_1', 'BRL', 1000,
                        '[["BOLO-1", "Bolo", 2, 500]]', 'REQUESTED', 'pix', 'ref', NULL, 'k5', 1, @, @, @);
                    INSERT INTO cart_line VALUES ('cart_1', 'BOLO-1', 1, 2);
                    INSERT INTO idempotency VALUES
                        ('api', 'k1', 'x', 'CREATED', '{"at":1,"reservation":{"id":"rsv_1"}}', @),
                        ('api', 'k2', 'x', 'CREATED', '{"at":1,"ref":"adj_1","inventory":{"sku":"BOLO-1"}}', @),
                        ('api', 'k3', 'x', 'CHANGED', '{"at":1,"cart":{"id":"cart_1","reservationId":"rsv_1"}}', @),
                        ('api', 'k4', 'x', 'INSUFFICIENT_STOCK', '{"at":1,"shortages":[["BOLO-1",3,1]]}', @),
                        ('api', 'k5', 'x', 'CREATED', '{"at":1,"order":{"id":"ord_1","reservationId":"rsv_1"}}', @)""".replace("@", TIME));
            Map<String, Integer> lines = Map.of("BOLO-1", 2);
            assertEquals(
                    new FinalState(
                            7,
                            new TreeMap<>(Map.of("BOLO-1", new StockRow(10, 2, 2))),
                            Map.of(
                                    "rsv_1",
                                    new HoldRow(
                                            HoldState.HELD, "cart_1", MICROS, MICROS, 1, new TreeMap<>(lines), "ord_1"),
                                    "rsv_2",
                                    new HoldRow(HoldState.EXPIRED, "", MICROS, MICROS, 2, new TreeMap<>())),
                            List.of(new LedgerEntry("BOLO-1", 2, 0, 2, LedgerReason.RESERVED, "rsv_1", MICROS)),
                            Map.of(
                                    "k1", new KeyRow("CREATED", "rsv_1", MICROS),
                                    "k2", new KeyRow("CREATED", "adj_1", MICROS),
                                    "k3", new KeyRow("CHANGED", "cart_1", MICROS),
                                    "k4", new KeyRow("INSUFFICIENT_STOCK", "", MICROS),
                                    "k5", new KeyRow("CREATED", "ord_1", MICROS)),
                            Map.of("cart_1", new CartRow(false, "rsv_1", 3, new TreeMap<>(lines), "ord_1")),
                            List.of(),
                            Map.of(
                                    "ord_1",
                                    new OrderRow(
                                            OrderState.PENDING_PAYMENT,
                                            PaymentState.REQUESTED,
                                            "cart_1",
                                            "rsv_1",
                                            1_000,
                                            MICROS,
                                            MICROS,
                                            1,
                                            new TreeMap<>(lines))),
                            List.of()),
                    StoreRows.read(connection, 7));
        }
    }
}
