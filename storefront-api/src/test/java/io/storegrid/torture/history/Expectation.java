package io.storegrid.torture.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one value of a line is expected to be. All of it is optional. A candidate that comes earlier is cheaper; a value that is
 * none of them is coded as what it is, a number as its distance from {@link #near}. The condition says what values are counted
 * together: those that are likely under the same condition are cheap.
 */
final class Expectation {

    private final List<JsonNode> candidates = new ArrayList<>(4);
    private Object condition = "";
    private @Nullable Long near;
    private boolean few;
    private boolean table;
    private @Nullable List<String> names;
    private Object suffix = "";

    Expectation when(Object condition) {
        this.condition = condition;
        return this;
    }

    Expectation of(@Nullable JsonNode candidate) {
        if (candidate != null && !candidate.isMissingNode()) {
            candidates.add(candidate);
        }
        return this;
    }

    Expectation of(String candidate) {
        return of(TextNode.valueOf(candidate));
    }

    Expectation of(long candidate) {
        return of(LineCoder.number(candidate));
    }

    Expectation near(long number) {
        near = number;
        return this;
    }

    /** Numbers of which there are few different ones. */
    Expectation ofFew() {
        few = true;
        return this;
    }

    /** Members that are alike, with names that are data. */
    Expectation asTable() {
        table = true;
        return this;
    }

    /** With these members. */
    Expectation named(@Nullable List<String> names) {
        this.names = names;
        return this;
    }

    /** What the partition in a new id depends on. */
    Expectation suffixBy(Object condition) {
        suffix = condition;
        return this;
    }

    List<JsonNode> candidates() {
        return candidates;
    }

    Object condition() {
        return condition;
    }

    long nearOr(long otherwise) {
        return near == null ? otherwise : near;
    }

    boolean few() {
        return few;
    }

    boolean table() {
        return table;
    }

    @Nullable
    List<String> names() {
        return names;
    }

    Object suffix() {
        return suffix;
    }
}
