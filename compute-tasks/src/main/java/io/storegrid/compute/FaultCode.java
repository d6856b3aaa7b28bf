package io.storegrid.compute;

/** What the environment can do to a request: whose fault it is and whether the caller may try again. */
public enum FaultCode {
    /** PostgreSQL cannot be reached or does not answer; nothing was done. */
    STORE_UNAVAILABLE(Source.STORE, Retry.SAFE),
    /** The lane is full; nothing was done. */
    OVERLOADED(Source.CAPACITY, Retry.SAFE),
    /** This node sees less than a majority of the grid; nothing was done. */
    NO_QUORUM(Source.GRID, Retry.SAFE),
    /** This node is leaving; nothing was done. */
    DRAINING(Source.GRID, Retry.SAFE),
    /** An equal request under the same key is still running. */
    IN_PROGRESS(Source.CALLER, Retry.SAME_KEY_ONLY),
    /** The command was handed over and its end is not known: done or not done, the same key tells. */
    OUTCOME_UNKNOWN(Source.GRID, Retry.SAME_KEY_ONLY),
    /** A defect of ours; nothing was done. */
    INTERNAL(Source.SELF, Retry.NO);

    /** Whose fault it is. */
    public enum Source {
        CALLER,
        CAPACITY,
        GRID,
        STORE,
        SELF
    }

    /** What a caller may do next. */
    public enum Retry {
        /** Try again with the same or a new key. */
        SAFE,
        /** Try again with the same key, never with a new one. */
        SAME_KEY_ONLY,
        /** Trying again will not help. */
        NO
    }

    private final Source source;
    private final Retry retry;

    FaultCode(Source source, Retry retry) {
        this.source = source;
        this.retry = retry;
    }

    public Source source() {
        return source;
    }

    public Retry retry() {
        return retry;
    }
}
