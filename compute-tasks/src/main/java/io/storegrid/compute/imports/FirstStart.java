package io.storegrid.compute.imports;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.ImportProgress;
import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportRow.Refusal;
import io.storegrid.persistence.ImportRow.State;
import io.storegrid.persistence.ImportSql;
import io.storegrid.persistence.sample.SampleCatalogue;
import io.storegrid.persistence.sample.SampleItem;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.ignite.Ignite;

/**
 * Fills an empty store with the sample catalogue, by the way that every import takes. Recorded like one, so that a first
 * start that was killed half-way is finished by the next, and of several nodes that start at once one does the work.
 */
public final class FirstStart {

    /** Told after every step. */
    @FunctionalInterface
    public interface Progress {
        void at(int done, int total);
    }

    /** Holds a space, so no caller's key can be it. */
    private static final String KEY = "first start";

    private static final String ID = "imp_" + "0".repeat(32);

    private static final String SPOOL = "sample";

    private final Database database;
    private final ImportJournal journal;
    private final LineDelivery delivery;
    private final String runner;
    private final Predicate<String> live;

    public FirstStart(Ignite ignite, Database database, CommandGateway gateway) {
        GridOwners grid = new GridOwners(ignite);
        this.database = database;
        this.journal = new SqlImportJournal(database);
        this.delivery = new LineDelivery(gateway, grid::owner, Pause.BACKOFF);
        this.runner = grid.runner();
        this.live = grid::live;
    }

    /**
     * Imports the sample if the store has no product and never had one, or if an earlier first start did not end. Blocking;
     * a few seconds when there is work.
     *
     * @return products that this call brought in; 0 when nothing was due
     */
    public int run(Progress progress) throws InterruptedException {
        try {
            Optional<ImportRow> mine = claim();
            return mine.isEmpty() ? 0 : load(mine.get(), progress);
        } catch (SQLException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "the sample could not be recorded: " + e, e);
        }
    }

    private Optional<ImportRow> claim() throws SQLException {
        Optional<ImportRow> known = journal.byKey(KEY);
        if (known.isPresent()) {
            ImportRow row = known.get();
            boolean abandoned =
                    row.state() == State.RUNNING && (row.runner().equals(runner) || !live.test(row.runner()));
            return abandoned && journal.takeOver(row, runner, SPOOL)
                    ? Optional.of(row.with(runner, SPOOL))
                    : Optional.empty();
        }
        try (Connection connection = database.reader()) {
            if (ImportSql.anyProduct(connection)) {
                return Optional.empty();
            }
        }
        ImportRow row = new ImportRow(ID, new byte[0], State.RUNNING, ImportProgress.NONE, runner, SPOOL);
        return journal.create(KEY, row) ? Optional.of(row) : Optional.empty();
    }

    private int load(ImportRow claimed, Progress progress) throws SQLException, InterruptedException {
        ImportRow row = claimed;
        long number = 0;
        int brought = 0;
        try (SampleCatalogue.Items items = SampleCatalogue.items()) {
            List<ImportProducts.Line> step = new ArrayList<>(ImportRun.STEP_LINES_MAX);
            while (items.hasNext()) {
                SampleItem item = items.next();
                number++;
                if (number > row.progress().lastLine()) {
                    step.add(new ImportProducts.Line(number, item.product(), item.onHand()));
                }
                if (step.size() == ImportRun.STEP_LINES_MAX || (!items.hasNext() && !step.isEmpty())) {
                    List<Refusal> refused = delivery.await(delivery.send(row.id(), step));
                    int accepted = step.size() - refused.size();
                    brought += accepted;
                    row = row.at(State.RUNNING, row.progress().after(accepted, refused, number));
                    journal.record(row);
                    progress.at((int) number, SampleCatalogue.SIZE);
                    step.clear();
                }
            }
        }
        journal.record(row.at(State.DONE, row.progress()));
        return brought;
    }
}
