package io.storegrid.persistence;

import io.storegrid.domain.LedgerChain;
import io.storegrid.domain.LedgerEntry;
import io.storegrid.domain.LedgerVerdict;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the ledger, or over one SKU's part of it: computes every hash anew, looks for gaps, and compares what the
 * entries of each SKU add up to with its row.
 *
 * <p>It reads one snapshot beside live writes and keeps a few thousand rows in memory, however long the ledger is. After a
 * hash that is wrong it goes on from the stored one, so that one changed entry is one problem and not thousands. Used once.
 */
public final class LedgerAudit {

    private static final int FETCH_ROWS = 2_000;

    /** Finished SKUs that are compared with their rows at a time. */
    private static final int ENDS_MAX = 1_000;

    private static final String ROWS = "SELECT sku, on_hand, reserved, version FROM inventory WHERE sku = ANY (?)";

    private final Connection connection;
    private final @Nullable String only;
    private final LedgerChain chain = new LedgerChain();
    private final List<LedgerVerdict.Problem> problems = new ArrayList<>();
    private final List<Walk> ended = new ArrayList<>(ENDS_MAX);
    private long entries;
    private long skus;

    private LedgerAudit(Connection connection, @Nullable String only) {
        this.connection = connection;
        this.only = only;
    }

    /** How far the entries of one SKU have been followed. */
    private static final class Walk {

        private final String sku;
        private long version;
        private long onHand;
        private long reserved;
        private boolean whole = true;
        private byte[] stored = LedgerChain.beginning();
        /** What the last hash should be, where the stored one is another. */
        private byte @Nullable [] computed;

        Walk(String sku) {
            this.sku = sku;
        }
    }

    /**
     * Verifies the ledger; the connection's transaction, if it has one, is ended.
     *
     * @param sku only this one's entries; null: all
     */
    public static LedgerVerdict verify(Connection connection, @Nullable String sku) throws SQLException {
        // Inside a transaction and with a fetch size the driver streams; the snapshot makes rows and entries fit each
        // other.
        connection.setAutoCommit(false);
        connection.rollback();
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        connection.setReadOnly(true);
        try {
            return new LedgerAudit(connection, sku).verdict();
        } finally {
            connection.rollback();
        }
    }

    private LedgerVerdict verdict() throws SQLException {
        follow();
        findRowsWithoutEntries();
        return new LedgerVerdict(entries, skus, heads(), problems);
    }

    private PreparedStatement streaming(String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setFetchSize(FETCH_ROWS);
        if (only != null) {
            statement.setString(1, only);
        }
        return statement;
    }

    private void follow() throws SQLException {
        try (PreparedStatement statement = streaming("SELECT " + LedgerSql.COLUMNS + " FROM stock_ledger"
                        + (only == null ? "" : " WHERE sku = ?") + " ORDER BY sku, version");
                ResultSet rows = statement.executeQuery()) {
            Walk walk = null;
            while (rows.next()) {
                LedgerEntry entry = LedgerSql.entry(rows);
                if (walk == null || !walk.sku.equals(entry.sku())) {
                    end(walk);
                    walk = new Walk(entry.sku());
                }
                step(walk, entry, rows.getBytes(LedgerSql.HASH_COLUMN));
            }
            end(walk);
            compareEnded();
        }
    }

    private void step(Walk walk, LedgerEntry entry, byte[] hash) {
        entries++;
        long due = walk.version + 1;
        walk.computed = linked(walk, entry, hash, due);
        walk.stored = hash;
        walk.version = entry.version();
        walk.onHand += entry.deltaOnHand();
        walk.reserved += entry.deltaReserved();
    }

    /** Null when {@code hash} is right or nobody can tell, and what it should be when it is wrong. */
    private byte @Nullable [] linked(Walk walk, LedgerEntry entry, byte[] hash, long due) {
        if (entry.version() > due) {
            walk.whole = false;
            found(
                    walk.sku,
                    due,
                    entry.version() == due + 1
                            ? "the entry is missing"
                            : "the entries up to version " + (entry.version() - 1) + " are missing");
            return null;
        }
        if (entry.version() < due) {
            walk.whole = false;
            found(walk.sku, entry.version(), "there is more than one entry with this version");
            return null;
        }
        byte[] expected = chain.link(walk.stored, entry);
        // Where only the hash before was changed, the entry still fits the one that should be there.
        if (Arrays.equals(expected, hash)
                || (walk.computed != null && Arrays.equals(chain.link(walk.computed, entry), hash))) {
            return null;
        }
        found(walk.sku, entry.version(), "the entry or its hash was changed");
        return expected;
    }

    private void end(@Nullable Walk walk) throws SQLException {
        if (walk != null) {
            skus++;
            ended.add(walk);
            if (ended.size() == ENDS_MAX) {
                compareEnded();
            }
        }
    }

    /** Compares what the entries add up to with the rows. */
    private void compareEnded() throws SQLException {
        if (ended.isEmpty()) {
            return;
        }
        Map<String, long[]> rows = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(ROWS)) {
            statement.setObject(1, ended.stream().map(walk -> walk.sku).toArray(String[]::new));
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    rows.put(found.getString(1), new long[] {found.getLong(2), found.getLong(3), found.getLong(4)});
                }
            }
        }
        for (Walk walk : ended) {
            compare(walk, rows.get(walk.sku));
        }
        ended.clear();
    }

    private void compare(Walk walk, long @Nullable [] row) {
        if (row == null) {
            found(walk.sku, walk.version, "there is no stock row");
        } else if (row[2] > walk.version) {
            found(walk.sku, walk.version + 1, "the entries up to the stock row's version " + row[2] + " are missing");
        } else if (row[2] < walk.version) {
            found(walk.sku, row[2] + 1, "the stock row has version " + row[2] + ", the last entry " + walk.version);
        } else if (walk.whole && (row[0] != walk.onHand || row[1] != walk.reserved)) {
            found(
                    walk.sku,
                    walk.version,
                    "the entries add up to " + walk.onHand + " on hand and " + walk.reserved
                            + " reserved, the stock row has " + row[0] + " and " + row[1]);
        }
    }

    private void findRowsWithoutEntries() throws SQLException {
        try (PreparedStatement statement = streaming("SELECT i.sku FROM inventory i WHERE "
                        + (only == null ? "" : "i.sku = ? AND ")
                        + "NOT EXISTS (SELECT 1 FROM stock_ledger g WHERE g.sku = i.sku)");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found(rows.getString(1), 1, "the stock row has no entry");
            }
        }
    }

    /** The digest that {@link LedgerVerdict#heads} describes. */
    private String heads() throws SQLException {
        MessageDigest digest = LedgerChain.sha256();
        try (PreparedStatement statement =
                        streaming("SELECT g.sku || '|' || g.version || '|' || encode(g.hash, 'hex') || chr(10)"
                                + " FROM inventory i JOIN stock_ledger g ON g.sku = i.sku AND g.version = i.version"
                                + (only == null ? "" : " WHERE i.sku = ?") + " ORDER BY i.sku COLLATE \"C\"");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                digest.update(rows.getString(1).getBytes(StandardCharsets.UTF_8));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void found(String sku, long version, String what) {
        if (problems.size() < LedgerVerdict.PROBLEMS_MAX) {
            problems.add(new LedgerVerdict.Problem(sku, version, what));
        }
    }
}
