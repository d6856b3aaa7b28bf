package io.storegrid.torture.check;

import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.check.Trace.Look;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Operation;
import java.util.List;

/**
 * Takes the ledger's own order of one SKU for the order of its changes and looks whether it will do.
 *
 * <p>Each entry gets one moment: that of the row as far as questions and answers allow, never before the entry's predecessor.
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
        long[] moments = new long[ledger.size()];
        long now = Long.MIN_VALUE;
        for (int i = 0; i < moments.length; i++) {
            long wished = Math.min(
                    ledger.latest(i),
                    Math.max(ledger.earliest(i), ledger.entry(i).atMicros()));
            now = Math.max(now, wished);
            if (now > ledger.latest(i) || now < ledger.earliest(i)) {
                return new Testimony("", "no moment for " + ledger.entry(i));
            }
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
