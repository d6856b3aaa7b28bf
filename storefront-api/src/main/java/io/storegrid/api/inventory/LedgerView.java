package io.storegrid.api.inventory;

import io.storegrid.api.http.Cursors;
import io.storegrid.api.json.JsonText;
import io.storegrid.domain.LedgerEntry;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A page of a SKU's ledger as callers see it, newest entry first. */
record LedgerView(String sku, Head head, List<Entry> items, Page page) {

    /**
     * Where the chain ends.
     *
     * @param hash null when the ledger lacks the entry with the stock row's version
     */
    record Head(long version, @Nullable String hash) {}

    /**
     * One entry.
     *
     * @param at when it was decided, RFC 3339
     * @param onHand what was on hand after it
     * @param reserved what was reserved after it
     */
    record Entry(
            long version,
            long deltaOnHand,
            long deltaReserved,
            String reason,
            String ref,
            String at,
            long onHand,
            long reserved,
            String hash) {

        private static Entry of(LedgerPage.Line line) {
            LedgerEntry entry = line.entry();
            return new Entry(
                    entry.version(),
                    entry.deltaOnHand(),
                    entry.deltaReserved(),
                    entry.reason(),
                    entry.ref(),
                    JsonText.time(entry.atMicros()),
                    line.after().onHand(),
                    line.after().reserved(),
                    line.hash());
        }
    }

    record Page(int limit, @Nullable String nextCursor) {}

    static LedgerView of(String sku, LedgerPage page, int limit) {
        LedgerMark next = page.next();
        return new LedgerView(
                sku,
                new Head(page.headVersion(), page.headHash()),
                page.lines().stream().map(Entry::of).toList(),
                new Page(limit, next == null ? null : Cursors.ofLedger(sku, next)));
    }
}
