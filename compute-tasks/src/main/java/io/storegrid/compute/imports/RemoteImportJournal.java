package io.storegrid.compute.imports;

import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.ImportRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;

/** The imports' rows, for a node that does not reach PostgreSQL: a node with data writes them. Thread-safe. */
final class RemoteImportJournal implements ImportJournal {

    private final Ignite ignite;

    RemoteImportJournal(Ignite ignite) {
        this.ignite = ignite;
    }

    @Override
    public boolean create(String key, ImportRow row) throws SQLException {
        return changed(new Entry(Entry.Verb.CREATE, key, row, "", ""));
    }

    @Override
    public Optional<ImportRow> byKey(String key) throws SQLException {
        return found(new Entry(Entry.Verb.BY_KEY, key, null, "", ""));
    }

    @Override
    public Optional<ImportRow> byId(String id) throws SQLException {
        return found(new Entry(Entry.Verb.BY_ID, id, null, "", ""));
    }

    @Override
    public List<ImportRow> runningOn(Collection<String> spools) throws SQLException {
        return StoreQuestion.put(ignite, new Running(new ArrayList<>(spools)));
    }

    @Override
    public boolean takeOver(ImportRow seen, String runner, String spool) throws SQLException {
        return changed(new Entry(Entry.Verb.TAKE_OVER, "", seen, runner, spool));
    }

    @Override
    public boolean record(ImportRow row) throws SQLException {
        return changed(new Entry(Entry.Verb.RECORD, "", row, "", ""));
    }

    private boolean changed(Entry entry) throws SQLException {
        return !StoreQuestion.put(ignite, entry).isEmpty();
    }

    private Optional<ImportRow> found(Entry entry) throws SQLException {
        return StoreQuestion.put(ignite, entry).stream().findFirst();
    }

    /** One row read or written; the answer has it, or is empty when there is none or nothing was changed. Crosses the grid. */
    private static final class Entry extends StoreQuestion<Database, List<ImportRow>> {

        enum Verb {
            CREATE,
            BY_KEY,
            BY_ID,
            TAKE_OVER,
            RECORD
        }

        private static final long serialVersionUID = 1L;

        private final Verb verb;
        private final String name;
        private final @Nullable ImportRow row;
        private final String runner;
        private final String spool;

        Entry(Verb verb, String name, @Nullable ImportRow row, String runner, String spool) {
            super(Database.class);
            this.verb = verb;
            this.name = name;
            this.row = row;
            this.runner = runner;
            this.spool = spool;
        }

        @Override
        protected List<ImportRow> ask(Database database) throws SQLException {
            ImportJournal journal = new SqlImportJournal(database);
            List<ImportRow> rows = new ArrayList<>();
            ImportRow given = row;
            switch (verb) {
                case BY_KEY -> journal.byKey(name).ifPresent(rows::add);
                case BY_ID -> journal.byId(name).ifPresent(rows::add);
                default -> {
                    if (given != null && write(journal, given)) {
                        rows.add(given);
                    }
                }
            }
            return rows;
        }

        private boolean write(ImportJournal journal, ImportRow given) throws SQLException {
            return switch (verb) {
                case CREATE -> journal.create(name, given);
                case TAKE_OVER -> journal.takeOver(given, runner, spool);
                default -> journal.record(given);
            };
        }
    }

    /** Unfinished imports of one node. Crosses the grid. */
    private static final class Running extends StoreQuestion<Database, List<ImportRow>> {

        private static final long serialVersionUID = 1L;

        private final List<String> spools;

        Running(List<String> spools) {
            super(Database.class);
            this.spools = spools;
        }

        @Override
        protected List<ImportRow> ask(Database database) throws SQLException {
            return new ArrayList<>(new SqlImportJournal(database).runningOn(spools));
        }
    }
}
