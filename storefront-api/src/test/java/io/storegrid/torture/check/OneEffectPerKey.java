package io.storegrid.torture.check;

import io.storegrid.domain.LedgerReason;
import io.storegrid.torture.check.Books.Hold;
import io.storegrid.torture.check.Books.Ledger;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Request.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One key, one effect, one answer: all definitive answers for a key are equal; no two keys share an effect; every hold, every
 * adjustment, every order and every order's cancellation stands in the record of exactly one key that a client used, so what
 * nobody was told of can only come from a request without an answer; and what an order sold was sold for a checkout. Every hold of the run has to be asked for in its history, those of probes too. Linear in the number
 * of operations and rows.
 */
final class OneEffectPerKey implements Checker {

    @Override
    public String name() {
        return "one effect and one answer for a key";
    }

    @Override
    public void check(Books books, Findings findings) {
        books.byKey().forEach((key, operations) -> equalAnswers(key, operations, findings));
        Map<String, String> keyOf = new HashMap<>();
        Map<String, String> cancelOf = new HashMap<>();
        for (Map.Entry<String, List<Operation>> asked : books.byKey().entrySet()) {
            KeyRow record = books.end().keys().get(asked.getKey());
            Operation operation = asked.getValue().get(0);
            Kind kind = operation.request().kind();
            boolean makes = kind.reserves() || kind == Kind.ADJUST || kind == Kind.CHECKOUT || kind == Kind.CANCEL;
            if (record == null
                    || !makes
                    || record.ref().isEmpty()
                    || !record.outcome().matches("CREATED|CHANGED|PAYMENT_DECLINED")) {
                continue;
            }
            String other = (kind == Kind.CANCEL ? cancelOf : keyOf).put(record.ref(), asked.getKey());
            findings.require(other == null, "keys {} and {} have one effect, {}", other, asked.getKey(), record.ref());
            for (Operation each : asked.getValue()) {
                String told = kind == Kind.CHECKOUT || kind == Kind.CANCEL ? books.order(each) : books.ref(each);
                findings.require(
                        told.isEmpty() || told.equals(record.ref()),
                        "recorded was {}, told {}: {}",
                        record.ref(),
                        told,
                        each.told());
            }
        }
        for (Hold hold : books.holds().values()) {
            if (hold.row() != null) {
                findings.require(
                        keyOf.containsKey(hold.id()) || madeWithoutKey(hold) || madeByCheckout(hold),
                        "no key stands for hold {} {}",
                        hold.id(),
                        hold.row());
            }
        }
        books.end()
                .orders()
                .forEach(
                        (id, row) -> findings.require(keyOf.containsKey(id), "no key stands for order {} {}", id, row));
        for (Ledger ledger : books.ledgers().values()) {
            for (int i = 0; i < ledger.size(); i++) {
                LedgerEntry entry = ledger.entry(i);
                if (entry.reason() == LedgerReason.ADJUSTED) {
                    findings.require(keyOf.containsKey(entry.ref()), "no key stands for {}", entry);
                } else if (entry.reason() == LedgerReason.RESTOCKED) {
                    findings.require(cancelOf.containsKey(entry.ref()), "no key stands for {}", entry);
                } else if (entry.reason() == LedgerReason.CONFIRMED) {
                    HoldRow row = books.end().holds().get(entry.ref());
                    if (row != null && !row.order().isEmpty()) {
                        findings.require(keyOf.containsKey(row.order()), "no checkout stands for {}", entry);
                    }
                }
            }
        }
    }

    private static boolean madeByCheckout(Hold hold) {
        return hold.makers().stream().anyMatch(operation -> operation.request().kind() == Kind.CHECKOUT);
    }

    private static boolean madeWithoutKey(Hold hold) {
        return hold.makers().stream()
                .anyMatch(operation -> operation.request().key().isEmpty());
    }

    private static void equalAnswers(String key, List<Operation> operations, Findings findings) {
        Answer first = null;
        for (Operation operation : operations) {
            for (Answer answer : operation.answers()) {
                if (first == null) {
                    first = answer;
                    findings.examined();
                    continue;
                }
                findings.require(
                        first.status() == answer.status()
                                && first.code().equals(answer.code())
                                && first.digest().equals(answer.digest()),
                        "key {} was answered {} {} by {} and {} {} by {}: {} and {}",
                        key,
                        first.status(),
                        first.code(),
                        first.attempt().node(),
                        answer.status(),
                        answer.code(),
                        answer.attempt().node(),
                        first,
                        answer);
            }
        }
    }
}
