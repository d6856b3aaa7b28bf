package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import java.util.Collection;
import java.util.List;

/** What deciding one member came to. */
sealed interface Verdict {

    /** Decided: the effects are in the working set, the caller gets {@code answer} after COMMIT. */
    record Decided(Answer answer) implements Verdict {}

    /**
     * Memory suggests a refusal, and memory may not refuse (PROTOCOL 10): read these and decide again.
     *
     * @param stock SKUs
     * @param holds reservation ids
     * @param carts cart ids
     */
    record NeedsRead(Collection<String> stock, Collection<String> holds, Collection<String> carts) implements Verdict {

        static NeedsRead stock(Collection<String> skus) {
            return new NeedsRead(skus, List.of(), List.of());
        }

        static NeedsRead hold(String id) {
            return new NeedsRead(List.of(), List.of(id), List.of());
        }

        static NeedsRead cart(String id) {
            return new NeedsRead(List.of(), List.of(), List.of(id));
        }
    }

    /** In the way of, or in want of, a mate of the same batch: first of the next one (PROTOCOL 4, 11). */
    record Deferred() implements Verdict {}

    /** Due holds of these SKUs would cover the shortage: expire them in the next batch, then this (PROTOCOL 12). */
    record ExpireFirst(Collection<String> skus) implements Verdict {}
}
