package io.storegrid.persistence;

import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerEntry;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads of the stock ledger. Entries never change, so pages need no common snapshot. */
public final class LedgerSql {

    /** The columns that {@link #entry} reads. */
    static final String COLUMNS = "sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash";

    static final int HASH_COLUMN = 8;

    private static final String HEAD = """
            SELECT i.sku, i.on_hand, i.reserved, i.version, g.hash
            FROM inventory i LEFT JOIN stock_ledger g ON g.sku = i.sku AND g.version = i.version
            WHERE i.sku = ?""";

    private static final String PAGE =
            "SELECT " + COLUMNS + " FROM stock_ledger WHERE sku = ? AND version <= ? ORDER BY version DESC LIMIT ?";

    // From the row backwards: what is asked for is mostly recent. The time of entries is not in the order of their
    // versions where two writers of one SKU raced, so the last version counts and later ones are passed one by one.
    private static final String AT = """
            SELECT i.sku, i.on_hand - coalesce(s.on_hand, 0), i.reserved - coalesce(s.reserved, 0), v.version
            FROM inventory i
            CROSS JOIN LATERAL (
                SELECT g.version FROM stock_ledger g
                WHERE g.sku = i.sku AND g.version <= i.version AND g.at <= @at@
                ORDER BY g.version DESC LIMIT 1) AS v
            CROSS JOIN LATERAL (
                SELECT sum(g.delta_on_hand)::bigint AS on_hand, sum(g.delta_reserved)::bigint AS reserved
                FROM stock_ledger g
                WHERE g.sku = i.sku AND g.version > v.version AND g.version <= i.version) AS s
            WHERE i.sku = ?""".replace("@at@", Times.fromMicros("?"));

    private LedgerSql() {}

    /**
     * Entries of a SKU, newest first; empty when it never had stock.
     *
     * @param from where the page before ended; null for the newest
     */
    public static Optional<LedgerPage> page(Connection connection, String sku, @Nullable LedgerMark from, int limit)
            throws SQLException {
        InventoryItem row;
        byte[] headHash;
        try (PreparedStatement statement = connection.prepareStatement(HEAD)) {
            statement.setString(1, sku);
            try (ResultSet found = statement.executeQuery()) {
                if (!found.next()) {
                    return Optional.empty();
                }
                row = StockSql.item(found);
                headHash = found.getBytes(5);
            }
        }
        LedgerMark mark = from == null ? LedgerMark.of(row) : from;
        List<LedgerPage.Line> lines = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(PAGE)) {
            statement.setString(1, sku);
            statement.setLong(2, mark.version());
            statement.setInt(3, limit);
            try (ResultSet found = statement.executeQuery()) {
                while (found.next()) {
                    LedgerEntry entry = entry(found);
                    LedgerMark after = new LedgerMark(entry.version(), mark.onHand(), mark.reserved());
                    lines.add(new LedgerPage.Line(entry, after, HexFormat.of().formatHex(found.getBytes(HASH_COLUMN))));
                    mark = mark.before(entry);
                }
            }
        }
        return Optional.of(new LedgerPage(
                lines,
                row.version(),
                headHash == null ? null : HexFormat.of().formatHex(headHash),
                lines.size() < limit || mark.version() < 1 ? null : mark));
    }

    /** The stock as the last entry up to a moment left it; empty before the first entry. */
    public static Optional<InventoryItem> at(Connection connection, String sku, long atMicros) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AT)) {
            statement.setLong(1, atMicros);
            statement.setString(2, sku);
            try (ResultSet found = statement.executeQuery()) {
                return found.next() ? Optional.of(StockSql.item(found)) : Optional.empty();
            }
        }
    }

    static LedgerEntry entry(ResultSet row) throws SQLException {
        return new LedgerEntry(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getLong(4),
                row.getString(5),
                row.getString(6),
                Times.micros(row, 7));
    }
}
