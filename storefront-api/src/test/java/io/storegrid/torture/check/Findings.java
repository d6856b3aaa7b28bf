package io.storegrid.torture.check;

import io.storegrid.torture.check.Verdict.Result;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects what one checker finds; keeps the texts of the first {@value #SHOWN_MAX} violations and counts all. */
public final class Findings {

    static final int SHOWN_MAX = 50;

    private final String claim;
    private final List<String> shown = new ArrayList<>();
    private final List<String> undecided = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private long examined;
    private long violations;
    private boolean skipped;

    Findings(String claim) {
        this.claim = claim;
    }

    void examined() {
        examined++;
    }

    void examined(long more) {
        examined += more;
    }

    /** Counts one thing as looked at and, if it is not as it must be, tells why. */
    void require(boolean holds, String what, @Nullable Object... facts) {
        examined++;
        if (!holds) {
            violation(what, facts);
        }
    }

    void violation(String what, @Nullable Object... facts) {
        violations++;
        if (shown.size() < SHOWN_MAX) {
            shown.add(text(what, facts));
        }
    }

    void undecided(String what, @Nullable Object... facts) {
        undecided.add(text(what, facts));
    }

    void note(String what, @Nullable Object... facts) {
        notes.add(text(what, facts));
    }

    void skipped(String why) {
        skipped = true;
        notes.add(why);
    }

    /** Alternating text and facts: each {@code {}} is one fact. */
    private static String text(String what, @Nullable Object... facts) {
        StringBuilder text = new StringBuilder();
        int from = 0;
        for (@Nullable Object fact : facts) {
            int hole = what.indexOf("{}", from);
            if (hole < 0) {
                throw new IllegalArgumentException("more facts than places for them: " + what);
            }
            text.append(what, from, hole).append(fact);
            from = hole + 2;
        }
        return text.append(what.substring(from)).toString();
    }

    /** What it comes to; to have looked at nothing is not to have found nothing. */
    Verdict verdict() {
        if (examined == 0 && violations == 0 && undecided.isEmpty() && !skipped) {
            skipped("there was nothing to look at");
        }
        Result result = violations > 0
                ? Result.VIOLATED
                : !undecided.isEmpty() ? Result.UNDECIDED : skipped ? Result.SKIPPED : Result.HOLDS;
        return new Verdict(
                claim, result, examined, violations, List.copyOf(shown), List.copyOf(undecided), List.copyOf(notes));
    }
}
