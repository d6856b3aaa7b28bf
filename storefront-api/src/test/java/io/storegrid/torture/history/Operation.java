package io.storegrid.torture.history;

import java.util.List;
import java.util.Optional;

/**
 * One request of one client with all that came of it.
 *
 * @param id unique in the run, in the order of being invoked
 * @param client who asked, from 0
 * @param invokedMicros just before the first attempt was sent
 * @param completedMicros when the first definitive answer was there; 0 when there never was one
 * @param gaveUpMicros when the client's patience ended without an answer; 0 when it did not. A request that was given up may
 *     have been asked again later, under its key, and may have its answer all the same
 * @param attempts in the order of their ends, those after the first definitive answer included
 * @param answers every definitive answer, in order; more than one when an answered request was repeated on purpose
 */
public record Operation(
        long id,
        int client,
        Request request,
        long invokedMicros,
        long completedMicros,
        long gaveUpMicros,
        Outcome outcome,
        List<Attempt> attempts,
        List<Answer> answers) {

    /** What the client knows. */
    public enum Outcome {
        /** It was done. */
        OK,
        /** It was refused for good. */
        REFUSED,
        /** It may have been done, may still be, or never. */
        UNKNOWN
    }

    public Operation {
        attempts = List.copyOf(attempts);
        answers = List.copyOf(answers);
    }

    public boolean ok() {
        return outcome == Outcome.OK;
    }

    public boolean unknown() {
        return outcome == Outcome.UNKNOWN;
    }

    /** The first definitive answer. */
    public Optional<Answer> answer() {
        return answers.isEmpty() ? Optional.empty() : Optional.of(answers.get(0));
    }

    /** The latest moment at which it may have taken effect: that of the answer, without one the end of time. */
    public long latestMicros() {
        return unknown() ? Long.MAX_VALUE : completedMicros;
    }

    /** Who, what and when, for the text of a violation. */
    public String told() {
        return "operation " + id + " [client " + client + ", " + request.kind()
                + (request.key().isEmpty() ? "" : ", key " + request.key())
                + (request.target().isEmpty() ? "" : ", " + request.target())
                + (request.lines().isEmpty() ? "" : ", " + request.lines())
                + (request.delta() == 0 ? "" : ", delta " + request.delta())
                + ", invoked " + invokedMicros + ", "
                + (unknown() ? "never answered" : outcome + " at " + completedMicros) + "]";
    }
}
