package io.storegrid.grid;

import io.storegrid.persistence.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How one node is set up; everything was checked when it was read. Immutable. */
public final class NodeSettings {

    /** Where a node that begins a grid is found, unless told otherwise; not Ignite's own, where strangers may answer. */
    public static final int DISCOVERY_PORT_DEFAULT = 48_500;

    /** When the sample catalogue is loaded into an empty store. */
    public enum Sample {
        AUTO,
        ALWAYS,
        NEVER
    }

    /** How nodes find each other. */
    public enum Discovery {
        STATIC,
        MULTICAST
    }

    private final List<String> join;
    private final String name;
    private final String cluster;
    private final Role role;
    private final Discovery discovery;
    private final @Nullable Integer discoveryPort;
    private final String gridHost;
    private final int httpPort;
    private final String httpHost;
    private final @Nullable DatabaseSettings database;
    private final Path dataDirectory;
    private final int expectedNodes;
    private final Duration httpRequestTimeout;
    private final long memoryBytes;
    private final Sample sample;

    NodeSettings(SettingsReader reader) {
        join = reader.addresses(Setting.JOIN);
        role = reader.choice(Setting.ROLE, Role.class);
        discovery = reader.discovery();
        discoveryPort =
                reader.given(Setting.DISCOVERY_PORT) ? reader.number(Setting.DISCOVERY_PORT, 1_024, 65_535) : null;
        gridHost = reader.host(Setting.GRID_HOST);
        httpPort = reader.number(Setting.HTTP_PORT, 0, 65_535);
        httpHost = reader.host(Setting.HTTP_HOST);
        name = reader.given(Setting.NAME) ? reader.word(Setting.NAME) : SettingsReader.defaultName(role, httpPort);
        cluster = reader.word(Setting.CLUSTER);
        database = reader.database();
        dataDirectory = reader.directory(Setting.DATA_DIR);
        expectedNodes = reader.number(Setting.EXPECTED_NODES, 1, 1_000);
        httpRequestTimeout = Duration.ofMillis(reader.number(Setting.HTTP_REQUEST_TIMEOUT, 100, 60_000));
        memoryBytes = reader.bytes(Setting.MEMORY, 64L << 20, 1L << 40);
        sample = reader.choice(Setting.SAMPLE, Sample.class);
        boolean insecure = reader.flag(Setting.INSECURE);
        reader.checkTogether(join, role, discovery, gridHost, httpHost, insecure, database != null);
    }

    /** The settings of {@code values}, defaults for those not named; {@link BadSettings} with all that is wrong. */
    public static NodeSettings of(Map<Setting, String> values) {
        SettingsReader reader = new SettingsReader(values);
        NodeSettings settings = new NodeSettings(reader);
        reader.throwProblems();
        return settings;
    }

    /** Nodes to join, as {@code host:port}. */
    public List<String> join() {
        return join;
    }

    /** This node's name, unique in its grid. */
    public String name() {
        return name;
    }

    /** The grid's name. */
    public String cluster() {
        return cluster;
    }

    public Role role() {
        return role;
    }

    public Discovery discovery() {
        return discovery;
    }

    /** The port to be found at, when one was asked for. */
    public @Nullable Integer discoveryPort() {
        return discoveryPort;
    }

    /** Whether this node can only join: it was given peers and is none of them. */
    public boolean joinsOnly() {
        return !join.isEmpty() && (discoveryPort == null || !join.contains(gridHost + ":" + discoveryPort));
    }

    /** The address that peers reach this node at. */
    public String gridHost() {
        return gridHost;
    }

    /** 0 for any free port. */
    public int httpPort() {
        return httpPort;
    }

    public String httpHost() {
        return httpHost;
    }

    /** PostgreSQL, when one was named. */
    public @Nullable DatabaseSettings database() {
        return database;
    }

    /** Whether this node runs a PostgreSQL of its own. */
    public boolean embedsDatabase() {
        return database == null && join.isEmpty();
    }

    /** Absolute. */
    public Path dataDirectory() {
        return dataDirectory;
    }

    /** Nodes with data that the grid is meant to have. */
    /** The longest a caller waits for a write, 100 ms to 60 s. */
    public Duration httpRequestTimeout() {
        return httpRequestTimeout;
    }

    public int expectedNodes() {
        return expectedNodes;
    }

    /** For the grid's data, outside of the heap. */
    public long memoryBytes() {
        return memoryBytes;
    }

    /** Whether an empty store gets the sample catalogue. */
    public boolean wantsSample() {
        return sample == Sample.ALWAYS || (sample == Sample.AUTO && embedsDatabase());
    }

    public Sample sample() {
        return sample;
    }
}
