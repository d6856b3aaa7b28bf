package io.storegrid.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * What the store promised the shoppers during a run, so that it can be asked about it afterwards. Keeps every
 * acknowledgement up to {@link #KEPT_MAX}, and of more as many, each as likely as any other. Thread-safe.
 */
final class Tally {

    /** Acknowledgements that are asked about afterwards; some ten seconds of reading. */
    static final int KEPT_MAX = 20_000;

    private static final int COMPLAINTS_MAX = 20;

    private final SplittableRandom random = new SplittableRandom();
    private final List<Promise> kept = new ArrayList<>();
    private final Map<String, Long> counts = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();
    private long promises;
    private long complained;

    /** A reservation that was acknowledged, its lines, and the state that it must be in when all is over. */
    record Promise(String reservationId, Map<String, Integer> lines, String state) {}

    synchronized void promised(Promise promise) {
        promises++;
        if (kept.size() < KEPT_MAX) {
            kept.add(promise);
        } else {
            long at = random.nextLong(promises);
            if (at < KEPT_MAX) {
                kept.set((int) at, promise);
            }
        }
    }

    /** Counts something worth a line in the summary. */
    synchronized void count(String what) {
        counts.merge(what, 1L, Long::sum);
    }

    synchronized long counted(String what) {
        return counts.getOrDefault(what, 0L);
    }

    /** Notes what must not have happened; one is enough to fail the run. */
    synchronized void complain(String what) {
        complained++;
        if (complaints.size() < COMPLAINTS_MAX) {
            complaints.add(what);
        }
    }

    /** Complains about a verdict that is not {@link Books#SOUND}, for the summary to say it in words; passes it on. */
    String noted(String about, String verdict) {
        if (!verdict.equals(Books.SOUND)) {
            complain(about + ": " + verdict);
        }
        return verdict;
    }

    /** {@link Books#SOUND}, or what was complained about. */
    synchronized String verdict() {
        return complained == 0 ? Books.SOUND : complained + " complaints: " + String.join("; ", complaints);
    }

    synchronized long promises() {
        return promises;
    }

    /** The promises to ask about, in the order they were kept. */
    synchronized List<Promise> promisesKept() {
        return List.copyOf(kept);
    }

    synchronized String summary() {
        StringBuilder text = new StringBuilder();
        if (promises > 0) {
            text.append(String.format(
                    "  %,d reservations acknowledged, %,d of them asked about afterwards%n", promises, kept.size()));
        }
        counts.forEach((what, count) -> text.append(String.format("  %,d %s%n", count, what)));
        complaints.forEach(what -> text.append(String.format("  COMPLAINT %s%n", what)));
        return text.toString();
    }
}
