package io.storegrid.torture.check;

import java.util.List;

/**
 * What one checker came to.
 *
 * @param claim the checker's name
 * @param examined how many things it looked at; a verdict on nothing proves nothing
 * @param violations how many there are
 * @param shown the first of them: what was seen, with ids, values and times
 * @param undecided what it could not find out; empty when nothing
 * @param notes for readers of the page
 */
public record Verdict(
        String claim,
        Result result,
        long examined,
        long violations,
        List<String> shown,
        List<String> undecided,
        List<String> notes) {

    /** In order of weight: the first that applies. */
    public enum Result {
        VIOLATED,
        UNDECIDED,
        /** The history has not what the checker needs. */
        SKIPPED,
        HOLDS
    }

    public boolean holds() {
        return result == Result.HOLDS;
    }
}
