package io.storegrid.grid;

import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteClientDisconnectedException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.IgniteEx;
import org.apache.ignite.internal.processors.cache.IgniteInternalCache;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;

/** Facts that Ignite knows and its public API does not tell. The only place that looks into its internals. */
final class GridFacts {

    private GridFacts() {}

    /** Where peers find {@code node}, host and port; a node without data is found nowhere, and has a host alone. */
    static String discoveryAddress(ClusterNode node) {
        String host = node.addresses().stream().findFirst().orElse("unknown");
        return node instanceof TcpDiscoveryNode tcp && tcp.discoveryPort() > 0
                ? host + ":" + tcp.discoveryPort()
                : host;
    }

    /** Whether all that this node should hold of {@code cache} has arrived. */
    static boolean rebalanced(Ignite ignite, String cache) {
        if (ignite.cluster().localNode().isClient()) {
            return true;
        }
        IgniteInternalCache<Object, Object> internal = ((IgniteEx) ignite).cachex(cache);
        return internal != null
                && !internal.context().topology().localPartitionMap().hasMovingPartitions();
    }

    /** Whether {@code ignite} sees more than half of the nodes that its grid is meant to have. */
    static boolean quorum(Ignite ignite, int expectedNodes) {
        return Quorum.holds(dataNodes(ignite), expectedNodes);
    }

    /** Nodes that keep data, as far as this node sees; none while a node without data has lost the grid. */
    static int dataNodes(Ignite ignite) {
        try {
            return ignite.cluster().forServers().nodes().size();
        } catch (IgniteClientDisconnectedException e) {
            return 0;
        }
    }

    /** Keys of {@code cache} that still have to come to this node. */
    static long keysToCome(IgniteCache<?, ?> cache) {
        return Math.max(0, cache.localMetrics().getKeysToRebalanceLeft());
    }
}
