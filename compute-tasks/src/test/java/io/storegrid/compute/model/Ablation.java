package io.storegrid.compute.model;

/** One rule of the protocol left out, and where that breaks it. */
enum Ablation {
    NO_ORDER("1", "rows are locked in the order of the members", 9, Shops.DUE, Breach.DEADLOCK),
    KEYS_READ_NOT_CLAIMED(
            "2",
            "keys are looked up by a plain SELECT, and written with the effect",
            9,
            Shops.ONE_KEY,
            Breach.TWO_EFFECTS),
    RECORD_LEFT_OUT("2", "there is no idempotency record", 0, Shops.ONE_KEY, Breach.TWO_EFFECTS),
    TWINS_NOT_MERGED("3", "the same key twice in a batch is two members", 7, Shops.ONE_KEY, Breach.TWO_EFFECTS),
    FENCE_OFF("5", "the change of stock has no guard", 0, Shops.LAST_UNIT, Breach.COUNTERS),
    ABSOLUTE_UPSERT("5", "stock is written as the value that memory came to", 11, Shops.LAST_UNIT, Breach.HELD_SUM),
    NET_NEED(
            "5",
            "the guard demands the net of a batch, not its largest prefix",
            10,
            Shops.RELEASE_PAYS,
            Breach.COUNTERS),
    PLAN_ORDER("6", "the stock statement locks in the order of its plan", 9, Shops.CROSSWISE, Breach.DEADLOCK),
    VERSIONS_FROM_MEMORY("7", "ledger versions are counted from the picture", 11, Shops.COUNTED, Breach.LEDGER_FORK),
    LOCK_THE_SHORT_ONE(
            "8", "after a short count only the short row is locked", 12, Shops.SHORT_BESIDE, Breach.DEADLOCK),
    HOLD_GUARD_OFF(
            "9, 16", "a hold is ended without asking whether it is HELD", 0, Shops.TWO_ENDS, Breach.SETTLED_TWICE),
    REFUSE_FROM_MEMORY("10", "sold out is answered from memory", 3, Shops.BEHIND_THEM, Breach.UNJUSTIFIED_REFUSAL),
    DUE_HOLDS_FORGOTTEN("10, 12", "due holds are not counted", 0, Shops.DUE, Breach.UNJUSTIFIED_REFUSAL),
    REFUSAL_NOT_RECORDED("13", "refusals leave no record", 11, Shops.REFUSED_FIRST, Breach.REFUSED_YET_DONE),
    REFUSED_BEFORE_KEY("13", "refused before the key was looked at", 8, Shops.LAST_UNIT, Breach.REFUSED_YET_DONE),
    ANSWER_BEFORE_COMMIT("14", "answered when COMMIT is sent", 4, Shops.LAST_UNIT, Breach.LOST_ACKNOWLEDGEMENT),
    NOT_DONE_BY_SELECT(
            "15",
            "after a lost answer a SELECT that finds no record means: not done",
            7,
            Shops.LAST_UNIT,
            Breach.REFUSED_YET_DONE),
    HOLD_TIME_OFF("16", "a hold is ended without asking for its time", 0, Shops.ENDS, Breach.LATE_CONFIRM),
    PICTURES_FROM_GRID(
            "18", "owners read copies in the grid instead of rows", 13, Shops.TAKEOVER, Breach.UNJUSTIFIED_REFUSAL),
    LAST_WRITE_WINS("20", "a copy takes whatever comes last", 19, Shops.COPIES, Breach.COPY_WENT_BACK),
    APPLIED_BEFORE_COMMIT("20", "values go to the grid when COMMIT is sent", 0, Shops.COPIES, Breach.COPY_AHEAD),
    NO_HEAL("21", "nobody looks after messages that are lost", 0, Shops.COPIES, Breach.COPY_STALE),
    HEALED_ONCE(
            "21",
            "rows of unknown outcome are read again at once, and never after",
            0,
            Shops.COPIES,
            Breach.COPY_STALE);

    private final String rule;
    private final String words;
    private final int protocolTrace;

    @SuppressWarnings("ImmutableEnumChecker") // It never changes; that it is made of arrays hides it.
    private final Scenario scenario;

    private final Breach breach;

    Ablation(String rule, String words, int protocolTrace, Scenario scenario, Breach breach) {
        this.rule = rule;
        this.words = words;
        this.protocolTrace = protocolTrace;
        this.scenario = scenario;
        this.breach = breach;
    }

    /** The number of the rule, as comments and ARCHITECTURE.md have it. */
    String rule() {
        return rule;
    }

    String words() {
        return words;
    }

    /** Length of the shortest trace in the check before the protocol was built, in its own steps; 0: it gives none. */
    int protocolTrace() {
        return protocolTrace;
    }

    /** Where the breach shows. */
    Scenario scenario() {
        return scenario;
    }

    /** What is seen without the rule. */
    Breach breach() {
        return breach;
    }
}
