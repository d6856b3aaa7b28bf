package io.storegrid.persistence;

import io.storegrid.persistence.ImportRow.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How far an import has come. Immutable; crosses the grid, so no record. */
public final class ImportProgress {

    /** Refused lines that are told one by one; the others are only counted. */
    public static final int REFUSALS_MAX = 100;

    /** Before the first line. */
    public static final ImportProgress NONE = new ImportProgress(0, 0, 0, List.of());

    private final long accepted;
    private final long rejected;
    private final long lastLine;
    private final List<Refusal> refusals;

    /**
     * @param lastLine every line up to this one is settled
     * @param refusals the first {@link #REFUSALS_MAX} refused lines
     */
    public ImportProgress(long accepted, long rejected, long lastLine, List<Refusal> refusals) {
        this.accepted = accepted;
        this.rejected = rejected;
        this.lastLine = lastLine;
        this.refusals = List.copyOf(refusals);
    }

    public long accepted() {
        return accepted;
    }

    public long rejected() {
        return rejected;
    }

    public long lastLine() {
        return lastLine;
    }

    public List<Refusal> refusals() {
        return refusals;
    }

    /**
     * After some more lines.
     *
     * @param more those of them that were refused, in the order of lines
     */
    public ImportProgress after(long moreAccepted, List<Refusal> more, long newLastLine) {
        List<Refusal> kept = refusals;
        if (!more.isEmpty() && kept.size() < REFUSALS_MAX) {
            kept = new ArrayList<>(refusals);
            kept.addAll(more.subList(0, Math.min(more.size(), REFUSALS_MAX - kept.size())));
        }
        return new ImportProgress(accepted + moreAccepted, rejected + more.size(), newLastLine, kept);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ImportProgress that
                && accepted == that.accepted
                && rejected == that.rejected
                && lastLine == that.lastLine
                && refusals.equals(that.refusals);
    }

    @Override
    public int hashCode() {
        return Objects.hash(accepted, rejected, lastLine, refusals);
    }

    @Override
    public String toString() {
        return "ImportProgress[accepted=" + accepted + ", rejected=" + rejected + ", lastLine=" + lastLine
                + ", refusals=" + refusals + "]";
    }
}
