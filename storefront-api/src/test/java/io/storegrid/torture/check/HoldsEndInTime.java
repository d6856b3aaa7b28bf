package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Hold;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A hold is good until its time is over and not a moment longer: it is never acknowledged as confirmed when that was asked for
 * after its time, never called expired before it, and the ledger's own times say the same. What a client saw is compared with
 * {@link Bounds#clock}, times that nodes wrote with {@link Bounds#decision}. Linear in operations and holds.
 */
final class HoldsEndInTime implements Checker {

    @Override
    public String name() {
        return "no confirm after expiry, no expiry before it";
    }

    @Override
    public void check(Books books, Findings findings) {
        for (Operation operation : books.operations()) {
            Hold hold = books.holds().get(operation.request().target());
            Answer answer = operation.answer().orElse(null);
            if (operation.request().kind() == Kind.RESERVE && answer != null && answer.done()) {
                long ttlMicros = TimeUnit.SECONDS.toMicros(operation.request().ttlSeconds());
                findings.require(
                        ttlMicros == 0 || answer.expiresMicros() - answer.createdMicros() == ttlMicros,
                        "a hold of {} s is to end {} us after its beginning: {}",
                        operation.request().ttlSeconds(),
                        answer.expiresMicros() - answer.createdMicros(),
                        operation.told());
            }
            if (hold == null || answer == null) {
                continue;
            }
            switch (operation.request().kind()) {
                case CONFIRM, EXTEND -> inTime(operation, answer, hold, books, findings);
                case RELEASE, READ_HOLD -> seen(operation, answer, hold, books, findings);
                default -> {
                    // Says nothing about a hold's time.
                }
            }
        }
        for (Hold hold : books.holds().values()) {
            if (hold.row() != null) {
                for (LedgerEntry entry : books.entriesOf(hold.id())) {
                    entered(entry, hold.row().expiresMicros(), books, findings);
                }
            }
        }
    }

    private static void inTime(Operation operation, Answer answer, Hold hold, Books books, Findings findings) {
        if (answer.done() && hold.lastExpiresMicros() != Long.MAX_VALUE) {
            findings.require(
                    operation.invokedMicros()
                            <= hold.lastExpiresMicros() + books.bounds().clockMicros(),
                    "{} {} us after the hold's end {} was accepted: {}",
                    operation.request().kind(),
                    operation.invokedMicros() - hold.lastExpiresMicros(),
                    hold.lastExpiresMicros(),
                    operation.told());
        }
    }

    private static void seen(Operation operation, Answer answer, Hold hold, Books books, Findings findings) {
        if (answer.state() == HoldState.EXPIRED && hold.firstExpiresMicros() != Long.MAX_VALUE) {
            findings.require(
                    operation.completedMicros() + books.bounds().clockMicros() >= hold.firstExpiresMicros(),
                    "called EXPIRED {} us before its end {}: {}",
                    hold.firstExpiresMicros() - operation.completedMicros(),
                    hold.firstExpiresMicros(),
                    operation.told());
        }
        if (answer.state() == HoldState.HELD && hold.lastExpiresMicros() != Long.MAX_VALUE) {
            findings.require(
                    operation.invokedMicros()
                            <= hold.lastExpiresMicros() + books.bounds().clockMicros(),
                    "shown as HELD {} us after its end {}: {}",
                    operation.invokedMicros() - hold.lastExpiresMicros(),
                    hold.lastExpiresMicros(),
                    operation.told());
        }
    }

    private static void entered(LedgerEntry entry, long expiresMicros, Books books, Findings findings) {
        long tolerance = books.decisionMicros(entry.atMicros());
        if (entry.reason() == LedgerReason.EXPIRED) {
            findings.require(
                    entry.atMicros() + tolerance >= expiresMicros,
                    "{} us before its end {}: {}",
                    expiresMicros - entry.atMicros(),
                    expiresMicros,
                    entry);
        } else if (List.of(LedgerReason.CONFIRMED, LedgerReason.RELEASED).contains(entry.reason())) {
            findings.require(
                    entry.atMicros() <= expiresMicros + tolerance,
                    "{} us after its end {}: {}",
                    entry.atMicros() - expiresMicros,
                    expiresMicros,
                    entry);
        }
    }
}
