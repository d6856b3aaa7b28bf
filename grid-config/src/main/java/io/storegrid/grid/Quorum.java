package io.storegrid.grid;

import java.util.Collection;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.TopologyValidator;

/**
 * Lets the caches be written only where more than half of the expected nodes are. The gateway refuses such commands before;
 * this is for whatever does not pass through it: puts by hand, and what was on its way when the grid broke in two.
 */
final class Quorum implements TopologyValidator {

    private static final long serialVersionUID = 1L;

    private final int expectedNodes;

    Quorum(int expectedNodes) {
        this.expectedNodes = expectedNodes;
    }

    @Override
    public boolean validate(Collection<ClusterNode> nodes) {
        return holds(nodes.stream().filter(node -> !node.isClient()).count(), expectedNodes);
    }

    /** Whether {@code nodes} with data are more than half of those that the grid is meant to have. */
    static boolean holds(long nodes, int expectedNodes) {
        return 2 * nodes > expectedNodes;
    }
}
