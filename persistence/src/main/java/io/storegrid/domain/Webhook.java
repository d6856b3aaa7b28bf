package io.storegrid.domain;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Somebody who is told of events by requests to a URL. Immutable; never prints its secret. */
public final class Webhook {

    /** Whether anything is sent. */
    public enum State {
        ACTIVE,
        /** It failed for too long. */
        DISABLED
    }

    private final String id;
    private final String url;
    private final ArrayList<String> types;
    private final @Nullable String description;
    private final byte[] secret;
    private final State state;
    private final @Nullable String reason;
    private final int failures;
    private final long createdAtMicros;

    /**
     * @param types empty: all
     * @param secret what its requests are signed with
     * @param reason why it is not active, or what went wrong last; null: nothing
     * @param failures attempts in a row that failed
     * @param createdAtMicros microseconds since the epoch
     */
    public Webhook(
            String id,
            String url,
            List<String> types,
            @Nullable String description,
            byte[] secret,
            State state,
            @Nullable String reason,
            int failures,
            long createdAtMicros) {
        this.id = id;
        this.url = url;
        this.types = new ArrayList<>(types);
        this.description = description;
        this.secret = secret.clone();
        this.state = state;
        this.reason = reason;
        this.failures = failures;
        this.createdAtMicros = createdAtMicros;
    }

    public String id() {
        return id;
    }

    public String url() {
        return url;
    }

    /** Empty: all. */
    public List<String> types() {
        return Collections.unmodifiableList(types);
    }

    public @Nullable String description() {
        return description;
    }

    public byte[] secret() {
        return secret.clone();
    }

    public State state() {
        return state;
    }

    public @Nullable String reason() {
        return reason;
    }

    /** Attempts in a row that failed. */
    public int failures() {
        return failures;
    }

    /** Microseconds since the epoch. */
    public long createdAtMicros() {
        return createdAtMicros;
    }

    @Override
    public String toString() {
        return id + " " + state;
    }
}
