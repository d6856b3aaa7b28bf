package io.storegrid.compute.imports;

import io.storegrid.persistence.ImportRow;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The imports' rows, as {@link io.storegrid.persistence.ImportSql} keeps them; tests keep them in memory. Thread-safe. */
interface ImportJournal {

    /** Records a new import, unless its key was used before. */
    boolean create(String key, ImportRow row) throws SQLException;

    Optional<ImportRow> byKey(String key) throws SQLException;

    Optional<ImportRow> byId(String id) throws SQLException;

    /** Unfinished imports whose lines lie in one of these files. */
    List<ImportRow> runningOn(Collection<String> spools) throws SQLException;

    /** Puts an unfinished import into other hands, unless somebody else did since {@code seen} was read. */
    boolean takeOver(ImportRow seen, String runner, String spool) throws SQLException;

    /** Writes how far an import is; false when it is in other hands. */
    boolean record(ImportRow row) throws SQLException;
}
