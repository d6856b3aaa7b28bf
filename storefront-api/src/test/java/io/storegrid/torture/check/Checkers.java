package io.storegrid.torture.check;

import io.storegrid.torture.history.History;
import java.util.ArrayList;
import java.util.List;

/** All checkers, and how a history is given to them. */
public final class Checkers {

    /** In the order in which a reader wants them: what is cheap and plain first. */
    private static final List<Checker> ALL = List.of(
            new RowsKeepInvariants(),
            new OrdersAddUp(),
            new AcknowledgedIsThere(),
            new OneEffectPerKey(),
            new RefusalsAreJustified(),
            new HoldsEndInTime(),
            new ReadsAdvance(),
            new CopiesEqualRows(),
            new StoreComesBack(),
            new NobodyElseDied(),
            new StockIsLinearizable());

    private Checkers() {}

    public static List<Checker> all() {
        return ALL;
    }

    /** The verdict of every checker, in their order. */
    public static List<Verdict> judge(History history, Bounds bounds) {
        Books books = new Books(history, bounds);
        List<Verdict> verdicts = new ArrayList<>();
        for (Checker checker : ALL) {
            Findings findings = new Findings(checker.name());
            if (checker.needsEnd() && history.end() == null) {
                findings.skipped("the run has no end: nobody knows what was there");
            } else {
                checker.check(books, findings);
            }
            verdicts.add(findings.verdict());
        }
        return verdicts;
    }
}
