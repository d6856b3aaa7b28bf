package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Hold;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The holds of one SKU that were not settled when their time was over: until somebody sweeps them, their units are reserved and
 * count as available all the same.
 */
final class LateHolds {

    /** By indexes into the ledger: there from the one entry on, and no more from the other on. */
    private record Late(String id, int from, int to, long dueMicros, int units) {}

    private static final LateHolds NONE = new LateHolds();

    private final List<Late> byEnd = new ArrayList<>();

    private LateHolds() {}

    /** The late holds of each SKU that has any. */
    static Map<String, LateHolds> of(Books books) {
        Map<String, LateHolds> all = new HashMap<>();
        for (Hold hold : books.holds().values()) {
            if (hold.row() == null
                    || (hold.row().state() != HoldState.EXPIRED && hold.row().state() != HoldState.HELD)) {
                continue;
            }
            Map<String, int[]> spans = new HashMap<>();
            for (LedgerEntry entry : books.entriesOf(hold.id())) {
                Ledger ledger = books.ledgers().get(entry.sku());
                int at = ledger == null ? 0 : ledger.indexOf(entry.version());
                int[] span = spans.computeIfAbsent(entry.sku(), sku -> new int[] {0, Integer.MAX_VALUE});
                span[entry.reason() == LedgerReason.RESERVED ? 0 : 1] = at;
            }
            spans.forEach((sku, span) -> all.computeIfAbsent(sku, any -> new LateHolds())
                    .byEnd
                    .add(new Late(
                            hold.id(),
                            span[0],
                            span[1],
                            hold.lastExpiresMicros(),
                            hold.lines().getOrDefault(sku, 0))));
        }
        all.values().forEach(late -> late.byEnd.sort(Comparator.comparingInt(Late::to)));
        return all;
    }

    /** Those of {@code sku}. */
    static LateHolds of(Map<String, LateHolds> all, String sku) {
        return all.getOrDefault(sku, NONE);
    }

    /**
     * Units of holds that were there right after an entry and whose time was over at {@code micros}.
     *
     * @param at the entry's index
     * @param but the ids of holds that are not counted
     */
    long due(int at, long micros, Collection<String> but) {
        int low = 0;
        int high = byEnd.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (byEnd.get(middle).to() > at) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        long due = 0;
        for (Late hold : byEnd.subList(low, byEnd.size())) {
            if (hold.from() <= at && hold.dueMicros() <= micros && !but.contains(hold.id())) {
                due += hold.units();
            }
        }
        return due;
    }

    /** The same of all holds. */
    long due(int at, long micros) {
        return due(at, micros, Set.of());
    }
}
