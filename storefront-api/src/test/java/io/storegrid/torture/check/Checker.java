package io.storegrid.torture.check;

/** Looks for one thing that must never be seen in a history. Stateless; may be used for many histories. */
public interface Checker {

    /** A few words that name the claim, unique among all checkers. */
    String name();

    /** Puts what it found, how much it looked at, and what it could not decide into {@code findings}. */
    void check(Books books, Findings findings);

    /** Whether it can say anything about a run that has no end: rows and copies. */
    default boolean needsEnd() {
        return true;
    }
}
