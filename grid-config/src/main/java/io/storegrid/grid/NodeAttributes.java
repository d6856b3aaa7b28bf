package io.storegrid.grid;

import io.storegrid.persistence.Migration;
import java.util.Map;
import java.util.Optional;
import org.apache.ignite.cluster.ClusterNode;

/** What a node tells its peers of itself when it joins. */
final class NodeAttributes {

    private static final String NAME = "storegrid.name";
    private static final String CLUSTER = "storegrid.cluster";
    private static final String ROLE = "storegrid.role";
    private static final String VERSION = "storegrid.version";
    private static final String SCHEMA = "storegrid.schema";
    private static final String ZONE = "storegrid.zone";

    private NodeAttributes() {}

    static Map<String, String> of(NodeSettings settings) {
        return Map.of(
                NAME,
                settings.name(),
                CLUSTER,
                settings.cluster(),
                ROLE,
                settings.role().name(),
                VERSION,
                Build.VERSION,
                SCHEMA,
                Integer.toString(Migration.SCHEMA),
                ZONE,
                settings.zone());
    }

    /** Empty for a node that is no node of ours. */
    static String version(ClusterNode node) {
        return text(node, VERSION).orElse("");
    }

    static String schema(ClusterNode node) {
        return text(node, SCHEMA).orElse("");
    }

    /** Where its machine stands; a node that does not say is a zone of its own. */
    static String zone(ClusterNode node) {
        return text(node, ZONE).filter(zone -> !zone.isEmpty()).orElseGet(() -> "node " + name(node));
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
