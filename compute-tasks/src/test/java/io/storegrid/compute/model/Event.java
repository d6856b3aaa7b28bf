package io.storegrid.compute.model;

/** What has to happen somewhere in the scenarios, or they would prove less than they seem to. */
enum Event {
    /** A stock or hold guard failed. */
    GUARD_LOST,
    /** The time of a hold ran out between its lock and its end. */
    TIME_RAN_OUT_UNDER_LOCKS,
    /** A key had been used. */
    KEY_USED,
    /** A batch was answered in part from records. */
    ANSWERED_IN_PART,
    /** Equal requests became one member. */
    TWIN_JOINED,
    /** A step waited for a lock. */
    WAITED,
    /** A step waited for a transaction whose lane no longer hears of it. */
    WAITED_FOR_ORPHAN,
    /** Rows were read because memory suggested a refusal. */
    READ_IN_DOUBT,
    /** A member was put off to the next batch. */
    DEFERRED,
    /** A hold expired. */
    EXPIRED,
    /** A COMMIT was done and its answer lost. */
    ANSWER_LOST,
    ORPHAN_COMMITTED,
    ORPHAN_ROLLED_BACK,
    KILLED,
    MOVED,
    /** A copy refused a message, because it showed a newer version. */
    LATE_MESSAGE,
    /** A copy was brought up to date from its row. */
    HEALED
}
