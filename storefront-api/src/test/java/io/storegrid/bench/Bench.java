package io.storegrid.bench;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The bench command. {@code ./mvnw -Pbench package}, with options in {@code -Dbench.args='…'}. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Measures what operations cost, beside what they cost in plain SQL.")
public final class Bench implements Callable<Integer> {

    /** The parts of a whole run. */
    enum Part {
        RESERVATIONS,
        HTTP,
        REFUSALS,
        HOLDS,
        EXPIRY,
        IDLE,
        NODES,
        MEMORY,
        /** Minutes and gigabytes, so only by name. */
        LEDGER
    }

    @Option(
            names = "--only",
            split = ",",
            paramLabel = "PART",
            description = "Parts to run: ${COMPLETION-CANDIDATES}. Default: all but ledger.")
    private Set<Part> only = EnumSet.complementOf(EnumSet.of(Part.LEDGER));

    @Option(names = "--shapes", split = ",", description = "Demand: ${COMPLETION-CANDIDATES}. Default: all.")
    private List<Demand.Shape> shapes = List.of(Demand.Shape.values());

    @Option(names = "--callers", split = ",", description = "Callers at a time. Default: 1, 16, 64, 256.")
    private List<Integer> callers = List.of(1, 16, 64, 256);

    @Option(names = "--without", split = ",", description = "Contenders that stay out of the reservations.")
    private Set<String> without = Set.of();

    @Option(names = "--routes", split = ",", description = "Over HTTP: ${COMPLETION-CANDIDATES}. Default: all.")
    private Set<HttpBench.Route> routes = EnumSet.allOf(HttpBench.Route.class);

    @Option(names = "--rounds", description = "Rounds in which contenders take turns. Default: ${DEFAULT-VALUE}.")
    private int rounds = 3;

    @Option(names = "--seconds", description = "Length of one turn, about. Default: ${DEFAULT-VALUE}.")
    private double seconds = 0.5;

    @Option(names = "--entries", description = "Length of the ledger. Default: ${DEFAULT-VALUE}.")
    private long entries = 10_000_000;

    @Option(names = "--out", description = "Where the page is written. Default: ${DEFAULT-VALUE}.")
    private Path out = Path.of("target", "bench.md");

    private Bench() {}

    public static void main(String[] arguments) {
        int code;
        try {
            code = new CommandLine(new Bench())
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .execute(arguments);
        } catch (Error e) {
            // Threads of the grid would keep the process, and whoever waits for it, for ever.
            e.printStackTrace();
            code = 1;
        }
        System.exit(code);
    }

    @Override
    public Integer call() {
        Report report = new Report();
        LogFiles.use();
        if (only.contains(Part.RESERVATIONS)) {
            new ReservationBench(report, callers, without, rounds, seconds).run(shapes);
        }
        if (only.contains(Part.HTTP)) {
            new HttpBench(report, rounds, seconds, HttpBench.WARM_UP).run(routes);
        }
        if (only.contains(Part.REFUSALS)) {
            new RefusalBench(report).run();
        }
        if (only.contains(Part.HOLDS)) {
            new HoldsBench(report).run();
        }
        if (only.contains(Part.EXPIRY)) {
            new ExpiryBench(report).run();
        }
        if (only.contains(Part.IDLE)) {
            new IdleBench(report).run();
        }
        if (only.contains(Part.NODES)) {
            new NodesBench(report).run();
        }
        if (only.contains(Part.MEMORY)) {
            new MemoryBench(report).run();
        }
        if (only.contains(Part.LEDGER)) {
            new LedgerBench(report, entries).run();
        }
        report.finish();
        report.write(out);
        return 0;
    }
}
