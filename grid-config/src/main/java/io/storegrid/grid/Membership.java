package io.storegrid.grid;

import io.storegrid.persistence.Migration;
import java.io.Serializable;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.plugin.CachePluginContext;
import org.apache.ignite.plugin.CachePluginProvider;
import org.apache.ignite.plugin.ExtensionRegistry;
import org.apache.ignite.plugin.IgnitePlugin;
import org.apache.ignite.plugin.PluginConfiguration;
import org.apache.ignite.plugin.PluginContext;
import org.apache.ignite.plugin.PluginProvider;
import org.apache.ignite.plugin.PluginValidationException;
import org.jspecify.annotations.Nullable;

/**
 * Asks every node that wants to join for the grid's name, its version and its schema, and refuses a second node of one name. A list of addresses is
 * no proof of belonging: whatever listens there would be joined.
 */
final class Membership implements PluginProvider<PluginConfiguration> {

    private final String cluster;
    private @Nullable Supplier<Ignite> grid;

    Membership(String cluster) {
        this.cluster = cluster;
    }

    @Override
    public void validateNewNode(ClusterNode node, Serializable data) {
        String theirs = NodeAttributes.cluster(node).orElse("");
        if (!cluster.equals(theirs)) {
            refuse(node, "the grid is called " + cluster + ", the node wants to join " + theirs);
        }
        if (!Build.line(Build.VERSION).equals(Build.line(NodeAttributes.version(node)))) {
            refuse(
                    node,
                    "the grid runs version " + Build.VERSION + ", the node is of version "
                            + NodeAttributes.version(node));
        }
        if (!Integer.toString(Migration.SCHEMA).equals(NodeAttributes.schema(node))) {
            refuse(
                    node,
                    "the grid knows schema " + Migration.SCHEMA + " of the database, the node schema "
                            + NodeAttributes.schema(node));
        }
        Supplier<Ignite> current = grid;
        if (current != null
                && current.get().cluster().nodes().stream()
                        .anyMatch(member -> !member.id().equals(node.id())
                                && NodeAttributes.name(member).equals(NodeAttributes.name(node)))) {
            refuse(node, "the grid has a node called " + NodeAttributes.name(node) + " already");
        }
    }

    private static void refuse(ClusterNode node, String reason) {
        throw new PluginValidationException(reason, reason, node.id());
    }

    /** Replaced by the method with the node's data; Ignite still wants it. */
    @Override
    @SuppressWarnings("deprecation")
    public void validateNewNode(ClusterNode node) {}

    @Override
    public void start(PluginContext context) {
        grid = context::grid;
    }

    @Override
    public String name() {
        return "storegrid-membership";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String copyright() {
        return "";
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    public <T extends IgnitePlugin> T plugin() {
        return (T) new IgnitePlugin() {};
    }

    @Override
    public void initExtensions(PluginContext context, ExtensionRegistry registry) {}

    @Override
    public <T> @Nullable T createComponent(PluginContext context, Class<T> type) {
        return null;
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable CachePluginProvider<?> createCacheProvider(CachePluginContext context) {
        return null;
    }

    @Override
    public void stop(boolean cancel) {}

    @Override
    public void onIgniteStart() {}

    @Override
    public void onIgniteStop(boolean cancel) {}

    @Override
    public @Nullable Serializable provideDiscoveryData(UUID nodeId) {
        return null;
    }

    @Override
    public void receiveDiscoveryData(UUID nodeId, Serializable data) {}
}
