package io.storegrid.torture.agent;

/** A rule of the protocol that is taken away, to see that the checkers notice. */
public enum Ablation {
    /** Nothing is taken away. */
    NONE,
    /** Stock is changed by statements without their conditions (PROTOCOL 5), and nothing behind them objects. */
    FENCE,
    /** A value that arrives is put into the caches whatever is there (PROTOCOL 20). */
    NEWEST_WINS,
    /** Used keys do not stop a command (PROTOCOL 2). */
    RECORDS
}
