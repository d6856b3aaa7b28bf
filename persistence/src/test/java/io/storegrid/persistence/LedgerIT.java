package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerChain;
import io.storegrid.domain.LedgerEntry;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.domain.StockChange;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The chain over the ledger, as PostgreSQL writes it and as Java reads it, and what a verification makes of changes to it. */
@Timeout(120)
class LedgerIT {

    private static final long AT = 1_700_000_000_123_456L;

    private final TestDatabase database = TestDatabase.create();

    @AfterEach
    void close() {
        database.close();
    }

    private static StockSql.Change change(String sku, StockChange... changes) {
        return new StockSql.Change(sku, List.of(changes), 0, 0, 0);
    }

    private static Map<String, InventoryItem> write(Connection connection, long atMicros, StockSql.Change... changes)
            throws SQLException {
        return RoundTrip.alone(connection, trip -> StockSql.change(trip, List.of(changes), atMicros));
    }

    private void stock(String... skus) throws SQLException {
        try (Connection connection = database.connect()) {
            List<StockSql.Creation> rows = new ArrayList<>();
            for (String sku : skus) {
                rows.add(new StockSql.Creation(sku, 10, "first"));
            }
            assertEquals(skus.length, StockSql.create(connection, rows, AT));
        }
    }

    /** A: 1 to 6, B: 1 to 4, C: 1; several entries of a SKU in one batch, and SKUs one behind the other. */
    private void history() throws SQLException {
        stock("B", "A", "C");
        try (Connection connection = database.connect()) {
            write(
                    connection,
                    AT + 1,
                    change("B", StockChange.reserve("r1", 4), StockChange.settle("r1", 4, HoldState.CONFIRMED)),
                    change(
                            "A",
                            StockChange.reserve("r1", 1),
                            StockChange.adjust("a|b", 5),
                            StockChange.count("ç🍰", -3)));
            write(connection, AT + 2, change("A", StockChange.settle("r1", 1, HoldState.RELEASED)));
            write(
                    connection,
                    AT + 3,
                    change("A", StockChange.adjust("a2", 1)),
                    change("B", StockChange.adjust("a2", 1)));
        }
    }

    private LedgerVerdict verdict(String sku) throws SQLException {
        try (Connection connection = database.connect()) {
            return LedgerAudit.verify(connection, sku.isEmpty() ? null : sku);
        }
    }

    private LedgerVerdict verdict() throws SQLException {
        return verdict("");
    }

    private static List<String> texts(LedgerVerdict verdict) {
        return verdict.problems().stream().map(LedgerVerdict.Problem::toString).toList();
    }

