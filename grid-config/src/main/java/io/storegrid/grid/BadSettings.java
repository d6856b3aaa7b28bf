package io.storegrid.grid;

import java.util.List;

/** Settings that cannot be used: all that is wrong with them at once, one line each. */
public final class BadSettings extends RuntimeException {

    private final transient List<String> problems;

    BadSettings(List<String> problems) {
        super(String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /** What is wrong, one line each; never empty. */
    public List<String> problems() {
        return problems;
    }
}
