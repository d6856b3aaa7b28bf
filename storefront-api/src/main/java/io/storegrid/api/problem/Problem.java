package io.storegrid.api.problem;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is told to a caller whose request was not met, before it becomes a document. Immutable.
 *
 * @param detail for people, about this one case
 * @param extensions further members of the document, in order
 */
public record Problem(ProblemCode code, String detail, Map<String, Object> extensions) {

    /** A problem without extensions. */
    public static Problem of(ProblemCode code, String detail) {
        return new Problem(code, detail, Map.of());
    }

    /** A problem of which the code says it all. */
    public static Problem of(ProblemCode code) {
        return of(code, code.meaning());
    }

    /** This problem with one more member. */
    public Problem with(String member, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(extensions);
        more.put(member, value);
        return new Problem(code, detail, Collections.unmodifiableMap(more));
    }

    /** This problem as an exception that carries it to the mapper. */
    public ProblemException exception() {
        return new ProblemException(this);
    }
}
