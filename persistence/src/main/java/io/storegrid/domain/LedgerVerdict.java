package io.storegrid.domain;

import java.util.List;

/** What a verification of the ledger found. */
public final class LedgerVerdict {

    /** Problems that are named at most. */
    public static final int PROBLEMS_MAX = 100;

    /** One thing that is not as it was written. */
    public static final class Problem {

        private final String sku;
        private final long version;
        private final String what;

        public Problem(String sku, long version, String what) {
            this.sku = sku;
            this.version = version;
            this.what = what;
        }

        public String sku() {
            return sku;
        }

        /** The entry's version, or the first one that is missing. */
        public long version() {
            return version;
        }

        /** For people. */
        public String what() {
            return what;
        }

        @Override
        public String toString() {
            return sku + " " + version + ": " + what;
        }
    }

    private final long entries;
    private final long skus;
    private final String heads;
    private final List<Problem> problems;

    /**
     * @param entries that were read
     * @param skus that have entries
     * @param heads digest over the last hash of every SKU, in hexadecimal digits
     * @param problems the first {@value #PROBLEMS_MAX}, of a list class that may cross the grid
     */
    public LedgerVerdict(long entries, long skus, String heads, List<Problem> problems) {
        this.entries = entries;
        this.skus = skus;
        this.heads = heads;
        this.problems = problems;
    }

    /** Whether everything is as it was written, as far as the ledger itself can tell. */
    public boolean verified() {
        return problems.isEmpty();
    }

    /** Entries that were read. */
    public long entries() {
        return entries;
    }

    /** SKUs that have entries. */
    public long skus() {
        return skus;
    }

    /**
     * Digest over the last hash of every SKU, in hexadecimal digits: SHA-256 of the lines {@code sku|version|hash}, each with a
     * line feed, in the order of the SKUs' bytes.
     */
    public String heads() {
        return heads;
    }

    /** The first {@value #PROBLEMS_MAX}. */
    public List<Problem> problems() {
        return problems;
    }
}
