package io.storegrid.api.json;

import java.util.ArrayList;
import java.util.List;

/** All that is wrong with one body, in the order it was found, at most {@link #KEPT_MAX}. For one thread. */
public final class FieldErrors {

    /** Errors that are told; a body with more is beyond repair by reading them. */
    public static final int KEPT_MAX = 100;

    /**
     * One thing that is wrong.
     *
     * @param pointer JSON Pointer (RFC 6901) into the body; empty for the body itself
     * @param detail for people
     */
    public record FieldError(String pointer, String detail) {}

    private final List<FieldError> errors = new ArrayList<>();

    public void add(String pointer, String detail) {
        if (errors.size() < KEPT_MAX) {
            errors.add(new FieldError(pointer, detail));
        }
    }

    public boolean isEmpty() {
        return errors.isEmpty();
    }

    /** As found, unmodifiable. */
    public List<FieldError> list() {
        return List.copyOf(errors);
    }

    /** All in one line, for an import's report. */
    public String summary() {
        StringBuilder line = new StringBuilder();
        for (FieldError error : errors) {
            line.append(line.isEmpty() ? "" : "; ")
                    .append(error.pointer().isEmpty() ? "the line" : error.pointer())
                    .append(' ')
                    .append(error.detail());
        }
        return line.toString();
    }
}
