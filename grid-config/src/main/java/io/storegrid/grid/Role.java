package io.storegrid.grid;

/** What a node is there for. */
public enum Role {
    /** Keeps data and serves HTTP. */
    ALL,
    /** Keeps data only. */
    DATA,
    /** Serves HTTP only. */
    API
}
