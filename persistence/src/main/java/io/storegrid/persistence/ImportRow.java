package io.storegrid.persistence;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.security.MessageDigest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An import as recorded. Immutable; crosses the grid between a node without data and one that reaches PostgreSQL. */
public final class ImportRow {

    /** Where an import stands. */
    public enum State {
        RUNNING,
        DONE,
        FAILED
    }

    /** A refused line. Immutable. */
    public static final class Refusal {

        /** Characters of a detail that are kept; a hundred of them are read at once. */
        static final int DETAIL_LENGTH_MAX = 1_000;

        private static final int REPLACEMENT = 0xfffd;

        @JsonProperty
        private final long line;

        @JsonProperty
        private final String code;

        @JsonProperty
        private final String detail;

        /**
         * @param line from 1
         * @param code a problem code of the REST contract
         * @param detail for people; what cannot be kept of it is replaced, what is too long is cut off
         */
        @JsonCreator
        public Refusal(
                @JsonProperty("line") long line,
                @JsonProperty("code") String code,
                @JsonProperty("detail") String detail) {
            this.line = line;
            this.code = code;
            this.detail = kept(detail);
        }

        /**
         * What can be kept of {@code detail}. It may quote the caller, and PostgreSQL takes neither U+0000 nor half a surrogate
         * pair: one such line would hold up its import and all behind it.
         */
        private static String kept(String detail) {
            StringBuilder kept = new StringBuilder(Math.min(detail.length(), DETAIL_LENGTH_MAX));
            for (int i = 0; i < detail.length() && kept.length() < DETAIL_LENGTH_MAX; ) {
                int c = detail.codePointAt(i);
                i += Character.charCount(c);
                boolean half = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
                kept.appendCodePoint(half || Character.isISOControl(c) ? REPLACEMENT : c);
            }
            return kept.toString();
        }

        public long line() {
            return line;
        }

        public String code() {
            return code;
        }

        public String detail() {
            return detail;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Refusal that
                    && line == that.line
                    && code.equals(that.code)
                    && detail.equals(that.detail);
        }

        @Override
        public int hashCode() {
            return Objects.hash(line, code, detail);
        }

        @Override
        public String toString() {
            return "Refusal[line=" + line + ", code=" + code + ", detail=" + detail + "]";
        }
    }

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
