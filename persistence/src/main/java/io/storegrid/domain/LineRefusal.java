package io.storegrid.domain;

/** One line of an import that was not taken, and why. */
public final class LineRefusal {

    private final long line;
    private final Outcome outcome;

    /** @param line number of the line in the import, from 1 */
    public LineRefusal(long line, Outcome outcome) {
        this.line = line;
        this.outcome = outcome;
    }

    public long line() {
        return line;
    }

    public Outcome outcome() {
        return outcome;
    }

    @Override
    public String toString() {
        return "line " + line + ": " + outcome;
    }
}
