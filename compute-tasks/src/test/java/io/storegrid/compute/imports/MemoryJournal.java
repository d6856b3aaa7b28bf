package io.storegrid.compute.imports;

import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportRow.State;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The journal as a map, with the same guards as the SQL, and a switch that takes it away. */
final class MemoryJournal implements ImportJournal {

    private final Map<String, ImportRow> byId = new HashMap<>();
    private final Map<String, String> idByKey = new HashMap<>();
    private int failures;
    private boolean loseAnswers;
    private int records;

    /** The next {@code count} writes of progress fail; with {@code afterwards}, when they are done. */
    synchronized void failNext(int count, boolean afterwards) {
        failures = count;
        loseAnswers = afterwards;
    }

    synchronized int records() {
        return records;
    }

    /** Plants a row. */
    synchronized void put(String key, ImportRow row) {
        idByKey.put(key, row.id());
        byId.put(row.id(), row);
    }

    @Override
    public synchronized boolean create(String key, ImportRow row) {
        if (idByKey.containsKey(key)) {
            return false;
        }
        put(key, row);
        return true;
    }

    @Override
    public synchronized Optional<ImportRow> byKey(String key) {
        return Optional.ofNullable(idByKey.get(key)).map(byId::get);
    }

    @Override
    public synchronized Optional<ImportRow> byId(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    @Override
    public synchronized List<ImportRow> runningOn(Collection<String> spools) {
        return byId.values().stream()
                .filter(row -> row.state() == State.RUNNING && spools.contains(row.spool()))
                .toList();
    }

    @Override
    public synchronized boolean takeOver(ImportRow seen, String runner, String spool) {
        if (!held(seen)) {
            return false;
        }
        byId.computeIfPresent(seen.id(), (id, stored) -> stored.with(runner, spool));
        return true;
    }

    @Override
    public synchronized boolean record(ImportRow row) throws SQLException {
        if (failures > 0 && !loseAnswers) {
            failures--;
            throw new SQLException("away");
        }
        boolean ours = held(row);
        if (ours) {
            byId.put(row.id(), row);
            records++;
        }
        if (failures > 0) {
            failures--;
            throw new SQLException("answer lost");
        }
        return ours;
    }

    private boolean held(ImportRow row) {
        ImportRow stored = byId.get(row.id());
        return stored != null
                && stored.state() == State.RUNNING
                && stored.runner().equals(row.runner())
                && stored.spool().equals(row.spool());
    }
}
