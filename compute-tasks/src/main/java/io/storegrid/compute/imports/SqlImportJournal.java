package io.storegrid.compute.imports;

import io.storegrid.persistence.Database;
import io.storegrid.persistence.ImportRow;
import io.storegrid.persistence.ImportSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The journal in PostgreSQL: one statement a call. Thread-safe. */
final class SqlImportJournal implements ImportJournal {

    private final Database database;

    SqlImportJournal(Database database) {
        this.database = database;
    }

    @Override
    public boolean create(String key, ImportRow row) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.create(connection, key, row);
        }
    }

    @Override
    public Optional<ImportRow> byKey(String key) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.byKey(connection, key);
        }
    }

    @Override
    public Optional<ImportRow> byId(String id) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.byId(connection, id);
        }
    }

    @Override
    public List<ImportRow> runningOn(Collection<String> spools) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.runningOn(connection, spools);
        }
    }

    @Override
    public boolean takeOver(ImportRow seen, String runner, String spool) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.takeOver(connection, seen, runner, spool);
        }
    }

    @Override
    public boolean record(ImportRow row) throws SQLException {
        try (Connection connection = database.reader()) {
            return ImportSql.record(connection, row);
        }
    }
}
