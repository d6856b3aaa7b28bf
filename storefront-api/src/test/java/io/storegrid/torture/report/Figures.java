package io.storegrid.torture.report;

import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Operation.Outcome;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What can be counted and timed in a history. Times of answers are from the first attempt to the definitive answer, repeats
 * included; percentiles are those of what was answered. Acknowledged is what a client was told was done.
 */
final class Figures {

    /** A write is available that is answered this soon, be it with a refusal. */
    static final long SOON_MICROS = TimeUnit.SECONDS.toMicros(2);

    /** For how long after a fault gaps are looked for. */
    private static final long AFTERMATH_MICROS = TimeUnit.SECONDS.toMicros(10);

    /**
     * One kind of operation.
     *
     * @param p50Micros negative when nothing was answered
     * @param p99FaultMicros of those that were asked during a fault; negative when none was
     */
    record Row(Kind kind, long ok, long refused, long unknown, long p50Micros, long p99Micros, long p99FaultMicros) {}

    /**
     * What one fault did to clients.
     *
     * @param firstMicros from its beginning to the first acknowledgement of a write that was asked for after it began;
     *     negative when there was none
     * @param gapMicros the longest time without an acknowledged write, from its beginning to ten seconds after its end
     * @param asked writes that were asked for while it lasted
     * @param soon of these, those that were answered within {@link #SOON_MICROS}
     */
    record Blow(Fault fault, long firstMicros, long gapMicros, long asked, long soon) {}

    private final History history;
    private final long beginMicros;
    private final long endMicros;

    Figures(History history) {
        this.history = history;
        long begin = history.header().startedMicros();
        long end = begin;
        for (Operation operation : history.operations()) {
            end = Math.max(end, Math.max(operation.invokedMicros(), operation.completedMicros()));
        }
        for (Fault fault : history.faults()) {
            end = Math.max(end, fault.overMicros());
        }
        this.beginMicros = begin;
        this.endMicros = end;
    }

    History history() {
        return history;
    }

    long beginMicros() {
        return beginMicros;
    }

    long endMicros() {
        return endMicros;
    }

    /** Whether a moment lies in any fault. */
    boolean broken(long micros) {
        return history.faults().stream().anyMatch(fault -> fault.touches(micros, micros, 0));
    }

    /** One row for each kind that was asked. */
    List<Row> rows() {
        Map<Kind, List<Operation>> kinds = new EnumMap<>(Kind.class);
        for (Operation operation : history.operations()) {
            kinds.computeIfAbsent(operation.request().kind(), kind -> new ArrayList<>())
                    .add(operation);
        }
        List<Row> rows = new ArrayList<>();
        kinds.forEach((kind, operations) -> rows.add(new Row(
                kind,
                count(operations, Outcome.OK),
                count(operations, Outcome.REFUSED),
                count(operations, Outcome.UNKNOWN),
                percentile(operations, any -> true, 50),
                percentile(operations, any -> true, 99),
                percentile(operations, operation -> broken(operation.invokedMicros()), 99))));
        return rows;
    }

    /** Microseconds that this percentage of the answered operations took at most; negative when there is none. */
    long percentile(Predicate<Operation> which, int percent) {
        return percentile(history.operations(), which, percent);
    }

    private static long percentile(List<Operation> operations, Predicate<Operation> which, int percent) {
        return percentile(
                operations.stream()
                        .filter(operation -> !operation.unknown())
                        .filter(which)
                        .mapToLong(operation -> operation.completedMicros() - operation.invokedMicros())
                        .toArray(),
                percent);
    }

    /** The value that this percentage of the values does not exceed; negative of none. Sorts them. */
    static long percentile(long[] values, int percent) {
        if (values.length == 0) {
            return -1;
        }
        Arrays.sort(values);
        return values[Math.max(0, (int) Math.ceil(values.length * percent / 100.0) - 1)];
    }

    private static long count(List<Operation> operations, Outcome outcome) {
        return operations.stream()
                .filter(operation -> operation.outcome() == outcome)
                .count();
    }

    /** How often each problem code was the definitive answer. */
    Map<String, Long> refusals() {
        Map<String, Long> refusals = new TreeMap<>();
        for (Operation operation : history.operations()) {
            operation
                    .answer()
                    .filter(answer -> !answer.done())
                    .map(Answer::code)
                    .ifPresent(code -> refusals.merge(code, 1L, Long::sum));
        }
        return refusals;
    }

    /** How often an attempt settled nothing, by reason. */
    Map<String, Long> repeats() {
        Map<String, Long> repeats = new TreeMap<>();
        for (Operation operation : history.operations()) {
            operation.attempts().stream()
                    .filter(attempt -> !attempt.definitive())
                    .forEach(attempt -> repeats.merge(
                            attempt.status() == 0 ? attempt.code() : attempt.status() + " " + attempt.code(),
                            1L,
                            Long::sum));
        }
        return repeats;
    }

    /** What each fault did, in their order. For f faults and n writes f + n log n steps, and those in the windows. */
    List<Blow> blows() {
        List<Operation> writes = history.operations().stream()
                .filter(operation -> !operation.request().kind().reads())
                .toList();
        long[] acknowledged = writes.stream()
                .filter(Operation::ok)
                .mapToLong(Operation::completedMicros)
                .sorted()
                .toArray();
        return history.faults().stream()
                .map(fault -> blow(fault, writes, acknowledged, endMicros))
                .toList();
    }

    private static Blow blow(Fault fault, List<Operation> writes, long[] acknowledged, long endMicros) {
        long first = Long.MAX_VALUE;
        long asked = 0;
        long soon = 0;
        for (int i = firstAsked(writes, fault.beganMicros()); i < writes.size(); i++) {
            Operation write = writes.get(i);
            boolean during = write.invokedMicros() <= fault.overMicros();
            if (!during && write.invokedMicros() > first) {
                break;
            }
            if (write.ok()) {
                first = Math.min(first, write.completedMicros());
            }
            if (during) {
                asked++;
                soon += !write.unknown() && write.completedMicros() - write.invokedMicros() <= SOON_MICROS ? 1 : 0;
            }
        }
        long until = Math.min(endMicros, fault.overMicros() + AFTERMATH_MICROS);
        long last = fault.beganMicros();
        long gap = 0;
        int at = Arrays.binarySearch(acknowledged, fault.beganMicros());
        for (int i = at < 0 ? -at - 1 : at; i < acknowledged.length && acknowledged[i] <= until; i++) {
            gap = Math.max(gap, acknowledged[i] - last);
            last = acknowledged[i];
        }
        gap = Math.max(gap, until - last);
        return new Blow(fault, first == Long.MAX_VALUE ? -1 : first - fault.beganMicros(), gap, asked, soon);
    }

    /** The index of the first write that was asked for after {@code micros}. */
    private static int firstAsked(List<Operation> writes, long micros) {
        int low = 0;
        int high = writes.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (writes.get(middle).invokedMicros() > micros) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
