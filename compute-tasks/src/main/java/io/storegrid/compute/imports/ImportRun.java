package io.storegrid.compute.imports;

import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.gateway.ImportLineParser;
import io.storegrid.compute.gateway.ImportLineParser.ParsedLine;
import io.storegrid.compute.imports.LineDelivery.Parcel;
import io.storegrid.domain.Product;
import io.storegrid.persistence.ImportProgress;
import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportRow.Refusal;
import io.storegrid.persistence.ImportRow.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work on one import. Goes through the file in steps; while the owners settle one, the next is read, so at most two are
 * in memory. A step is recorded when all of its lines are settled: whoever goes on after a crash repeats one step, and a
 * repeated line changes nothing. Used by one thread.
 */
final class ImportRun {

    /** Told of every step that was recorded. */
    @FunctionalInterface
    interface Settled {
        void lines(int accepted, int rejected);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ImportRun.class);

    /** Lines of one step: enough that a commit's price is shared, little enough that a repeat is cheap. */
    static final int STEP_LINES_MAX = 500;

    /** Bytes of one step; bounds memory where lines are long. */
    static final int STEP_BYTES_MAX = 1 << 20;

    private final ImportJournal journal;
    private final ImportLineParser parser;
    private final LineDelivery delivery;
    private final Pause pause;
    private final Settled settled;
    private final Path file;
    private final Utf8 utf8 = new Utf8();
    private ImportRow row;

    /** Lines read and not settled; those that were refused at once are apart. */
    private record Step(List<ImportProducts.Line> lines, List<Refusal> refused, long lastLine) {}

    /**
     * @param row as recorded; the work begins behind its last line
     */
    ImportRun(
            ImportJournal journal,
            ImportLineParser parser,
            LineDelivery delivery,
            Pause pause,
            Settled settled,
            ImportRow row,
            Path file) {
        this.journal = journal;
        this.parser = parser;
        this.delivery = delivery;
        this.pause = pause;
        this.settled = settled;
        this.row = row;
        this.file = file;
    }

    /**
     * Works until the end of the file, or until the import is in other hands.
     *
     * @throws InterruptedException if this node stops; the import stays RUNNING
     */
    void run() throws InterruptedException {
        try (InputStream in = Files.newInputStream(file);
                LineReader lines = new LineReader(in)) {
            lines.skipTo(row.progress().lastLine());
            Step step = read(lines);
            while (step != null) {
                Parcel parcel = delivery.send(row.id(), step.lines());
                Step next = read(lines);
                List<Refusal> refusals = new ArrayList<>(step.refused());
                refusals.addAll(delivery.await(parcel));
                refusals.sort(Comparator.comparingLong(Refusal::line));
                int read = step.lines().size() + step.refused().size();
                if (!settle(next == null, read - refusals.size(), refusals, step.lastLine())) {
                    return;
                }
                step = next;
            }
            if (row.state() == State.RUNNING) {
                record(row.at(State.DONE, row.progress()));
            }
        } catch (IOException e) {
            LOG.warn("The lines of an import cannot be read [import={}]", row.id(), e);
            fail("The spooled lines could not be read.");
        }
    }

    /** Ends the import for a cause that no repeat heals. */
    void fail(String detail) throws InterruptedException {
        Refusal cause = new Refusal(row.progress().lastLine() + 1, "internal", detail);
        List<Refusal> refusals = new ArrayList<>(row.progress().refusals());
        if (refusals.size() == ImportProgress.REFUSALS_MAX) {
            refusals.remove(refusals.size() - 1);
        }
        refusals.add(cause);
        ImportProgress progress = row.progress();
        record(row.at(
                State.FAILED,
                new ImportProgress(progress.accepted(), progress.rejected(), progress.lastLine(), refusals)));
    }

    private boolean settle(boolean last, int accepted, List<Refusal> refusals, long lastLine)
            throws InterruptedException {
        ImportProgress progress = row.progress().after(accepted, refusals, lastLine);
        if (!record(row.at(last ? State.DONE : State.RUNNING, progress))) {
            LOG.info("An import went into other hands [import={}]", row.id());
            return false;
        }
        settled.lines(accepted, refusals.size());
        return true;
    }

    private boolean record(ImportRow newRow) throws InterruptedException {
        for (int attempt = 0; ; attempt++) {
            try {
                boolean ours = journal.record(newRow) || recordedAlready(newRow);
                row = newRow;
                return ours;
            } catch (SQLException e) {
                if (attempt == 0) {
                    LOG.info("Import waits for the store [import={}, cause={}]", row.id(), e.toString());
                }
            }
            pause.before(attempt);
        }
    }

    /** An end that was committed though its answer was lost looks like other hands: the row no longer is RUNNING. */
    private boolean recordedAlready(ImportRow newRow) throws SQLException {
        return newRow.state() != State.RUNNING
                && journal.byId(newRow.id())
                        .filter(found -> found.runner().equals(newRow.runner())
                                && found.spool().equals(newRow.spool())
                                && found.state() == newRow.state())
                        .isPresent();
    }

    private @Nullable Step read(LineReader reader) throws IOException {
        List<ImportProducts.Line> lines = new ArrayList<>();
        List<Refusal> refused = new ArrayList<>();
        long lastLine = 0;
        int bytes = 0;
        while (lines.size() + refused.size() < STEP_LINES_MAX && bytes < STEP_BYTES_MAX) {
            LineReader.Line line = reader.next();
            if (line == null) {
                break;
            }
            lastLine = line.number();
            if (line.blank()) {
                continue;
            }
            bytes += line.bytes() == null ? 0 : line.bytes().length;
            ParsedLine parsed = parse(line.bytes());
            Product product = parsed.product();
            if (product == null) {
                refused.add(new Refusal(line.number(), parsed.code(), parsed.detail()));
            } else {
                lines.add(new ImportProducts.Line(line.number(), product, parsed.onHand()));
            }
        }
        return lastLine == 0 ? null : new Step(lines, refused, lastLine);
    }

    private ParsedLine parse(byte @Nullable [] line) {
        if (line == null) {
            return ParsedLine.refused(
                    "payload-too-large", "The line is longer than " + LineReader.LINE_BYTES_MAX + " bytes.");
        }
        if (!utf8.isValid(line)) {
            return ParsedLine.refused("malformed-json", "The line is not UTF-8.");
        }
        return parser.parse(line);
    }
}
