package io.storegrid.compute.model;

/** What must never be seen. */
enum Breach {
    /** {@code 0 <= reserved <= onHand} failed in the table, or at a version in between that the ledger shows. */
    COUNTERS("more units are promised than there are"),
    /** {@code reserved} is not the sum of the lines of HELD reservations. */
    HELD_SUM("reserved is not what the live holds keep"),
    /** What is on hand is not what was booked less what was sold. */
    SOLD_SUM("what was sold did not leave the house once"),
    /** Two ledger entries have one version, or a version has none. */
    LEDGER_FORK("ledger versions are not contiguous"),
    /** The ledger does not replay to the row. */
    LEDGER_REPLAY("the ledger does not replay to the row"),
    /** One key took effect more than once. */
    TWO_EFFECTS("two effects for one key"),
    /** Callers with one key were told different things. */
    UNEQUAL_ANSWERS("one key, two answers"),
    /** What was acknowledged is not there. */
    LOST_ACKNOWLEDGEMENT("acknowledged, and not there"),
    /** What was refused, or said not to have been done, took effect. */
    REFUSED_YET_DONE("refused, and done"),
    /** At no instant of the request's time was there a reason to refuse it. */
    UNJUSTIFIED_REFUSAL("refused without a reason at any instant of its time"),
    /** A confirm that was sent after its hold's time was over succeeded. */
    LATE_CONFIRM("confirmed after its time was over"),
    /** A hold that was over was settled again. */
    SETTLED_TWICE("one hold settled twice"),
    /** A copy shows a version that its row has not reached. */
    COPY_AHEAD("a copy is ahead of its row"),
    /** A copy went from a newer version to an older one. */
    COPY_WENT_BACK("a copy went back"),
    /** Everything rests and a copy is not what its row is. */
    COPY_STALE("at rest a copy is older than its row"),
    /** Two transactions wait for each other. */
    DEADLOCK("deadlock"),
    /** The system cannot come to rest any more without another fault. */
    STUCK("no way to rest"),
    /** A rule found that it had been called where it cannot be. */
    DEFECT("a rule's own assertion failed");

    private final String words;

    Breach(String words) {
        this.words = words;
    }

    @Override
    public String toString() {
        return words;
    }
}
