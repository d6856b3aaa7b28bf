package io.storegrid.grid;

import io.storegrid.persistence.DatabaseSettings;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/** What a node tells its peers of itself when it joins. */
final class NodeAttributes {

    private static final String NAME = "storegrid.name";
    private static final String CLUSTER = "storegrid.cluster";
    private static final String ROLE = "storegrid.role";
    private static final String DATABASE_URL = "storegrid.database.url";
    private static final String DATABASE_USER = "storegrid.database.user";

    private NodeAttributes() {}

    /** @param shared the embedded database that joining nodes on this machine may use */
    static Map<String, String> of(NodeSettings settings, @Nullable DatabaseSettings shared) {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put(NAME, settings.name());
        attributes.put(CLUSTER, settings.cluster());
        attributes.put(ROLE, settings.role().name());
        if (shared != null && shared.user() != null) {
            attributes.put(DATABASE_URL, shared.url());
            attributes.put(DATABASE_USER, shared.user());
        }
        return attributes;
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

    /** The embedded database that {@code node} lets others use. */
    static Optional<DatabaseSettings> sharedDatabase(ClusterNode node) {
        return text(node, DATABASE_URL)
                .map(url -> new DatabaseSettings(url, text(node, DATABASE_USER).orElse(null), null));
    }

    private static Optional<String> text(ClusterNode node, String attribute) {
        Object value = node.attribute(attribute);
        return value instanceof String text ? Optional.of(text) : Optional.empty();
    }
}
