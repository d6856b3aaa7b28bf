package io.storegrid.domain;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some of a SKU's ledger entries, newest first, and where its chain ends. */
public final class LedgerPage {

    /** An entry with the stock that it left and its hash as stored. */
    public static final class Line {

        private final LedgerEntry entry;
        private final LedgerMark after;
        private final String hash;

        /** @param hash in hexadecimal digits */
        public Line(LedgerEntry entry, LedgerMark after, String hash) {
            this.entry = entry;
            this.after = after;
            this.hash = hash;
        }

        public LedgerEntry entry() {
            return entry;
        }

        /** The stock that the entry left. */
        public LedgerMark after() {
            return after;
        }

        /** Hexadecimal digits. */
        public String hash() {
            return hash;
        }
    }

    private final List<Line> lines;
    private final long headVersion;
    private final @Nullable String headHash;
    private final @Nullable LedgerMark next;

    /**
     * @param lines of a list class that may cross the grid
     * @param headVersion the stock row's version
     * @param headHash hash of the entry with that version; null when the ledger lacks it
     * @param next where the next page begins; null behind the first entry
     */
    public LedgerPage(List<Line> lines, long headVersion, @Nullable String headHash, @Nullable LedgerMark next) {
        this.lines = lines;
        this.headVersion = headVersion;
        this.headHash = headHash;
        this.next = next;
    }

    public List<Line> lines() {
        return lines;
    }

    /** The stock row's version. */
    public long headVersion() {
        return headVersion;
    }

    /** Hash of the entry with {@link #headVersion}, in hexadecimal digits; null when the ledger lacks it. */
    public @Nullable String headHash() {
        return headHash;
    }

    /** Where the next page begins; null behind the first entry. */
    public @Nullable LedgerMark next() {
        return next;
    }
}
