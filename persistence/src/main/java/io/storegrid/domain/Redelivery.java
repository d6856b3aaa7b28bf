package io.storegrid.domain;

/** What became of the wish to have events delivered again, in order of precedence. */
public enum Redelivery {
    /** There is no such webhook. */
    NO_WEBHOOK,
    /** There is no such event any more. */
    NO_EVENT,
    /** It will be done. */
    DUE
}
