package io.storegrid.load;

import java.time.Duration;

/** What a good client makes of an answer: take it, or send the request again under the same key. */
final class Retries {

    /** Stands for the status of a request that got none: refused, cut off, or timed out. */
    static final int NO_ANSWER = 0;

    /** With the pauses between them some twelve seconds, in which a grid notices that a node is dead. */
    static final int TRIES_MAX = 12;

    private static final Duration PAUSE_MIN = Duration.ofMillis(50);
    private static final Duration PAUSE_MAX = Duration.ofMillis(1_600);

    private Retries() {}

    /** What to do next. */
    enum Verdict {
        DONE,
        AGAIN,
        WRONG
    }

    /**
     * Judges an answer to {@code reserve}, {@code confirm} or {@code release}.
     *
     * @param status the HTTP status or {@link #NO_ANSWER}
     */
    static Verdict judge(String request, int status, String answer) {
        boolean reserve = "reserve".equals(request);
        return switch (status) {
            case NO_ANSWER, 503 -> Verdict.AGAIN;
            case 201 -> reserve && has(answer, "state", "HELD") ? Verdict.DONE : Verdict.WRONG;
            case 200 ->
                has(answer, "state", "confirm".equals(request) ? "CONFIRMED" : "RELEASED") && !reserve
                        ? Verdict.DONE
                        : Verdict.WRONG;
            case 409 -> {
                if (has(answer, "code", "idempotency-in-progress")) {
                    yield Verdict.AGAIN;
                }
                yield reserve && has(answer, "code", "insufficient-stock") ? Verdict.DONE : Verdict.WRONG;
            }
            default -> Verdict.WRONG;
        };
    }

    /** How long to wait after so many tries: twice as long each time, within bounds. */
    static Duration pause(int tries) {
        Duration pause = PAUSE_MIN.multipliedBy(1L << Math.min(Math.max(tries - 1, 0), 10));
        return pause.compareTo(PAUSE_MAX) < 0 ? pause : PAUSE_MAX;
    }

    private static boolean has(String answer, String member, String value) {
        try {
            return Books.parse(answer).path(member).asText().equals(value);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
