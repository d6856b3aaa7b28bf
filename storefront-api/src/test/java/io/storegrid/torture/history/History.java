package io.storegrid.torture.history;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known of one run.
 *
 * @param operations in the order of being invoked
 * @param end null when the run did not get there
 */
public record History(
        Header header,
        List<Operation> operations,
        List<Fault> faults,
        List<ProcessRun> processes,
        List<Probe> probes,
        List<OverdueHold> overdue,
        @Nullable FinalState end) {

    /**
     * What was to be done.
     *
     * @param seed of all choices
     * @param commit of the tested sources
     * @param firstStock units on hand by SKU before anybody asked for anything, at version 1
     * @param settings whatever else makes the run what it is
     */
    public record Header(
            long seed,
            String commit,
            List<String> nodes,
            int clients,
            SortedMap<String, Long> firstStock,
            long startedMicros,
            SortedMap<String, String> settings) {

        public Header {
            nodes = List.copyOf(nodes);
            firstStock = Collections.unmodifiableSortedMap(new TreeMap<>(firstStock));
            settings = Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        }
    }

    /**
     * A process from its start to its end.
     *
     * @param endedMicros 0 when it still ran at the end
     * @param killed whether the harness ended it, or made it end
     * @param alarms lines of its log that no node may write that was not told to die
     */
    public record ProcessRun(
            String name,
            long pid,
            long startedMicros,
            long endedMicros,
            int exitCode,
            boolean killed,
            List<String> alarms) {

        public ProcessRun {
            alarms = List.copyOf(alarms);
        }
    }

    /**
     * Somebody tried to reserve a unit again and again after a fault was over.
     *
     * @param sinceMicros when the fault was over
     * @param acceptedMicros when a reservation was acknowledged; 0 when none was
     */
    public record Probe(String sku, long sinceMicros, long acceptedMicros) {}

    /**
     * A hold that was seen unsettled after its time.
     *
     * @param expiresMicros by PostgreSQL's clock
     * @param seenMicros the last time that it was seen so
     */
    public record OverdueHold(String reservation, long expiresMicros, long seenMicros) {}

    public History {
        operations = List.copyOf(operations);
        faults = List.copyOf(faults);
        processes = List.copyOf(processes);
        probes = List.copyOf(probes);
        overdue = List.copyOf(overdue);
    }

    /** The end, for those who cannot do without. */
    public FinalState rest() {
        if (end == null) {
            throw new IllegalStateException("the history has no end");
        }
        return end;
    }
}
