package io.storegrid.compute.imports;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.ImportGateway;
import io.storegrid.compute.gateway.ImportLineParser;
import io.storegrid.compute.gateway.ImportStatus;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.ImportProgress;
import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportRow.State;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Imports whose lines lie in files of this node. One thread works on them one after another, so that an import never takes
 * more than one step's share of the lanes from shoppers.
 *
 * <p>The row of an import names its runner (one life of one node) and the file. Whoever writes progress states both, so an
 * import that was taken over cannot be written by two. Thread-safe.
 */
public final class SpooledImports implements ImportGateway, AutoCloseable {

    /** Imports that wait or run on one node; each may hold a file of the largest body. */
    public static final int WAITING_MAX = 16;

    private static final Logger LOG = LoggerFactory.getLogger(SpooledImports.class);

    private static final long STOP_WAIT_MS = 2_000;

    private final Path directory;
    private final ImportJournal journal;
    private final ImportLineParser parser;
    private final LineDelivery delivery;
    private final Pause pause;
    private final String runner;
    private final Predicate<String> live;
    private final Counter accepted;
    private final Counter rejected;
    private final SecureRandom random = new SecureRandom();
    private final String filePrefix;
    private final Map<String, ImportRow> active = new ConcurrentHashMap<>();
    private final ExecutorService worker;

    /** As the other, of a node that does not reach PostgreSQL. */
    public static SpooledImports onClient(
            Ignite ignite, CommandGateway gateway, ImportLineParser parser, Path directory, MeterRegistry meters) {
        return on(ignite, new RemoteImportJournal(ignite), gateway, parser, directory, meters);
    }

    /** Imports of a node of the grid, kept in {@code directory}, which is this node's alone and made when first needed. */
    public static SpooledImports on(
            Ignite ignite,
            Database database,
            CommandGateway gateway,
            ImportLineParser parser,
            Path directory,
            MeterRegistry meters) {
        return on(ignite, new SqlImportJournal(database), gateway, parser, directory, meters);
    }

    private static SpooledImports on(
            Ignite ignite,
            ImportJournal journal,
            CommandGateway gateway,
            ImportLineParser parser,
            Path directory,
            MeterRegistry meters) {
        GridOwners grid = new GridOwners(ignite);
        return new SpooledImports(
                directory,
                journal,
                parser,
                new LineDelivery(gateway, grid::owner, Pause.BACKOFF),
                Pause.BACKOFF,
                grid.runner(),
                grid::live,
                meters);
    }

