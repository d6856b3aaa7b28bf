package io.storegrid.torture.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.check.Verdict;
import io.storegrid.torture.check.Verdict.Result;
import io.storegrid.torture.history.Attempt;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Operation.Outcome;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.report.Figures.Blow;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.InputSource;

class PageTest {

    private static final long SECOND = 1_000_000;
    private static final Verdict HOLDS =
            new Verdict("rows keep I1 to I9", Result.HOLDS, 10, 0, List.of(), List.of(), List.of("a | b"));
    private static final Verdict VIOLATED =
            new Verdict("no lie", Result.VIOLATED, 10, 12, List.of("BOLO-01 was sold twice"), List.of(), List.of());

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0} clean faults bound the rate at {1} %")
    @CsvSource({"150, 2", "30, 10", "300, 1", "100, 3", "1, 95", "10, 25.9"})
    void boundsWhatItCannotShow(int faults, String percent) {
        assertTrue(Page.bound(faults).contains("fewer than " + percent + " %"), Page.bound(faults));
    }

    @Test
    void claimsNothingWithoutFaultsOrWithAViolation() throws IOException {
        History history = run(3, 60);
        assertFalse(Page.bound(0).contains("%"));
        assertTrue(Page.markdown(history, List.of(HOLDS), "p.svg").contains("Everything holds"));
        String bad = Page.markdown(history, List.of(HOLDS, VIOLATED), "p.svg");
        assertTrue(bad.contains("Not everything holds") && bad.contains("No bound is claimed"), bad);
        assertTrue(bad.contains("- BOLO-01 was sold twice") && bad.contains("… and 2 more"), bad);
        assertTrue(Page.markdown(history, List.of(HOLDS, skipped()), "p.svg").contains("Not everything holds"));
        assertTrue(Page.markdown(history, List.of(), "p.svg").contains("Not everything holds"));
    }

    @Test
    void timesWhatAFaultDoes() {
        List<Operation> operations = List.of(
                write(1, 0, 1 * SECOND),
                // In flight when it begins: no sign that the store works.
                write(2, 1 * SECOND + 500_000, 2 * SECOND + 100_000),
                write(3, 2 * SECOND + 200_000, 7 * SECOND),
                write(4, 3 * SECOND, 4 * SECOND),
                write(5, 9 * SECOND, 9 * SECOND + 1_000));
        Fault fault = new Fault("kill", List.of("no-1"), 2 * SECOND, 5 * SECOND, 6 * SECOND, new TreeMap<>());
        Blow blow = new Figures(history(operations, List.of(fault))).blows().get(0);
        assertEquals(2 * SECOND, blow.firstMicros());
        assertEquals(3 * SECOND, blow.gapMicros());
        assertEquals(2, blow.asked());
        assertEquals(1, blow.soon());
    }

    @ParameterizedTest(name = "the {1}th percentile of {0} values is {2}")
    @CsvSource({"100, 50, 50", "100, 99, 99", "1, 99, 1", "3, 50, 2", "0, 99, -1"})
    void percentilesAreValuesThatWereSeen(int count, int percent, long expected) {
        long[] values = new long[count];
        for (int i = 0; i < count; i++) {
            values[i] = (long) count - i;
        }
        assertEquals(expected, Figures.percentile(values, percent));
    }

    @Test
    void drawsWellFormedPlots() throws Exception {
        for (int faults : new int[] {0, 1, 150}) {
            Path page = Page.write(run(faults, 1_800), List.of(HOLDS), directory, "run-" + faults);
            String svg = Files.readString(page.resolveSibling("run-" + faults + ".svg"));
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
            assertFalse(svg.contains("NaN"), "not a number");
            assertTrue(Files.readString(page).contains("](run-" + faults + ".svg)"));
        }
    }

    @ParameterizedTest(name = "{0} faults are {1} marks")
    @CsvSource({"40, 40", "41, 82"})
    void givesManyFaultsARowForEachName(int faults, int marks) {
        History history = run(faults, 600);
        String svg = Plot.svg(history);
        assertEquals(marks, svg.split("<title>", -1).length - 1);
        long named = history.faults().stream().map(Fault::name).distinct().count();
        assertEquals(named, svg.split(" × ", -1).length - 1);
    }

    @Test
    void drawsARunInWhichNothingHappened() {
        assertFalse(Plot.svg(history(List.of(), List.of())).contains("NaN"));
    }

    private static Verdict skipped() {
        return new Verdict("rows", Result.SKIPPED, 0, 0, List.of(), List.of(), List.of());
    }

    /** Steady clients, slower while something is broken. */
    private static History run(int faults, int seconds) {
        Random random = new Random(faults);
        List<String> names = List.of("kill", "pause", "split", "kill -9 PostgreSQL", "lose COMMIT", "drain & join");
        List<Fault> done = new ArrayList<>();
        for (int i = 0; i < faults; i++) {
            long began = (long) seconds * SECOND * (i + 1) / (faults + 1) + random.nextInt(500_000);
            done.add(new Fault(
                    names.get(random.nextInt(names.size())),
                    List.of("no-" + (1 + random.nextInt(3))),
                    began,
                    began + SECOND + random.nextInt(3_000_000),
                    began + 5 * SECOND,
                    new TreeMap<>(Map.of("signal", "KILL"))));
        }
        List<Operation> operations = new ArrayList<>();
        for (int i = 0; i < seconds * 20; i++) {
            long invoked = i * SECOND / 20;
            boolean broken = done.stream().anyMatch(fault -> fault.touches(invoked, invoked, 0));
            long took = broken && random.nextInt(10) == 0
                    ? 500_000 + random.nextInt(3_000_000)
                    : 2_000 + random.nextInt(20_000);
            operations.add(write(i, invoked, invoked + took));
        }
        return history(operations, done);
    }

    private static History history(List<Operation> operations, List<Fault> faults) {
        return new History(
                new History.Header(
                        7, "abcdef0", List.of("no-1", "no-2", "no-3"), 6, new TreeMap<>(), 0, new TreeMap<>()),
                operations,
                faults,
                List.of(new History.ProcessRun("no-1", 1, 0, 5, 137, true, List.of())),
                List.of(),
                List.of(),
                null);
    }

    private static Operation write(long id, long invoked, long completed) {
        Attempt attempt = new Attempt("no-1", invoked, completed, 201, "");
        return new Operation(
                id,
                0,
                Request.reserve("k" + id, new TreeMap<>(Map.of("BOLO-01", 1)), 300),
                invoked,
                completed,
                0,
                Outcome.OK,
                List.of(attempt),
                List.of());
    }
}
