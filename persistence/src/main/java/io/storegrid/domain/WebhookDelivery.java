package io.storegrid.domain;

import org.jspecify.annotations.Nullable;

/** One attempt to tell a webhook of one event. Immutable. */
public final class WebhookDelivery {

    /** What became of it. */
    public enum State {
        DELIVERED,
        FAILED,
        /** Events that were cleared out before they could be delivered; the id is where they begin to be kept again. */
        LOST
    }

    private final long number;
    private final String eventId;
    private final String type;
    private final int attempt;
    private final State state;
    private final int status;
    private final @Nullable String error;
    private final int tookMs;
    private final long atMicros;

    /**
     * @param number grows with each attempt; 0 before it is recorded
     * @param attempt of this event, from 1
     * @param status what the receiver answered; 0: nothing
     * @param error what went wrong; null: nothing
     * @param atMicros microseconds since the epoch; 0 before it is recorded
     */
    public WebhookDelivery(
            long number,
            String eventId,
            String type,
            int attempt,
            State state,
            int status,
            @Nullable String error,
            int tookMs,
            long atMicros) {
        this.number = number;
        this.eventId = eventId;
        this.type = type;
        this.attempt = attempt;
        this.state = state;
        this.status = status;
        this.error = error;
        this.tookMs = tookMs;
        this.atMicros = atMicros;
    }

    public long number() {
        return number;
    }

    public String eventId() {
        return eventId;
    }

    public String type() {
        return type;
    }

    public int attempt() {
        return attempt;
    }

    public State state() {
        return state;
    }

    /** 0: no answer. */
    public int status() {
        return status;
    }

    public @Nullable String error() {
        return error;
    }

    public int tookMs() {
        return tookMs;
    }

    /** Microseconds since the epoch. */
    public long atMicros() {
        return atMicros;
    }
}