    /**
     * @param runner names this life of this node: another after every start
     * @param live whether the node of a runner is in the grid
     */
    SpooledImports(
            Path directory,
            ImportJournal journal,
            ImportLineParser parser,
            LineDelivery delivery,
            Pause pause,
            String runner,
            Predicate<String> live,
            MeterRegistry meters) {
        this.directory = directory;
        this.journal = journal;
        this.parser = parser;
        this.delivery = delivery;
        this.pause = pause;
        this.runner = runner;
        this.live = live;
        this.filePrefix = hex(4) + "-";
        this.accepted = lines(meters, "accepted");
        this.rejected = lines(meters, "rejected");
        Gauge.builder("storegrid.imports.running", active, Map::size)
                .description("Imports that wait or run on this node")
                .register(meters);
        this.worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "storegrid-import"));
    }

    /**
     * Goes on with the imports that an earlier life of this node left, and deletes files that belong to none. Blocking for
     * a few statements; once, when the grid takes commands.
     *
     * @return imports that go on
     */
    public int resume() throws IOException {
        if (!Files.isDirectory(directory)) {
            return 0;
        }
        Set<String> left;
        try (Stream<Path> files = Files.list(directory)) {
            left = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.startsWith(filePrefix))
                    .collect(Collectors.toSet());
        }
        if (left.isEmpty()) {
            return 0;
        }
        int resumed = 0;
        try {
            for (ImportRow row : journal.runningOn(left)) {
                if (journal.takeOver(row, runner, row.spool())) {
                    left.remove(row.spool());
                    LOG.info(
                            "Import goes on [import={}, behind line={}]",
                            row.id(),
                            row.progress().lastLine());
                    enqueue(row.with(runner, row.spool()));
                    resumed++;
                }
            }
        } catch (SQLException e) {
            throw storeAway(e);
        }
        for (String orphan : left) {
            Files.deleteIfExists(directory.resolve(orphan));
        }
        return resumed;
    }

    @Override
    public Path spool() throws IOException {
        Files.createDirectories(directory);
        return Files.createFile(directory.resolve(filePrefix + hex(12) + ".ndjson"));
    }

    @Override
    public Started start(CommandKey key, Path spooled) {
        boolean taken = false;
        try {
            Optional<ImportRow> known = journal.byKey(key.key());
            if (known.isEmpty()) {
                if (active.size() >= WAITING_MAX) {
                    throw new Fault(FaultCode.OVERLOADED, "imports wait already [count=" + active.size() + "]");
                }
                force(spooled);
                ImportRow row = new ImportRow(
                        "imp_" + hex(16),
                        key.fingerprint(),
                        State.RUNNING,
                        ImportProgress.NONE,
                        runner,
                        spooled.getFileName().toString());
                if (create(key.key(), row)) {
                    taken = true;
                    enqueue(row);
                    return new Started.Accepted(row.id(), false);
                }
                known = journal.byKey(key.key());
            }
            ImportRow row = known.orElseThrow();
            if (!row.askedBy(key.fingerprint())) {
                return new Started.KeyReused();
            }
            if (abandoned(row)) {
                force(spooled);
                String spool = spooled.getFileName().toString();
                if (journal.takeOver(row, runner, spool)) {
                    taken = true;
                    LOG.info(
                            "Import taken over [import={}, behind line={}]",
                            row.id(),
                            row.progress().lastLine());
                    enqueue(row.with(runner, spool));
                }
            }
            return new Started.Accepted(row.id(), true);
        } catch (SQLException e) {
            throw storeAway(e);
        } finally {
            if (!taken) {
                delete(spooled);
            }
        }
    }

    @Override
    public Optional<ImportStatus> status(String importId) {
        try {
            return journal.byId(importId).map(SpooledImports::told);
        } catch (SQLException e) {
            throw storeAway(e);
        }
    }

    /** Stops within two seconds; what runs goes on when the node starts again. */
    @Override
    public void close() {
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(STOP_WAIT_MS, TimeUnit.MILLISECONDS)) {
                LOG.warn("The import thread does not stop");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean create(String key, ImportRow row) throws SQLException {
        try {
            return journal.create(key, row);
        } catch (SQLTransientConnectionException e) {
            throw storeAway(e);
        } catch (SQLException e) {
            // The row may stand without a worker; the same request sent again finds it abandoned and takes it over.
            throw new Fault(FaultCode.OUTCOME_UNKNOWN, "whether the import was recorded is not known", e);
        }
    }

    /** RUNNING, but nobody runs it: its node is gone, or is this one and does not know it. */
    private boolean abandoned(ImportRow row) {
        return row.state() == State.RUNNING
                && (row.runner().equals(runner) ? !active.containsKey(row.id()) : !live.test(row.runner()));
    }

    private void enqueue(ImportRow row) {
        active.put(row.id(), row);
        try {
            worker.execute(() -> work(row));
        } catch (RejectedExecutionException e) {
            // This node stops. The row stays RUNNING and the file stays here.
            active.remove(row.id());
        }
    }

    private void work(ImportRow row) {
        Path file = directory.resolve(row.spool());
        ImportRun run = new ImportRun(journal, parser, delivery, pause, this::count, row, file);
        try {
            runToTheEnd(run, row);
            delete(file);
        } catch (InterruptedException e) {
            LOG.info("Import rests until this node starts again [import={}]", row.id());
            Thread.currentThread().interrupt();
        } finally {
            active.remove(row.id());
        }
    }

    private static void runToTheEnd(ImportRun run, ImportRow row) throws InterruptedException {
        try {
            run.run();
        } catch (RuntimeException e) {
            // A defect of ours. Without this an import would read RUNNING for ever.
            LOG.error("An import failed [import={}]", row.id(), e);
            run.fail("The import was ended by a defect of the store.");
        }
    }

    private void count(int acceptedLines, int rejectedLines) {
        accepted.increment(acceptedLines);
        rejected.increment(rejectedLines);
    }

    private static ImportStatus told(ImportRow row) {
        ImportProgress progress = row.progress();
        List<ImportStatus.LineError> errors = progress.refusals().stream()
                .map(refusal -> new ImportStatus.LineError(refusal.line(), refusal.code(), refusal.detail()))
                .toList();
        return new ImportStatus(
                row.id(),
                ImportStatus.State.valueOf(row.state().name()),
                progress.accepted(),
                progress.rejected(),
                progress.lastLine(),
                errors);
    }

    /** The answer promises that the lines are kept, so they have to be on the disk. */
    private static void force(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        } catch (IOException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "the lines cannot be kept: " + e, e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("A spooled file stays [file={}, cause={}]", file.getFileName(), e.toString());
        }
    }

    private static Fault storeAway(SQLException cause) {
        return new Fault(FaultCode.STORE_UNAVAILABLE, "imports are recorded in the database: " + cause, cause);
    }

    private static Counter lines(MeterRegistry meters, String result) {
        return Counter.builder("storegrid.imports.lines")
                .description("Lines of imports that were settled")
                .tag("result", result)
                .register(meters);
    }

    private String hex(int bytes) {
        byte[] id = new byte[bytes];
        random.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
