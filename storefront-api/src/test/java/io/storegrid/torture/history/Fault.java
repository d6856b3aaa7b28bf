package io.storegrid.torture.history;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One thing done to the store.
 *
 * @param name what was done, the same for faults of one kind
 * @param victims to whom
 * @param beganMicros just before it was done
 * @param endedMicros when the harness took it back: the process goes on or was started again, the way is open
 * @param healedMicros when the store was whole again by its own word; 0 when nobody asked
 * @param details whatever else a reader of the page wants to know
 */
public record Fault(
        String name,
        List<String> victims,
        long beganMicros,
        long endedMicros,
        long healedMicros,
        SortedMap<String, String> details) {

    public Fault {
        victims = List.copyOf(victims);
        details = Collections.unmodifiableSortedMap(new TreeMap<>(details));
    }

    /** When it was over: taken back and, where that is known, healed. */
    public long overMicros() {
        return Math.max(beganMicros, Math.max(endedMicros, healedMicros));
    }

    /** Whether any instant of the closed interval lies within this fault or {@code after} it. */
    public boolean touches(long fromMicros, long toMicros, long afterMicros) {
        return fromMicros <= overMicros() + afterMicros && toMicros >= beganMicros;
    }
}
