package io.storegrid.persistence;

import java.security.MessageDigest;

/** An import as recorded. Immutable. */
public final class ImportRow {

    /** Where an import stands. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /**
     * A refused line.
     *
     * @param line from 1
     * @param code a problem code of the REST contract
     * @param detail for people
     */
    public record Refusal(long line, String code, String detail) {}

    private final String id;
    private final byte[] fingerprint;
    private final State state;
    private final ImportProgress progress;
    private final String runner;
    private final String spool;

    /**
     * @param fingerprint SHA-256 of the request
     * @param runner one life of one node: who works on it, or did last
     * @param spool name of the file with the lines, in the runner's data directory
     */
    public ImportRow(String id, byte[] fingerprint, State state, ImportProgress progress, String runner, String spool) {
        this.id = id;
        this.fingerprint = fingerprint.clone();
        this.state = state;
        this.progress = progress;
        this.runner = runner;
        this.spool = spool;
    }

    public String id() {
        return id;
    }

    /** Whether this import was asked for by the request with that fingerprint. */
    public boolean askedBy(byte[] otherFingerprint) {
        return MessageDigest.isEqual(fingerprint, otherFingerprint);
    }

    public byte[] fingerprint() {
        return fingerprint.clone();
    }

    public State state() {
        return state;
    }

    public ImportProgress progress() {
        return progress;
    }

    public String runner() {
        return runner;
    }

    public String spool() {
        return spool;
    }

    /** The same import in another state, further on. */
    public ImportRow at(State newState, ImportProgress newProgress) {
        return new ImportRow(id, fingerprint, newState, newProgress, runner, spool);
    }

    /** The same import in other hands. */
    public ImportRow with(String newRunner, String newSpool) {
        return new ImportRow(id, fingerprint, state, progress, newRunner, newSpool);
    }
}
