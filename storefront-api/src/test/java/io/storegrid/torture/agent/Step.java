package io.storegrid.torture.agent;

/** Where in a write a node can be made to die or to stand still. */
public enum Step {
    /** A batch was taken; nothing was sent to PostgreSQL. */
    BEFORE_SQL,
    /** Everything was written; COMMIT was not sent. */
    BEFORE_COMMIT,
    /** COMMIT was answered; no cache was told. */
    AFTER_COMMIT,
    /** The caches were told; no caller was. */
    AFTER_APPLY;

    private static final String DIE = "die:";
    private static final String STAND = "stand:";

    /** An idempotency key whose command kills the process that gets here with it. */
    public String deadlyKey(String rest) {
        return DIE + name() + ":" + rest;
    }

    /** An idempotency key whose command makes the process that gets here with it wait until it is told to go on. */
    public String haltingKey(String rest) {
        return STAND + name() + ":" + rest;
    }

    boolean kills(String key) {
        return key.startsWith(DIE + name() + ":");
    }

    boolean halts(String key) {
        return key.startsWith(STAND + name() + ":");
    }
}
