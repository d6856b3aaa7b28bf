package io.storegrid.compute.imports;

import io.storegrid.compute.StoreCaches;
import java.util.UUID;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/** Who owns what and who lives, as the grid has it now. Thread-safe. */
final class GridOwners {

    private final Ignite ignite;

    GridOwners(Ignite ignite) {
        this.ignite = ignite;
    }

    /** The node that owns a SKU; empty while no node has data. */
    String owner(String sku) {
        @Nullable
        ClusterNode node = ignite.<String>affinity(StoreCaches.INVENTORY).mapKeyToNode(sku);
        return node == null ? "" : node.id().toString();
    }

    /** This life of this node: a node that starts again has another id. */
    String runner() {
        return ignite.cluster().localNode().id().toString();
    }

    /** Whether the node of {@code runner} is in the grid. */
    boolean live(String runner) {
        return ignite.cluster().node(UUID.fromString(runner)) != null;
    }
}
