package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Whatever is done to it, the store comes back: after the last fault every SKU that has stock accepts a reservation within
 * {@link Bounds#probe}, told by a probe or by an ordinary client; every probe was accepted in time; away from faults no hold is
 * left unsettled for longer than {@link Bounds#overdue} after its time; few writes stay without an answer for longer than their
 * client's patience, and every one of them gets it when it is asked again under its key.
 */
final class StoreComesBack implements Checker {

    @Override
    public String name() {
        return "the store comes back";
    }

    @Override
    public boolean needsEnd() {
        return false;
    }

    @Override
    public void check(Books books, Findings findings) {
        answered(books, findings);
        probes(books, findings);
        for (History.OverdueHold hold : books.history().overdue()) {
            settled("seen unsettled", hold.reservation(), hold.expiresMicros(), hold.seenMicros(), books, findings);
        }
        if (books.history().end() != null) {
            accepting(books, findings);
            overdue(books, findings);
        }
    }

    private static void answered(Books books, Findings findings) {
        long writes = 0;
        long unknown = 0;
        long readsUnanswered = 0;
        for (Operation operation : books.operations()) {
            if (operation.request().kind().reads()) {
                readsUnanswered += operation.unknown() ? 1 : 0;
                continue;
            }
            writes++;
            unknown += operation.unknown() || operation.gaveUpMicros() > 0 ? 1 : 0;
            findings.require(!operation.unknown(), "nobody ever got an answer: {}", operation.told());
        }
        double share = writes == 0 ? 0 : (double) unknown / writes;
        findings.require(
                share <= books.bounds().unknownShare(),
                "{} of {} writes had no answer when their client's patience ended, {} %",
                unknown,
                writes,
                String.format(Locale.ROOT, "%.2f", share * 100));
        findings.note(
                "{} of {} writes outlasted their client's patience; {} reads were never answered",
                unknown,
                writes,
                readsUnanswered);
    }

    private static void probes(Books books, Findings findings) {
        long slowest = 0;
        for (History.Probe probe : books.history().probes()) {
            long took = probe.acceptedMicros() - probe.sinceMicros();
            findings.require(
                    probe.acceptedMicros() > 0
                            && took <= Bounds.micros(books.bounds().probe()),
                    "{} accepted {} after the fault that was over at {}",
                    probe.sku(),
                    probe.acceptedMicros() == 0 ? "nothing" : "a reservation only " + took + " us",
                    probe.sinceMicros());
            slowest = Math.max(slowest, took);
        }
        findings.note(
                "{} probes, the slowest took {} us", books.history().probes().size(), slowest);
    }

    /** Every SKU with stock was reserved in time after the last fault. */
    private static void accepting(Books books, Findings findings) {
        long over = books.history().faults().stream()
                .mapToLong(Fault::overMicros)
                .max()
                .orElse(0);
        if (over == 0) {
            return;
        }
        Map<String, Long> first = new TreeMap<>();
        for (Operation operation : books.operations()) {
            if (operation.ok() && operation.request().kind() == Kind.RESERVE && operation.completedMicros() >= over) {
                for (String sku : operation.request().lines().keySet()) {
                    first.merge(sku, operation.completedMicros(), Math::min);
                }
            }
        }
        for (History.Probe probe : books.history().probes()) {
            if (probe.sinceMicros() >= over && probe.acceptedMicros() > 0) {
                first.merge(probe.sku(), probe.acceptedMicros(), Math::min);
            }
        }
        long by = over + Bounds.micros(books.bounds().probe());
        books.end().stock().forEach((sku, row) -> {
            boolean had =
                    row.onHand() - row.reserved() > 0 && stocked(books.ledgers().get(sku), over, by);
            findings.require(
                    !had || first.getOrDefault(sku, Long.MAX_VALUE) <= by,
                    "{} had stock, and its first reservation after the last fault, over at {}, was accepted at {}",
                    sku,
                    over,
                    first.containsKey(sku) ? first.get(sku) : "no time");
        });
    }

    /** Whether there was something to reserve all the time. */
    private static boolean stocked(@Nullable Ledger ledger, long from, long to) {
        if (ledger == null) {
            return false;
        }
        for (int i = ledger.firstPossible(from); i < ledger.size() && ledger.earliest(i) <= to; i++) {
            if (ledger.available(i) <= 0) {
                return false;
            }
        }
        return true;
    }

    private static void overdue(Books books, Findings findings) {
        long taken = books.end().takenMicros();
        for (Ledger ledger : books.ledgers().values()) {
            for (int i = 0; i < ledger.size(); i++) {
                LedgerEntry entry = ledger.entry(i);
                if (entry.reason() == LedgerReason.EXPIRED
                        && books.end().holds().containsKey(entry.ref())) {
                    long expires = books.end().holds().get(entry.ref()).expiresMicros();
                    settled("settled", entry.ref(), expires, entry.atMicros(), books, findings);
                }
            }
        }
        books.end().holds().forEach((id, row) -> {
            if (row.state() == HoldState.HELD && row.expiresMicros() < taken) {
                settled("still HELD", id, row.expiresMicros(), taken, books, findings);
            }
        });
    }

    private static void settled(
            String how, String hold, long expiresMicros, long seenMicros, Books books, Findings findings) {
        long allowed = Bounds.micros(books.bounds().overdue());
        // While something is broken nobody may have been there to sweep.
        findings.require(
                seenMicros <= books.calmFrom(expiresMicros, allowed) + allowed,
                "{} {} {} us after its end {}",
                hold,
                how,
                seenMicros - expiresMicros,
                expiresMicros);
    }
}
