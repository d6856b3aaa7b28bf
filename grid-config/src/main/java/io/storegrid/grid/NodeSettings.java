package io.storegrid.grid;

import io.storegrid.compute.payment.PaymentSettings;
import io.storegrid.persistence.DatabaseSettings;
import java.net.URI;
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
        MULTICAST,
        KUBERNETES
    }

    /**
     * Where Kubernetes keeps the list of nodes.
     *
     * @param namespace empty for the one that the service account names
     * @param account directory with {@code token}, {@code ca.crt} and {@code namespace}
     */
    public record Kubernetes(URI api, String namespace, String service, Path account) {}

    /** What a node shows its peers, and what it wants to be shown: PKCS#12 files of one password. */
    public record Tls(Path keyStore, Path trustStore, String password) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Tls[keyStore=" + keyStore + ", trustStore=" + trustStore + "]";
        }
    }

    private final List<String> join;
    private final String name;
    private final String cluster;
    private final Role role;
    private final Discovery discovery;
    private final Kubernetes kubernetes;
    private final String zone;
    private final @Nullable Tls tls;
    private final Duration drainGrace;
    private final Duration eventsRetention;
    private final int streamsMax;
    private final Duration streamsHeartbeat;
    private final Duration streamsStall;
    private final boolean webhooksAllowPrivate;
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
    private final PaymentSettings payment;

    NodeSettings(SettingsReader reader) {
        join = reader.addresses(Setting.JOIN);
        role = reader.choice(Setting.ROLE, Role.class);
        discovery = reader.choice(Setting.DISCOVERY, Discovery.class);
        kubernetes = new Kubernetes(
                reader.https(Setting.KUBERNETES_API),
                reader.given(Setting.KUBERNETES_NAMESPACE) ? reader.word(Setting.KUBERNETES_NAMESPACE) : "",
                reader.word(Setting.KUBERNETES_SERVICE),
                reader.directory(Setting.KUBERNETES_ACCOUNT));
        zone = reader.given(Setting.ZONE) ? reader.word(Setting.ZONE) : "";
        tls = reader.tls();
        eventsRetention = Duration.ofHours(reader.number(Setting.EVENTS_RETENTION, 1, 8_760));
        streamsMax = reader.number(Setting.STREAMS_MAX, 0, 10_000);
        streamsHeartbeat = Duration.ofMillis(reader.number(Setting.STREAMS_HEARTBEAT, 100, 25_000));
        streamsStall = Duration.ofMillis(reader.number(Setting.STREAMS_STALL, 100, 600_000));
        webhooksAllowPrivate = reader.flag(Setting.WEBHOOKS_ALLOW_PRIVATE);
        drainGrace = Duration.ofMillis(reader.number(Setting.DRAIN_GRACE, 0, 60_000));
        discoveryPort =
                reader.given(Setting.DISCOVERY_PORT) ? reader.number(Setting.DISCOVERY_PORT, 1_024, 65_535) : null;
        gridHost = reader.host(Setting.GRID_HOST);
        httpPort = reader.number(Setting.HTTP_PORT, 0, 65_535);
        httpHost = reader.host(Setting.HTTP_HOST);
        name = reader.given(Setting.NAME) ? reader.word(Setting.NAME) : SettingsReader.defaultName(httpPort);
        cluster = reader.word(Setting.CLUSTER);
        database = reader.database();
        dataDirectory = reader.directory(Setting.DATA_DIR);
        expectedNodes = reader.number(Setting.EXPECTED_NODES, 1, 1_000);
        httpRequestTimeout = Duration.ofMillis(reader.number(Setting.HTTP_REQUEST_TIMEOUT, 100, 60_000));
        memoryBytes = reader.bytes(Setting.MEMORY, 64L << 20, 1L << 40);
        sample = reader.choice(Setting.SAMPLE, Sample.class);
        boolean insecure = reader.flag(Setting.INSECURE);
        payment = reader.payment(role, httpHost, httpPort, insecure);
        reader.checkTogether(join, role, discovery, gridHost, httpHost, insecure, tls != null, database != null);
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

    /** Used with {@link Discovery#KUBERNETES} only. */
    public Kubernetes kubernetes() {
        return kubernetes;
    }

    /** Where this machine stands; empty when nobody said. */
    public String zone() {
        return zone;
    }

    /** How nodes prove to one another who they are, when they do. */
    public @Nullable Tls tls() {
        return tls;
    }

    /** How long events can be read again, whole hours. */
    public Duration eventsRetention() {
        return eventsRetention;
    }

    /** Streams at once, 0 to 10 000. */
    public int streamsMax() {
        return streamsMax;
    }

    /** Between signs of life on a silent stream, 100 ms to 25 s. */
    public Duration streamsHeartbeat() {
        return streamsHeartbeat;
    }

    /** How long a stream's client may leave unread what was written, 100 ms to 10 min. */
    public Duration streamsStall() {
        return streamsStall;
    }

    /** Whether webhooks may be at any address and without TLS. */
    public boolean webhooksAllowPrivate() {
        return webhooksAllowPrivate;
    }

    /** How long a draining node goes on serving. */
    public Duration drainGrace() {
        return drainGrace;
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
        return database == null && join.isEmpty() && discovery == Discovery.STATIC && role != Role.API;
    }

    /** Absolute. */
    public Path dataDirectory() {
        return dataDirectory;
    }

    /** The longest a caller waits for a write, 100 ms to 60 s. */
    public Duration httpRequestTimeout() {
        return httpRequestTimeout;
    }

    /** Nodes with data that the grid is meant to have. */
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

    /** Who takes the money, and how it is asked. */
    public PaymentSettings payment() {
        return payment;
    }
}