    private List<String> rows(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(sql)) {
            List<String> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(found.getString(1));
            }
            return rows;
        }
    }

    /** The chain of every SKU, computed here, is the one that is stored. */
    private void assertChained() throws SQLException {
        LedgerChain chain = new LedgerChain();
        Map<String, byte[]> heads = new TreeMap<>();
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT " + LedgerSql.COLUMNS + " FROM stock_ledger ORDER BY sku, version");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                LedgerEntry entry = LedgerSql.entry(rows);
                byte[] hash = chain.link(heads.getOrDefault(entry.sku(), LedgerChain.beginning()), entry);
                assertEquals(
                        HexFormat.of().formatHex(hash),
                        HexFormat.of().formatHex(rows.getBytes(LedgerSql.HASH_COLUMN)),
                        entry::toString);
                heads.put(entry.sku(), hash);
            }
        }
        LedgerVerdict verdict = verdict();
        assertEquals(List.of(), texts(verdict));
        assertTrue(verdict.verified());
        assertEquals(heads.size(), verdict.skus());
    }

    @Test
    void theChainIsTheOneThatJavaComputes() throws SQLException {
        history();
        assertChained();
        assertEquals(11, verdict().entries());
        assertEquals(3, verdict().skus());
        assertEquals(4, verdict("B").entries());
        assertEquals(1, verdict("B").skus());
    }

    @Test
    void aBatchOfManyEntriesAndSkusIsChained() throws SQLException {
        String[] skus = new String[64];
        StockSql.Change[] changes = new StockSql.Change[64];
        for (int i = 0; i < skus.length; i++) {
            skus[i] = "S-" + i;
            StockChange[] entries = new StockChange[i == 7 ? 200 : 1 + i % 3];
            for (int n = 0; n < entries.length; n++) {
                entries[n] = StockChange.adjust("adj-" + n, n + 1);
            }
            changes[63 - i] = change(skus[i], entries);
        }
        stock(skus);
        try (Connection connection = database.connect()) {
            assertEquals(64, write(connection, AT + 1, changes).size());
            assertEquals(64, write(connection, AT + 2, changes).size());
        }
        assertChained();
    }

    @Test
    void aPutByHandIsChained() throws SQLException {
        history();
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            assertEquals(
                    2,
                    StockSql.put(
                            connection, List.of(new InventoryItem("C", 7, 0, 2), new InventoryItem("D", 3, 0, 1))));
            connection.commit();
        }
        assertChained();
        assertEquals(
                List.of("C 2", "D 1"),
                rows("SELECT sku || ' ' || version FROM stock_ledger WHERE ref = 'cache-put'" + " ORDER BY 1"));
    }

    @Test
    void theWriterThatWaitedGoesOnFromTheOthersHash() throws Exception {
        stock("A", "B");
        ExecutorService other = Executors.newSingleThreadExecutor();
        try (Connection first = database.connect()) {
            first.setAutoCommit(false);
            write(first, AT + 2, change("A", StockChange.reserve("r1", 1), StockChange.reserve("r2", 1)));
            Future<Integer> waiting = other.submit(() -> {
                try (Connection second = database.connect()) {
                    return write(
                                    second,
                                    AT + 1,
                                    change("B", StockChange.reserve("r3", 1)),
                                    change("A", StockChange.reserve("r3", 1)))
                            .size();
                }
            });
            while (rows("SELECT 1 FROM pg_locks WHERE NOT granted").isEmpty()) {
                assertFalse(waiting.isDone());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
            first.commit();
            assertEquals(2, waiting.get(20, TimeUnit.SECONDS));
        } finally {
            other.shutdownNow();
        }
        assertChained();
        assertEquals(4, verdict("A").entries());
    }

    @Test
    void racingWritersKeepOneChain() throws Exception {
        stock("A", "B", "C", "D");
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            List<Future<Boolean>> writers = new ArrayList<>();
            for (int writer = 0; writer < 3; writer++) {
                int mine = writer;
                writers.add(threads.submit(() -> {
                    try (Connection connection = database.connect()) {
                        for (int round = 0; round < 60; round++) {
                            StockChange[] entries = new StockChange[1 + (round + mine) % 3];
                            for (int n = 0; n < entries.length; n++) {
                                entries[n] = StockChange.adjust("w" + mine + "-" + round + "-" + n, 1);
                            }
                            List<String> skus = mine == 1 ? List.of("D", "C", "B", "A") : List.of("A", "B", "C", "D");
                            write(
                                    connection,
                                    AT + round,
                                    skus.stream()
                                            .map(sku -> change(sku, entries))
                                            .toArray(StockSql.Change[]::new));
                        }
                        return true;
                    }
                }));
            }
            for (Future<Boolean> writer : writers) {
                assertTrue(writer.get(60, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
        assertChained();
        assertEquals(4 * (1 + 3 * 120), verdict().entries());
    }

    @Test
    void everyBatchTellsWhatItsRowsBecame() throws SQLException {
        history();
        List<String> told = rows("SELECT type || ' ' || subject || ' ' || subject_seq || ' ' || data FROM outbox"
                + " ORDER BY subject, subject_seq");
        assertEquals(
                List.of(
                        "inventory.changed A 1 {\"sku\":\"A\",\"onHand\":10,\"reserved\":0,\"available\":10}",
                        "inventory.changed A 4 {\"sku\":\"A\",\"onHand\":12,\"reserved\":1,\"available\":11}",
                        "inventory.changed A 5 {\"sku\":\"A\",\"onHand\":12,\"reserved\":0,\"available\":12}",
                        "inventory.changed A 6 {\"sku\":\"A\",\"onHand\":13,\"reserved\":0,\"available\":13}",
                        "inventory.changed B 1 {\"sku\":\"B\",\"onHand\":10,\"reserved\":0,\"available\":10}",
                        "inventory.changed B 3 {\"sku\":\"B\",\"onHand\":6,\"reserved\":0,\"available\":6}",
                        "inventory.changed B 4 {\"sku\":\"B\",\"onHand\":7,\"reserved\":0,\"available\":7}",
                        "inventory.changed C 1 {\"sku\":\"C\",\"onHand\":10,\"reserved\":0,\"available\":10}"),
                told);
        assertEquals(
                List.of("0"),
                rows(
                        "SELECT count(*) FROM outbox o JOIN stock_ledger g ON g.sku = o.subject AND g.version = o.subject_seq"
                                + " WHERE g.at <> o.at"));
    }

    @Test
    void aMissingLastEntryStopsNoSale() throws SQLException {
        history();
        database.execute("DELETE FROM stock_ledger WHERE sku = 'A' AND version = 6");
        try (Connection connection = database.connect()) {
            assertEquals(
                    2,
                    write(
                                    connection,
                                    AT + 9,
                                    change("B", StockChange.adjust("x", 1)),
                                    change("A", StockChange.adjust("x", 1)))
                            .size());
        }
        assertEquals(List.of("A 6: the entry is missing"), texts(verdict()));
    }

    static Stream<Arguments> changes() {
        String a3 = " WHERE sku = 'A' AND version = 3";
        String changed = "the entry or its hash was changed";
        return Stream.of(
                Arguments.of(
                        "a delta",
                        "UPDATE stock_ledger SET delta_on_hand = 6" + a3,
                        List.of(
                                "A 3: " + changed,
                                "A 6: the entries add up to 14 on hand and 0 reserved, the stock row has 13 and 0")),
                Arguments.of("a reference", "UPDATE stock_ledger SET ref = 'x'" + a3, List.of("A 3: " + changed)),
                Arguments.of("a reason", "UPDATE stock_ledger SET reason = 'COUNTED'" + a3, List.of("A 3: " + changed)),
                Arguments.of(
                        "a microsecond",
                        "UPDATE stock_ledger SET at = at + interval '1 microsecond'" + a3,
                        List.of("A 3: " + changed)),
                Arguments.of("a hash", "UPDATE stock_ledger SET hash = sha256('x')" + a3, List.of("A 3: " + changed)),
                Arguments.of(
                        "the first entry",
                        "UPDATE stock_ledger SET ref = 'x' WHERE sku = 'B' AND version = 1",
                        List.of("B 1: " + changed)),
                Arguments.of(
                        "an entry with its hash, those behind it left",
                        "UPDATE stock_ledger g SET ref = 'x', hash = ledger_hash((SELECT p.hash FROM stock_ledger p WHERE p.sku = 'A' AND p.version = 2), g.sku, g.version, g.delta_on_hand, g.delta_reserved, g.reason, g.at, 'x')"
                                + a3,
                        List.of("A 4: " + changed)),
                Arguments.of(
                        "an entry in the middle is gone",
                        "DELETE FROM stock_ledger" + a3,
                        List.of("A 3: the entry is missing")),
                Arguments.of(
                        "two entries are gone",
                        "DELETE FROM stock_ledger WHERE sku = 'A' AND version IN (2, 3)",
                        List.of("A 2: the entries up to version 3 are missing")),
                Arguments.of(
                        "the first entry is gone",
                        "DELETE FROM stock_ledger WHERE sku = 'A' AND version = 1",
                        List.of("A 1: the entry is missing")),
                Arguments.of(
                        "the last entries are gone",
                        "DELETE FROM stock_ledger WHERE sku = 'A' AND version >= 5",
                        List.of("A 5: the entries up to the stock row's version 6 are missing")),
                Arguments.of(
                        "all entries are gone",
                        "DELETE FROM stock_ledger WHERE sku = 'C'",
                        List.of("C 1: the stock row has no entry")),
                Arguments.of(
                        "a pair is swapped",
                        "UPDATE stock_ledger SET version = 103 WHERE sku = 'A' AND version = 3; UPDATE stock_ledger SET version = 3 WHERE sku = 'A' AND version = 4; UPDATE stock_ledger SET version = 4 WHERE sku = 'A' AND version = 103",
                        List.of("A 3: " + changed, "A 4: " + changed, "A 5: " + changed)),
                Arguments.of(
                        "an entry more",
                        "INSERT INTO stock_ledger SELECT sku, 7, 0, 0, reason, ref, at, hash FROM stock_ledger WHERE sku = 'A' AND version = 6",
                        List.of("A 7: " + changed, "A 7: the stock row has version 6, the last entry 7")),
                Arguments.of(
                        "a version twice",
                        "ALTER TABLE stock_ledger DROP CONSTRAINT stock_ledger_pkey; INSERT INTO stock_ledger SELECT * FROM stock_ledger WHERE sku = 'B' AND version = 4",
                        List.of("B 4: there is more than one entry with this version")),
                Arguments.of(
                        "the row",
                        "UPDATE inventory SET on_hand = on_hand + 1 WHERE sku = 'B'",
                        List.of("B 4: the entries add up to 7 on hand and 0 reserved, the stock row has 8 and 0")),
                Arguments.of(
                        "the row is gone",
                        "DELETE FROM inventory WHERE sku = 'B'",
                        List.of("B 4: there is no stock row")),
                Arguments.of(
                        "two SKUs",
                        "UPDATE stock_ledger SET ref = 'x' WHERE version = 2",
                        List.of("A 2: " + changed, "B 2: " + changed)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("changes")
    void aChangeIsFoundAndNamed(String what, String sql, List<String> named) throws SQLException {
        history();
        database.execute(sql);
        LedgerVerdict verdict = verdict();
        assertFalse(verdict.verified(), what);
        assertEquals(named, texts(verdict));
    }

    @Test
    void aChainThatWasComputedAnewShowsInTheHeadsOnly() throws SQLException {
        history();
        LedgerVerdict before = verdict();
        assertEquals(before.heads(), verdict().heads(), "the same ledger has the same digest");
        database.execute("UPDATE stock_ledger SET ref = 'x' WHERE sku = 'A' AND version = 3");
        database.execute("""
                UPDATE stock_ledger g SET hash = c.hash
                FROM (SELECT sku, version, ledger_chain(NULL, ledger_entry(sku, version, delta_on_hand, delta_reserved, reason,
                          (extract(epoch FROM at) * 1000000)::bigint, ref))
                          OVER (PARTITION BY sku ORDER BY version ROWS UNBOUNDED PRECEDING) AS hash FROM stock_ledger) c
                WHERE c.sku = g.sku AND c.version = g.version""");
        LedgerVerdict after = verdict();
        assertEquals(List.of(), texts(after));
        assertNotEquals(before.heads(), after.heads());
        assertEquals(verdict("B").heads(), verdict("B").heads());
    }

    @Test
    void theDigestOfTheHeadsIsWhatAShellComputes() throws SQLException {
        stock("b", "A", "a-1", "A-1", "A.1", "A_1");
        String lines = rows("SELECT string_agg(sku || '|' || version || '|' || encode(hash, 'hex') || E'\\n', ''"
                        + " ORDER BY sku COLLATE \"C\") FROM stock_ledger")
                .get(0);
        assertTrue(lines.startsWith("A|1|"), lines);
        assertEquals(
                HexFormat.of().formatHex(LedgerChain.sha256().digest(lines.getBytes(StandardCharsets.UTF_8))),
                verdict().heads());
    }

    @Test
    void noMoreThanAHundredProblemsAreNamed() throws SQLException {
        String[] skus = new String[130];
        for (int i = 0; i < skus.length; i++) {
            skus[i] = "S-" + i;
        }
        stock(skus);
        database.execute("UPDATE stock_ledger SET ref = 'x'");
        LedgerVerdict verdict = verdict();
        assertEquals(LedgerVerdict.PROBLEMS_MAX, verdict.problems().size());
        assertEquals(130, verdict.entries());
    }

    @Test
    void pagesGoBackFromTheNewestWithTheStockThatEachEntryLeft() throws SQLException {
        history();
        List<String> seen = new ArrayList<>();
        try (Connection connection = database.connect()) {
            LedgerMark from = null;
            int pages = 0;
            do {
                LedgerPage page = LedgerSql.page(connection, "A", from, 4).orElseThrow();
                assertEquals(6, page.headVersion());
                assertEquals(
                        rows("SELECT encode(hash, 'hex') FROM stock_ledger WHERE sku = 'A' AND version = 6"),
                        List.of(String.valueOf(page.headHash())));
                for (LedgerPage.Line line : page.lines()) {
                    seen.add(line.entry().reason() + " " + line.after());
                }
                from = page.next();
                pages++;
                // What comes meanwhile moves no later page.
                if (pages == 1) {
                    write(connection, AT + 9, change("B", StockChange.adjust("x", 1)));
                }
            } while (from != null);
            assertEquals(2, pages);
            assertEquals(Optional.empty(), LedgerSql.page(connection, "NADA", null, 5));
            assertNull(LedgerSql.page(connection, "A", null, 6).orElseThrow().next(), "the sixth was the first");
        }
        assertEquals(
                List.of(
                        "ADJUSTED 6[onHand=13, reserved=0]",
                        "RELEASED 5[onHand=12, reserved=0]",
                        "COUNTED 4[onHand=12, reserved=1]",
                        "ADJUSTED 3[onHand=15, reserved=1]",
                        "RESERVED 2[onHand=10, reserved=1]",
                        "INITIAL 1[onHand=10, reserved=0]"),
                seen);
    }

    @Test
    void theStockAtAMomentIsWhatTheEntriesUpToThenLeft() throws SQLException {
        stock("A");
        TreeMap<Long, InventoryItem> model = new TreeMap<>();
        model.put(AT, new InventoryItem("A", 10, 0, 1));
        Random random = new Random(7);
        long at = AT;
        try (Connection connection = database.connect()) {
            for (int i = 0; i < 60; i++) {
                at += random.nextInt(3);
                StockChange[] entries = new StockChange[1 + random.nextInt(3)];
                for (int n = 0; n < entries.length; n++) {
                    entries[n] = random.nextBoolean()
                            ? StockChange.adjust("a", 1 + random.nextInt(4))
                            : StockChange.reserve("r", 0);
                }
                model.put(
                        at,
                        Objects.requireNonNull(
                                write(connection, at, change("A", entries)).get("A")));
            }
            for (long asked = AT - 2; asked <= at + 2; asked++) {
                Map.Entry<Long, InventoryItem> then = model.floorEntry(asked);
                assertEquals(Optional.ofNullable(then).map(Map.Entry::getValue), LedgerSql.at(connection, "A", asked));
            }
            // A racing writer with an older time than the entry before: the last version up to the moment counts.
            Map<String, InventoryItem> late = write(connection, AT + 1, change("A", StockChange.adjust("late", 1)));
            assertEquals(Optional.ofNullable(late.get("A")), LedgerSql.at(connection, "A", at));
            assertEquals(Optional.empty(), LedgerSql.at(connection, "A", AT - 1));
            assertEquals(Optional.empty(), LedgerSql.at(connection, "NADA", at));
        }
    }

    @Test
    void oldEntriesGetTheirHashesWhenTheSchemaIsBroughtUpToDateByAnOrdinaryOwner() throws SQLException {
        String owner = "ordinary_" + System.nanoTime();
        DatabaseSettings admin = TestDatabase.server().settings("postgres");
        execute(admin, "CREATE ROLE " + owner + " LOGIN PASSWORD 'x' NOSUPERUSER NOCREATEDB NOCREATEROLE");
        execute(admin, "CREATE DATABASE " + owner + " OWNER " + owner);
        try {
            DatabaseSettings settings =
                    new DatabaseSettings(TestDatabase.server().settings(owner).url(), owner, "x");
            Flyway.configure()
                    .dataSource(settings.url(), owner, "x")
                    .locations("classpath:db/migration")
                    .target("3")
                    .load()
                    .migrate();
            execute(settings, """
                    INSERT INTO inventory VALUES ('A', 7, 0, 3), ('B', 4, 0, 1);
                    INSERT INTO stock_ledger VALUES
                        ('A', 2, -2, 0, 'COUNTED', 'c', '2026-01-02T03:04:05.678901Z'),
                        ('A', 1, 10, 0, 'INITIAL', 'i', '2026-01-02T03:04:05Z'),
                        ('B', 1, 4, 0, 'INITIAL', 'i', '1969-12-31T23:59:59.999999Z'),
                        ('A', 3, -1, 0, 'ADJUSTED', 'a|b', '2026-01-02T03:04:06Z')""");

            assertEquals(
                    String.valueOf(Migration.SCHEMA), Migration.run(settings).version());

            try (Connection connection = DriverManager.getConnection(settings.url(), owner, "x")) {
                write(connection, AT, change("A", StockChange.adjust("x", 1)), change("B", StockChange.adjust("x", 1)));
                LedgerVerdict verdict = LedgerAudit.verify(connection, null);
                assertEquals(List.of(), texts(verdict));
                assertEquals(6, verdict.entries());
            }
        } finally {
            execute(admin, "DROP DATABASE IF EXISTS " + owner + " WITH (FORCE)");
            execute(admin, "DROP ROLE " + owner);
        }
    }

    private static void execute(DatabaseSettings settings, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        settings.url(), settings.user(), settings.password() == null ? "" : settings.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
