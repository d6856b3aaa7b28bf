package io.storegrid.grid;

import java.util.Objects;
import org.apache.ignite.Ignite;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/** Asks a node whether all the copies that it should have are there. Crosses the grid. */
final class SpreadTask implements IgniteCallable<Boolean> {

    private static final long serialVersionUID = 1L;

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    @Override
    public Boolean call() {
        Ignite node = Objects.requireNonNull(ignite);
        return node.cacheNames().stream().allMatch(cache -> GridFacts.rebalanced(node, cache));
    }
}
