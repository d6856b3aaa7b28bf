package io.storegrid.torture.check;

import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Effect;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fresh reads of a SKU see what was, and never go back: the numbers are those that the ledger has for the version; no read sees
 * less than one that was answered before it was asked, nor less than what was acknowledged before; none sees what nobody had
 * asked for yet. Cached reads may be late while something is wrong and until copies were compared after it; away from that they
 * never go back either, and show what was acknowledged. For n reads and entries n log n steps.
 */
final class ReadsAdvance implements Checker {

    /** By then each node has compared its copies twice after it lost another. */
    private static final Duration COMPARED_AFTER = Duration.ofSeconds(25);

    /** From a moment on, at least this version must be seen. */
    private record Floor(long micros, long version, String why) {}

    private record Seen(Operation operation, Answer.Stock stock) {}

    @Override
    public String name() {
        return "reads never go back";
    }

    @Override
    public void check(Books books, Findings findings) {
        Map<String, List<Seen>> reads = new HashMap<>();
        for (Operation operation : books.operations()) {
            Kind kind = operation.request().kind();
            if (operation.ok() && (kind == Kind.READ_FRESH || kind == Kind.READ_CACHED)) {
                operation
                        .answer()
                        .ifPresent(answer -> answer.stock()
                                .forEach((sku, stock) -> reads.computeIfAbsent(sku, any -> new ArrayList<>())
                                        .add(new Seen(operation, stock))));
            }
        }
        reads.forEach((sku, seen) -> {
            Ledger ledger = books.ledgers().get(sku);
            if (ledger == null) {
                findings.violation("{} was read and has no ledger", sku);
                return;
            }
            seen.forEach(read -> existed(sku, read, ledger, books, findings));
            advanceFresh(sku, seen, ledger, books, findings);
            advanceCached(sku, seen, ledger, books, findings);
        });
    }

    private static void existed(String sku, Seen read, Ledger ledger, Books books, Findings findings) {
        int at = ledger.indexOf(read.stock().version());
        if (at < 0) {
            findings.violation(
                    "{} never had a version {}: {}",
                    sku,
                    read.stock(),
                    read.operation().told());
            return;
        }
        findings.require(
                ledger.onHand(at) == read.stock().onHand()
                        && ledger.reserved(at) == read.stock().reserved(),
                "{} was read as {}, at that version it had {} on hand and {} reserved: {}",
                sku,
                read.stock(),
                ledger.onHand(at),
                ledger.reserved(at),
                read.operation().told());
        LedgerEntry entry = ledger.entry(at);
        List<Operation> writers = books.writers(entry);
        // What a cart's next hold released, nobody asked to release.
        boolean asked = writers.isEmpty()
                || books.replaceable(entry)
                || writers.stream()
                        .anyMatch(writer ->
                                writer.invokedMicros() <= read.operation().completedMicros());
        findings.require(
                asked,
                "{} was read as {} before anybody had asked for {}: {}",
                sku,
                read.stock(),
                entry,
                read.operation().told());
    }

    /** PostgreSQL shows at once what was acknowledged. */
    private static void advanceFresh(String sku, List<Seen> seen, Ledger ledger, Books books, Findings findings) {
        List<Seen> fresh = of(Kind.READ_FRESH, seen);
        List<Floor> floors = floors(fresh);
        for (int i = 0; i < ledger.size(); i++) {
            LedgerEntry entry = ledger.entry(i);
            for (Operation writer : books.writers(entry)) {
                if (writer.ok() && books.effect(writer) == Effect.DONE) {
                    floors.add(new Floor(writer.completedMicros(), entry.version(), writer.told()));
                }
            }
        }
        advance(sku, fresh, floors, findings);
    }

    /**
     * The grid shows at once what was acknowledged, but for answers that came from a record, while nothing is wrong and copies
     * that a fault left behind have been compared.
     */
    private static void advanceCached(String sku, List<Seen> seen, Ledger ledger, Books books, Findings findings) {
        List<Seen> cached = of(Kind.READ_CACHED, seen).stream()
                .filter(read -> books.calm(
                        read.operation().invokedMicros(),
                        read.operation().completedMicros(),
                        COMPARED_AFTER.toNanos() / 1_000))
                .toList();
        List<Floor> floors = floors(cached);
        for (int i = 0; i < ledger.size(); i++) {
            LedgerEntry entry = ledger.entry(i);
            List<Operation> writers = books.writers(entry);
            if (entry.reason() != LedgerReason.RELEASED && writers.size() == 1) {
                Operation writer = writers.get(0);
                if (writer.ok() && !writer.answers().get(0).replayed()) {
                    floors.add(new Floor(writer.completedMicros(), entry.version(), writer.told()));
                }
            }
        }
        advance(sku, cached, floors, findings);
    }

    private static List<Seen> of(Kind kind, List<Seen> seen) {
        return seen.stream()
                .filter(read -> read.operation().request().kind() == kind)
                .sorted(Comparator.comparingLong(read -> read.operation().invokedMicros()))
                .toList();
    }

    private static List<Floor> floors(List<Seen> reads) {
        List<Floor> floors = new ArrayList<>();
        for (Seen read : reads) {
            floors.add(new Floor(
                    read.operation().completedMicros(),
                    read.stock().version(),
                    read.operation().told()));
        }
        return floors;
    }

    private static void advance(String sku, List<Seen> reads, List<Floor> floors, Findings findings) {
        Floor[] byTime = floors.toArray(new Floor[0]);
        Arrays.sort(byTime, Comparator.comparingLong(Floor::micros));
        int next = 0;
        Floor highest = new Floor(0, 0, "");
        for (Seen read : reads) {
            while (next < byTime.length
                    && byTime[next].micros() < read.operation().invokedMicros()) {
                if (byTime[next].version() > highest.version()) {
                    highest = byTime[next];
                }
                next++;
            }
            findings.require(
                    read.stock().version() >= highest.version(),
                    "{} was read at version {} after {} was known: {} and then {}",
                    sku,
                    read.stock().version(),
                    highest.version(),
                    highest.why(),
                    read.operation().told());
        }
    }
}
