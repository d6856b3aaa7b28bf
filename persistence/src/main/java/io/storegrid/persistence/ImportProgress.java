package io.storegrid.persistence;

import io.storegrid.persistence.ImportRow.Refusal;
import java.util.ArrayList;
import java.util.List;

/**
 * How far an import has come.
 *
 * @param lastLine every line up to this one is settled
 * @param refusals the first {@link #REFUSALS_MAX} refused lines
 */
public record ImportProgress(long accepted, long rejected, long lastLine, List<Refusal> refusals) {

    /** Refused lines that are told one by one; the others are only counted. */
    public static final int REFUSALS_MAX = 100;

    /** Before the first line. */
    public static final ImportProgress NONE = new ImportProgress(0, 0, 0, List.of());

    public ImportProgress {
        refusals = List.copyOf(refusals);
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
}
