package io.storegrid.compute.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.gateway.ImportGateway.Started;
import io.storegrid.compute.gateway.ImportLineParser.ParsedLine;
import io.storegrid.compute.gateway.ImportStatus;
import io.storegrid.compute.gateway.ImportStatus.LineError;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.persistence.ImportProgress;
import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportRow.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SpooledImportsTest {

    private static final Pause NONE = attempt -> {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
    };

    @TempDir
    private Path directory = Path.of("");

    private final MemoryJournal journal = new MemoryJournal();
    private final RecordingGateway gateway = new RecordingGateway();
    private SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Set<String> live = ConcurrentHashMap.newKeySet();
    private SpooledImports imports = node("unused");

    @BeforeEach
    void begin() {
        imports.close();
        imports = node("node-1");
    }

    @AfterEach
    void stop() {
        imports.close();
    }

    @Test
    void countsGoodAndBadLinesAndTellsTheBadOnes() throws IOException {
        ImportStatus done = run("k", "A|maçã|5\n\nbad\nB|pera|-1\r\nC|figo|13\n");
        assertEquals(
                new ImportStatus(
                        done.id(),
                        ImportStatus.State.DONE,
                        2,
                        2,
                        5,
                        List.of(
                                new LineError(3, "malformed-json", "no"),
                                new LineError(
                                        5, "below-reserved", "Fewer units than are reserved cannot be on hand."))),
                done);
        assertEquals(Map.of("A", "maçã", "B", "pera", "C", "figo"), gateway.titles());
        assertEquals(List.of(), files());
        assertEquals(
                2,
                meters.counter("storegrid.imports.lines", "result", "accepted").count());
        assertTrue(done.id().matches("imp_[0-9a-f]{32}"), done::id);
    }

    @Test
    void aFileWithoutLinesIsDone() throws IOException {
        ImportStatus done = run("k", "\n\n");
        assertEquals(0, done.accepted() + done.rejected());
    }

    @Test
    void theLaterLineOfASkuWins() throws IOException {
        String text = IntStream.range(0, 3_000)
                .mapToObj(i -> "S" + i % 7 + "|" + i + "|1")
                .collect(Collectors.joining("\n"));
        ImportStatus done = run("k", text);
        assertEquals(3_000, done.accepted());
        assertEquals(3_000, done.lastLine());
        Map<String, String> last = IntStream.range(2_993, 3_000)
                .boxed()
                .collect(Collectors.toMap(i -> "S" + i % 7, i -> Integer.toString(i)));
        assertEquals(last, gateway.titles());
    }

    @Test
    void aCommandHoldsLinesOfOneOwner() throws IOException {
        run("k", "A1|a|1\nB1|b|1\nA2|a|1\nB2|b|1\n");
        for (ImportProducts command : gateway.commands()) {
            assertEquals(
                    1,
                    command.lines().stream()
                            .map(line -> line.product().sku().substring(0, 1))
                            .distinct()
                            .count());
        }
        assertEquals(2, gateway.commands().size());
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultCode.class,
            names = {"INTERNAL", "IN_PROGRESS"},
            mode = EnumSource.Mode.EXCLUDE)
    void whateverTheEnvironmentDoesIsTriedAgain(FaultCode code) throws IOException {
        gateway.fail(code, code, code);
        assertEquals(2, run("k", "A|a|1\nB|b|1").accepted());
        assertEquals(Set.of("A", "B"), gateway.titles().keySet());
    }

    @Test
    void oneLineThatTheStoreCannotTakeDoesNotHoldUpTheOthers() throws IOException {
        String text = IntStream.range(0, 100)
                .mapToObj(i -> (i == 37 ? RecordingGateway.POISON : "A" + i) + "|t|1")
                .collect(Collectors.joining("\n"));
        ImportStatus done = run("k", text);
        assertEquals(99, done.accepted());
        assertEquals(List.of(38L), done.errors().stream().map(LineError::line).toList());
        assertEquals("internal", done.errors().get(0).code());
    }

    @Test
    void tellsAHundredBadLinesAndCountsAll() throws IOException {
        ImportStatus done = run("k", "bad\n".repeat(1_234));
        assertEquals(1_234, done.rejected());
        assertEquals(100, done.errors().size());
        assertEquals(100, done.errors().get(99).line());
    }

    @Test
    void badBytesAndEndlessLinesAreBadLines() throws IOException {
        Path file = imports.spool();
        try (var out = Files.newOutputStream(file)) {
            out.write("A|a|1\n".getBytes(StandardCharsets.UTF_8));
            out.write("B|maçã|1\n".getBytes(StandardCharsets.ISO_8859_1));
            out.write("x".repeat(300_000).getBytes(StandardCharsets.UTF_8));
            out.write("\nC|c|1".getBytes(StandardCharsets.UTF_8));
        }
        ImportStatus done = ended(imports.start(key("k", "x"), file));
        assertEquals(2, done.accepted());
        assertEquals(
                List.of("2 malformed-json", "3 payload-too-large"),
                done.errors().stream()
                        .map(error -> error.line() + " " + error.code())
                        .toList());
    }

    @Test
    void theSameRequestIsDoneOnce() throws IOException {
        ImportStatus first = run("k", "A|a|1");
        Started again = start("k", "A|a|1");
        assertEquals(new Started.Accepted(first.id(), true), again);
        assertEquals(1, gateway.commands().size());
        assertEquals(List.of(), files());
    }

    @Test
    void aKeyIsNotForTwoRequests() throws IOException {
        run("k", "A|a|1");
        assertInstanceOf(Started.KeyReused.class, start("k", "A|b|1"));
        assertEquals(List.of(), files());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void progressIsRecordedThoughTheStoreWasAway(boolean answersLost) throws IOException {
        journal.failNext(3, answersLost);
        ImportStatus done = run("k", "A|a|1\nbad");
        assertEquals(ImportStatus.State.DONE, done.state());
        assertEquals(1, done.accepted());
        assertEquals(1, done.rejected());
    }

    @Test
    void aStoppedImportGoesOnBehindItsLastLineWhenTheNodeStartsAgain() throws IOException {
        gateway.hang();
        Started started = start("k", "A|a|1\nB|b|1");
        await(() -> !gateway.commands().isEmpty());
        imports.close();
        assertEquals(1, files().size());

        RecordingGateway after = new RecordingGateway();
        imports = node("node-1b", after);
        Path orphan = Files.createFile(directory.resolve("orphan.ndjson"));
        assertEquals(1, imports.resume());
        ImportStatus done = ended(started);
        assertEquals(ImportStatus.State.DONE, done.state());
        assertEquals(Set.of("A", "B"), after.titles().keySet());
        assertTrue(Files.notExists(orphan));
    }

    @Test
    void anImportOfADeadNodeIsTakenOverByTheSameRequest() throws IOException {
        CommandKey key = key("k", "A|a|1\nB|b|1\nC|c|1");
        ImportProgress progress = new ImportProgress(2, 0, 2, List.of());
        journal.put("k", new ImportRow("imp_x", key.fingerprint(), State.RUNNING, progress, "dead", "elsewhere"));
        Started started = start("k", "A|a|1\nB|b|1\nC|c|1");
        assertEquals(new Started.Accepted("imp_x", true), started);
        assertEquals(3, ended(started).accepted());
        assertEquals(Set.of("C"), gateway.titles().keySet());
    }

    @Test
    void anImportOfALivingNodeIsLeftAlone() throws IOException {
        live.add("other");
        CommandKey key = key("k", "A|a|1");
        journal.put(
                "k",
                new ImportRow("imp_x", key.fingerprint(), State.RUNNING, ImportProgress.NONE, "other", "elsewhere"));
        assertEquals(new Started.Accepted("imp_x", true), start("k", "A|a|1"));
        assertEquals(List.of(), gateway.commands());
        assertEquals(List.of(), files());
    }

    @Test
    void anImportInOtherHandsIsLetGo() throws IOException {
        gateway.fail(FaultCode.STORE_UNAVAILABLE);
        Path file = spooled("A|a|1");
        CommandKey key = key("k", "A|a|1");
        ImportRow mine =
                new ImportRow("imp_x", key.fingerprint(), State.RUNNING, ImportProgress.NONE, "node-1", "stale");
        journal.put("k", mine.with("other", "elsewhere"));
        new LineRun(mine, file).run();
        assertEquals("other", journal.byId("imp_x").orElseThrow().runner());
        assertEquals(0, journal.records());
    }

    @Test
    void aLostFileEndsTheImport() throws IOException {
        CommandKey key = key("k", "A|a|1");
        ImportRow row =
                new ImportRow("imp_x", key.fingerprint(), State.RUNNING, ImportProgress.NONE, "node-1", "lost.ndjson");
        journal.put("k", row);
        new LineRun(row, directory.resolve("lost.ndjson")).run();
        ImportStatus failed = imports.status("imp_x").orElseThrow();
        assertEquals(ImportStatus.State.FAILED, failed.state());
        assertEquals("internal", failed.errors().get(0).code());
    }

    @Test
    void refusesMoreThanMayWait() throws IOException {
        gateway.hang();
        for (int i = 0; i < SpooledImports.WAITING_MAX; i++) {
            start("k" + i, "A|a|1");
        }
        Fault fault = assertThrows(Fault.class, () -> start("one more", "A|a|1"));
        assertEquals(FaultCode.OVERLOADED, fault.code());
        assertEquals(SpooledImports.WAITING_MAX, files().size());
        assertInstanceOf(Started.Accepted.class, start("k3", "A|a|1"), "a known key is answered all the same");
    }

    /** One run on this thread. */
    private final class LineRun {
        private final ImportRun run;

        LineRun(ImportRow row, Path file) {
            LineDelivery delivery = new LineDelivery(gateway, sku -> "one", NONE);
            run = new ImportRun(journal, SpooledImportsTest::parse, delivery, NONE, (good, bad) -> {}, row, file);
        }

        void run() {
            try {
                run.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    private SpooledImports node(String runner) {
        return node(runner, gateway);
    }

    private SpooledImports node(String runner, RecordingGateway to) {
        LineDelivery delivery = new LineDelivery(to, sku -> sku.substring(0, 1), NONE);
        meters = new SimpleMeterRegistry();
        return new SpooledImports(
                directory, journal, SpooledImportsTest::parse, delivery, NONE, runner, live::contains, meters);
    }

    private ImportStatus run(String key, String text) throws IOException {
        return ended(start(key, text));
    }

    private Started start(String key, String text) throws IOException {
        return imports.start(key(key, text), spooled(text));
    }

    private Path spooled(String text) throws IOException {
        return Files.writeString(imports.spool(), text);
    }

    private ImportStatus ended(Started started) {
        String id = assertInstanceOf(Started.Accepted.class, started).importId();
        await(() -> imports.status(id).orElseThrow().state() != ImportStatus.State.RUNNING
                && meters.get("storegrid.imports.running").gauge().value() == 0);
        return imports.status(id).orElseThrow();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not within 10 s");
            LockSupport.parkNanos(200_000);
        }
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static CommandKey key(String key, String text) {
        return new CommandKey(key, text.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code sku|title|onHand}. */
    private static ParsedLine parse(byte[] utf8) {
        String[] parts = new String(utf8, StandardCharsets.UTF_8).split("\\|", -1);
        if (parts.length != 3) {
            return ParsedLine.refused("malformed-json", "no");
        }
        Product product =
                new Product(parts[0], parts[1], "", "C", new Money(1, "BRL"), Map.of(), List.of(), 0, false, 0, 0);
        return ParsedLine.of(product, Long.parseLong(parts[2]));
    }
}
