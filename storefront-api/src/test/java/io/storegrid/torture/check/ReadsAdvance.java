package io.storegrid.torture.check;

import io.storegrid.torture.check.Books.Effect;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Fresh reads of a SKU see what was, and never go back: the numbers are those that the ledger has for the version; no read sees
 * less than one that was answered before it was asked, nor less than what was acknowledged before; none sees what nobody had
 * asked for yet. Cached reads may be late: of them only the numbers and the last point are demanded. For n reads and entries
 * n log n steps.
 */
final class ReadsAdvance implements Checker {

    /** From a moment on, at least this version must be seen. */
    private record Floor(long micros, long version, String why) {}

    private record Seen(Operation operation, Answer.Stock stock) {}

    @Override
    public String name() {
        return "fresh reads never go back";
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
            advance(sku, seen, ledger, books, findings);
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

    private static void advance(String sku, List<Seen> seen, Ledger ledger, Books books, Findings findings) {
        List<Seen> fresh = seen.stream()
                .filter(read -> read.operation().request().kind() == Kind.READ_FRESH)
                .sorted(Comparator.comparingLong(read -> read.operation().invokedMicros()))
                .toList();
        List<Floor> floors = new ArrayList<>();
        for (Seen read : fresh) {
            floors.add(new Floor(
                    read.operation().completedMicros(),
                    read.stock().version(),
                    read.operation().told()));
        }
        for (int i = 0; i < ledger.size(); i++) {
            LedgerEntry entry = ledger.entry(i);
            for (Operation writer : books.writers(entry)) {
                if (writer.ok() && books.effect(writer) == Effect.DONE) {
                    floors.add(new Floor(writer.completedMicros(), entry.version(), writer.told()));
                }
            }
        }
        Floor[] byTime = floors.toArray(new Floor[0]);
        Arrays.sort(byTime, Comparator.comparingLong(Floor::micros));
        int next = 0;
        Floor highest = new Floor(0, 0, "");
        for (Seen read : fresh) {
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
