package io.storegrid.torture.check;

import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.check.LedgerWitness.Testimony;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * For each SKU there is one order of all that was done to its stock that respects real time and explains every answer. Two
 * witnesses are heard. {@link OrderSearch} knows requests and answers, and which requests in doubt were done, and nothing of the
 * ledger's order: it finds an order, or shows that there is none, or is bounded out. {@link LedgerWitness} asks whether the
 * ledger's order is one. A SKU is fine when an order was found, by the ledger alone only when the search was bounded out, which
 * is said; with neither it is undecided.
 */
final class StockIsLinearizable implements Checker {

    @Override
    public String name() {
        return "stock is linearizable";
    }

    @Override
    public boolean needsEnd() {
        return false;
    }

    @Override
    public void check(Books books, Findings findings) {
        long started = System.nanoTime();
        List<String> byLedgerOnly = new ArrayList<>();
        List<String> bySearchOnly = new ArrayList<>();
        long[] steps = {0};
        Map<String, LateHolds> late = LateHolds.of(books);
        Trace.of(books).forEach((sku, trace) -> {
            findings.examined(trace.changes().size() + (long) trace.looks().size());
            Ledger ledger = books.ledgers().get(sku);
            Testimony testimony = ledger == null
                    ? new Testimony("", "there is no ledger")
                    : LedgerWitness.hear(ledger, trace, LateHolds.of(late, sku), books);
            if (!testimony.contradiction().isEmpty()) {
                findings.violation("{}: the ledger contradicts real time: {}", sku, testimony.contradiction());
            }
            if (!trace.doubt().isEmpty()) {
                findings.undecided("{}: nobody knows {}", sku, trace.doubt());
                return;
            }
            OrderSearch search = new OrderSearch(
                    trace, books.bounds().searchSteps(), books.bounds().search().toNanos());
            OrderSearch.Result result = search.run();
            steps[0] += search.steps();
            switch (result) {
                case REFUTED -> findings.violation("{}: no order explains what was answered: {}", sku, search.stuck());
                case EXPLAINED -> {
                    if (!testimony.proven()) {
                        bySearchOnly.add(sku + " (" + testimony.unplaced() + ")");
                    }
                }
                case UNDECIDED -> {
                    if (testimony.proven()) {
                        byLedgerOnly.add(sku);
                    } else {
                        findings.undecided(
                                "{}: {} steps over {} events were not enough, and the ledger's order does not do: {}; {}",
                                sku,
                                search.steps(),
                                search.events(),
                                testimony.unplaced(),
                                search.stuck());
                    }
                }
            }
        });
        findings.note("{} steps in {} ms", steps[0], (System.nanoTime() - started) / 1_000_000);
        if (!byLedgerOnly.isEmpty()) {
            findings.note("explained by the ledger's order only, the search was bounded out: {}", byLedgerOnly);
        }
        if (!bySearchOnly.isEmpty()) {
            findings.note("explained by the search, not by the moments of the ledger: {}", bySearchOnly);
        }
    }
}
