package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.StockRow;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Invariants I1 to I9 of the books at the end, computed from the rows and not by the store's own statements. What each says is
 * in the design's list; a first stock that is not the run's own is a violation of I3. Linear in the number of rows.
 */
final class RowsKeepInvariants implements Checker {

    @Override
    public String name() {
        return "rows keep I1 to I9";
    }

    @Override
    public void check(Books books, Findings findings) {
        FinalState end = books.end();
        Map<String, Long> held = new HashMap<>();
        Map<String, Long> sold = new HashMap<>();
        end.holds().forEach((id, row) -> {
            settledOnce(id, row, books.entriesOf(id), findings);
            for (Map.Entry<String, Integer> line : row.lines().entrySet()) {
                if (row.state() == HoldState.HELD) {
                    held.merge(line.getKey(), (long) line.getValue(), Long::sum);
                } else if (row.state() == HoldState.CONFIRMED) {
                    sold.merge(line.getKey(), (long) line.getValue(), Long::sum);
                }
            }
        });
        TreeSet<String> skus = new TreeSet<>(books.skus());
        skus.addAll(end.stock().keySet());
        for (String sku : skus) {
            StockRow row = end.stock().get(sku);
            Ledger ledger = books.ledgers().get(sku);
            if (row == null || ledger == null) {
                findings.violation("I4 {}: row {}, ledger of {} entries", sku, row, ledger == null ? 0 : ledger.size());
                continue;
            }
            stock(sku, row, held.getOrDefault(sku, 0L), findings);
            replays(row, ledger, findings);
            long came = came(books, ledger, findings);
            findings.require(
                    came - row.onHand() == sold.getOrDefault(sku, 0L),
                    "I3 {}: {} came in, {} are on hand, but {} were sold",
                    sku,
                    came,
                    row.onHand(),
                    sold.getOrDefault(sku, 0L));
        }
        unknownHolds(books, findings);
        if (end.orders().isEmpty()) {
            findings.note("I10 was not looked at: the run has no orders");
        }
    }

    private static void stock(String sku, StockRow row, long held, Findings findings) {
        findings.require(
                0 <= row.reserved() && row.reserved() <= row.onHand(),
                "I1 {}: {} reserved of {} on hand",
                sku,
                row.reserved(),
                row.onHand());
        findings.require(
                row.reserved() == held, "I2 {}: {} reserved, but live holds have {}", sku, row.reserved(), held);
    }

    private static void replays(StockRow row, Ledger ledger, Findings findings) {
        String sku = ledger.sku();
        int last = ledger.size() - 1;
        findings.require(
                ledger.onHand(last) == row.onHand() && ledger.reserved(last) == row.reserved(),
                "I4 {}: the ledger replays to {} on hand and {} reserved, the row says {} and {}",
                sku,
                ledger.onHand(last),
                ledger.reserved(last),
                row.onHand(),
                row.reserved());
        findings.require(
                ledger.size() == row.version(), "I5 {}: {} entries for version {}", sku, ledger.size(), row.version());
        for (int i = 0; i < ledger.size(); i++) {
            LedgerEntry entry = ledger.entry(i);
            findings.require(entry.version() == i + 1L, "I5 {}: entry {} has version {}", sku, i + 1, entry.version());
            findings.require(
                    ledger.available(i) >= 0,
                    "I6 {}: {} available at version {} [{} {}]",
                    sku,
                    ledger.available(i),
                    entry.version(),
                    entry.reason(),
                    entry.ref());
        }
    }

    /** Units that came in by first stock, adjustments, stock-takes and cancelled orders. */
    private static long came(Books books, Ledger ledger, Findings findings) {
        long came = 0;
        Long first = books.history().header().firstStock().get(ledger.sku());
        for (int i = 0; i < ledger.size(); i++) {
            LedgerEntry entry = ledger.entry(i);
            switch (entry.reason()) {
                case INITIAL -> {
                    came += entry.deltaOnHand();
                    findings.require(
                            first == null || (i == 0 && first == entry.deltaOnHand()),
                            "I3 {}: first stock of {} at entry {}, the run began with {}",
                            ledger.sku(),
                            entry.deltaOnHand(),
                            i + 1,
                            first);
                }
                case ADJUSTED, COUNTED, RESTOCKED -> came += entry.deltaOnHand();
                case RESERVED, CONFIRMED, RELEASED, EXPIRED -> {
                    // Holds and sales.
                }
            }
        }
        return came;
    }

    /** I7, I8 and I9 of one hold. */
    private static void settledOnce(String id, HoldRow row, List<LedgerEntry> entries, Findings findings) {
        Map<String, Long> entered = new TreeMap<>();
        Map<String, LedgerEntry> left = new TreeMap<>();
        for (LedgerEntry entry : entries) {
            if (entry.reason() == LedgerReason.RESERVED) {
                findings.require(
                        entered.put(entry.sku(), entry.deltaReserved()) == null,
                        "I7 {}: its line of {} entered twice",
                        id,
                        entry.sku());
                continue;
            }
            LedgerEntry before = left.put(entry.sku(), entry);
            findings.require(
                    before == null, "I7 {}: its line of {} left twice, {} and {}", id, entry.sku(), before, entry);
            long units = row.lines().getOrDefault(entry.sku(), 0);
            findings.require(
                    entry.deltaReserved() == -units
                            && entry.deltaOnHand() == (entry.reason() == LedgerReason.CONFIRMED ? -units : 0),
                    "I7 {}: {} units of {} left as {}",
                    id,
                    units,
                    entry.sku(),
                    entry);
            findings.require(
                    entry.reason().name().equals(row.state().name()),
                    "I9 {}: is {}, its line of {} left as {}",
                    id,
                    row.state(),
                    entry.sku(),
                    entry.reason());
        }
        Map<String, Long> lines = new TreeMap<>();
        row.lines().forEach((sku, quantity) -> lines.put(sku, (long) quantity));
        findings.require(
                !lines.isEmpty() && lines.equals(entered), "I8 {}: has lines {}, entered were {}", id, lines, entered);
        findings.require(
                row.state() == HoldState.HELD
                        ? left.isEmpty()
                        : left.keySet().equals(row.lines().keySet()),
                "I9 {}: is {}, and lines of {} left",
                id,
                row.state(),
                left.keySet());
    }

    /** I8: every entry of a hold has its hold. */
    private static void unknownHolds(Books books, Findings findings) {
        for (Ledger ledger : books.ledgers().values()) {
            for (int i = 0; i < ledger.size(); i++) {
                LedgerEntry entry = ledger.entry(i);
                boolean ofAHold = switch (entry.reason()) {
                    case RESERVED, CONFIRMED, RELEASED, EXPIRED -> true;
                    case INITIAL, ADJUSTED, COUNTED, RESTOCKED -> false;
                };
                findings.require(!ofAHold || books.end().holds().containsKey(entry.ref()), "I8 no hold for {}", entry);
            }
        }
    }
}
