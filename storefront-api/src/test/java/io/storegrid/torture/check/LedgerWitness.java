package io.storegrid.torture.check;

import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.check.Trace.Look;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Operation;
import java.util.List;

/**
 * Takes the ledger's own order of one SKU for the order of its changes and looks whether it will do.
 *
 * <p>Each entry gets one moment: that of the row as far as questions, answers and looks at versions allow, never before the
 * entry's predecessor.
 * When every entry's moment lies between its question and its answer, and every look finds a moment in its own window at which
 * the ledger explains it, that order is a linearization: proof that there is one, as far as the ledger is what happened. When a
 * look finds none this proves nothing, other moments might do. An entry that was answered before the request of an earlier
 * entry was sent is no matter of moments: the ledger contradicts real time.
 */
final class LedgerWitness {

    /**
     * What it came to.
     *
     * @param contradiction two requests in the wrong order; empty for none
     * @param unplaced the first that found no moment; empty when all did
     */
    record Testimony(String contradiction, String unplaced) {
        boolean proven() {
            return contradiction.isEmpty() && unplaced.isEmpty();
        }
    }

    private LedgerWitness() {}

    /** Linear in entries and looks, but for the entries within the windows of refusals. */
    static Testimony hear(Ledger ledger, Trace trace, LateHolds late, Books books) {
        String contradiction = contradiction(ledger, books);
        if (!contradiction.isEmpty()) {
            return new Testimony(contradiction, "");
        }
        int size = ledger.size();
        long[] low = new long[size];
        long[] high = new long[size];
        for (int i = 0; i < size; i++) {
            low[i] = ledger.earliest(i);
            high[i] = ledger.latest(i);
        }
        // A look at a version stands between its entry and the next: that bounds both.
        for (Look look : trace.looks()) {
            int at = look.seen() == null ? -1 : ledger.indexOf(look.seen().version());
            if (at >= 0) {
                high[at] = Math.min(high[at], look.untilMicros());
                if (at + 1 < size) {
                    low[at + 1] = Math.max(low[at + 1], look.fromMicros());
                }
            }
        }
        for (int i = 1; i < size; i++) {
            low[i] = Math.max(low[i], low[i - 1]);
            high[size - 1 - i] = Math.min(high[size - 1 - i], high[size - i]);
        }
        long[] moments = new long[size];
        long now = Long.MIN_VALUE;
        for (int i = 0; i < size; i++) {
            if (low[i] > high[i]) {
                return new Testimony("", "no moment for " + ledger.entry(i));
            }
            now = Math.max(
                    now, Math.min(high[i], Math.max(low[i], ledger.entry(i).atMicros())));
            moments[i] = now;
        }
        for (Look look : trace.looks()) {
            if (!placed(look, ledger, moments, late, books.bounds().clockMicros())) {
                return new Testimony("", "no moment for " + look);
            }
        }
        return new Testimony("", "");
    }

    private static boolean placed(Look look, Ledger ledger, long[] moments, LateHolds late, long clockMicros) {
        Answer.Stock row = look.seen();
        if (row != null) {
            int at = ledger.indexOf(row.version());
            return at >= 0
                    && ledger.onHand(at) == row.onHand()
                    && ledger.reserved(at) == row.reserved()
                    && moments[at] <= look.untilMicros()
                    && (at + 1 == moments.length || moments[at + 1] >= look.fromMicros());
        }
        for (int i = last(moments, look.fromMicros()); i < moments.length && moments[i] <= look.untilMicros(); i++) {
            long at = Math.max(moments[i], look.fromMicros());
            if (ledger.available(i) < look.asked()
                    && ledger.available(i) + late.due(i, at - clockMicros) < look.asked()) {
                return true;
            }
        }
        return false;
    }

    /** The entry that was the last one at a moment. */
    private static int last(long[] moments, long micros) {
        int low = 0;
        int high = moments.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (moments[middle] <= micros) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private static String contradiction(Ledger ledger, Books books) {
        Operation latest = null;
        for (int i = 0; i < ledger.size(); i++) {
            List<Operation> writers = books.writers(ledger.entry(i));
            for (Operation writer : writers) {
                if (writer.ok() && latest != null && writer.completedMicros() < latest.invokedMicros()) {
                    return ledger.entry(i) + " comes after what was asked for when it was over: " + writer.told() + ", "
                            + latest.told();
                }
            }
            // Of several requests that may have written it the first may have been the one.
            if (writers.size() == 1 && (latest == null || writers.get(0).invokedMicros() > latest.invokedMicros())) {
                latest = writers.get(0);
            }
        }
        return "";
    }
}
