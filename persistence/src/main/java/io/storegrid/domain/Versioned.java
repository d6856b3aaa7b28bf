package io.storegrid.domain;

/** A value with a version that only grows; of two copies of one row the one with the larger version is the newer. */
public interface Versioned {

    /** The version of the row this value was read from, 1 for the first. */
    long version();
}
