package io.storegrid.grid;

import java.util.Map;
import java.util.Optional;
import org.apache.ignite.cluster.ClusterNode;

/** What a node tells its peers of itself when it joins. */
final class NodeAttributes {

    private static final String NAME = "storegrid.name";
    private static final String CLUSTER = "storegrid.cluster";
    private static final String ROLE = "storegrid.role";

    private NodeAttributes() {}

    static Map<String, String> of(NodeSettings settings) {
        return Map.of(
                NAME,
                settings.name(),
                CLUSTER,
                settings.cluster(),
                ROLE,
                settings.role().name());
    }

    static String name(ClusterNode node) {
        return text(node, NAME).orElseGet(() -> String.valueOf(node.consistentId()));
    }

    static Optional<String> cluster(ClusterNode node) {
        return text(node, CLUSTER);
    }

    static Role role(ClusterNode node) {
        return text(node, ROLE).map(Role::valueOf).orElse(node.isClient() ? Role.API : Role.DATA);
    }

    private static Optional<String> text(ClusterNode node, String attribute) {
        Object value = node.attribute(attribute);
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
