package io.storegrid.grid;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.ignite.configuration.DataRegionConfiguration;
import org.apache.ignite.configuration.DataStorageConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.events.EventType;
import org.apache.ignite.logger.slf4j.Slf4jLogger;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.TcpDiscoveryIpFinder;
import org.apache.ignite.spi.discovery.tcp.ipfinder.multicast.TcpDiscoveryMulticastIpFinder;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.apache.ignite.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;

/** How an Ignite node of ours is configured. One place, for the program and for the tests. */
final class GridConfiguration {

    /** First of the ports where nodes exchange data; the first free one is taken. */
    static final int COMMUNICATION_PORT = 48_600;

    /** How many ports after the first are tried. */
    static final int PORT_RANGE = 98;

    private static final long MEMORY_INITIAL_BYTES = 64L << 20;

    /** How long a node looks for the grid it was told to join. */
    private static final long JOIN_TIMEOUT_MS = 10_000;

    private GridConfiguration() {}

    /**
     * Settings of Ignite that only system properties reach. To be called before the first class of Ignite is loaded. Ours
     * win over nothing: whoever sets one on the command line keeps it.
     */
    static void presetSystemProperties() {
        Map<String, String> presets = Map.of(
                "java.net.preferIPv4Stack", "true",
                // A log of page locks for the search for deadlocks of Ignite's own; a twentieth of the cost of a put.
                "IGNITE_PAGE_LOCK_TRACKER_TYPE", "-1",
                // Looks twenty times a second otherwise, and pauses that matter here are longer.
                "IGNITE_JVM_PAUSE_DETECTOR_PRECISION", "500",
                "IGNITE_QUIET", "false",
                "IGNITE_NO_ASCII", "true",
                "IGNITE_NO_SHUTDOWN_HOOK", "true",
                "IGNITE_UPDATE_NOTIFIER", "false",
                "IGNITE_PERFORMANCE_SUGGESTIONS_DISABLED", "true",
                // Peers are trusted with nothing but Ignite's classes, the JDK's plain ones and ours.
                "IGNITE_MARSHALLER_WHITELIST", "META-INF/storegrid-classnames.properties",
                // Spring Boot must not set up logging a second time.
                "org.springframework.boot.logging.LoggingSystem", "none");
        presets.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /**
     * Fills a configuration, discovery included.
     *
     * @param progress gets a line when finding other nodes takes its time
     * @param end ends this node after a failure
     */
    static void apply(
            IgniteConfiguration configuration, NodeSettings settings, Consumer<String> progress, Consumer<String> end) {
        applyCommon(configuration, settings, end);
        configuration.setDiscoverySpi(discovery(settings, progress));
        configuration.setCommunicationSpi(new TcpCommunicationSpi()
                .setLocalAddress(settings.gridHost())
                .setLocalPort(COMMUNICATION_PORT)
                .setLocalPortRange(PORT_RANGE));
    }

    /** Fills all of a configuration but the ways to other nodes. */
    static void applyCommon(IgniteConfiguration configuration, NodeSettings settings, Consumer<String> end) {
        configuration
                .setIgniteInstanceName(settings.name())
                // The name decides what a node owns: after a restart under its name it gets the same partitions.
                .setConsistentId(settings.name())
                .setLocalHost(settings.gridHost())
                .setClientMode(settings.role() == Role.API)
                .setUserAttributes(NodeAttributes.of(settings))
                .setPluginProviders(new Membership(settings.cluster()))
                .setWorkDirectory(settings.dataDirectory()
                        .resolve("ignite")
                        .resolve(settings.name())
                        .toString())
                .setGridLogger(new Slf4jLogger())
                .setFailureHandler(new StoreFailureHandler(end))
                .setPeerClassLoadingEnabled(false)
                .setConnectorConfiguration(null)
                .setClientConnectorConfiguration(null)
                .setMetricsLogFrequency(0)
                .setIncludeEventTypes(EventType.EVT_CACHE_REBALANCE_PART_DATA_LOST)
                .setDataStorageConfiguration(new DataStorageConfiguration()
                        .setDefaultDataRegionConfiguration(new DataRegionConfiguration()
                                .setName("store")
                                .setInitialSize(Math.min(MEMORY_INITIAL_BYTES, settings.memoryBytes()))
                                .setMaxSize(settings.memoryBytes())))
                .setSslContextFactory(tls(settings))
                .setCacheConfiguration(CacheLayout.all(settings.expectedNodes()));
    }

    /** One for all ways between nodes; both sides must show a certificate, which Ignite asks for by itself. */
    private static @Nullable SslContextFactory tls(NodeSettings settings) {
        NodeSettings.Tls tls = settings.tls();
        if (tls == null) {
            return null;
        }
        SslContextFactory factory = new SslContextFactory();
        factory.setProtocol("TLSv1.3");
        factory.setKeyStoreType("PKCS12");
        factory.setKeyStoreFilePath(tls.keyStore().toString());
        factory.setKeyStorePassword(tls.password().toCharArray());
        factory.setTrustStoreType("PKCS12");
        factory.setTrustStoreFilePath(tls.trustStore().toString());
        factory.setTrustStorePassword(tls.password().toCharArray());
        return factory;
    }

    private static TcpDiscoverySpi discovery(NodeSettings settings, Consumer<String> progress) {
        TcpDiscoverySpi discovery = new TcpDiscoverySpi();
        discovery.setLocalAddress(settings.gridHost());
        Integer port = settings.discoveryPort();
        if (port != null) {
            discovery.setLocalPort(port).setLocalPortRange(0);
        } else if (settings.joinsOnly()) {
            discovery.setLocalPort(NodeSettings.DISCOVERY_PORT_DEFAULT + 1).setLocalPortRange(PORT_RANGE);
        } else {
            discovery.setLocalPort(NodeSettings.DISCOVERY_PORT_DEFAULT).setLocalPortRange(0);
        }
        // Without a limit where the list of nodes comes from Kubernetes: with one, Ignite takes an API that is away
        // for an empty list, and begins a grid of its own.
        if (settings.discovery() != NodeSettings.Discovery.KUBERNETES
                && (settings.joinsOnly() || settings.role() == Role.API)) {
            discovery.setJoinTimeout(JOIN_TIMEOUT_MS);
        }
        discovery.setIpFinder(finder(settings, progress));
        return discovery;
    }

    /** The finder of {@link NodeSettings.Discovery#KUBERNETES}. */
    static KubernetesFinder kubernetes(NodeSettings settings, Consumer<String> progress) {
        Integer port = settings.discoveryPort();
        return new KubernetesFinder(
                settings.kubernetes(),
                settings.role() == Role.API ? null : settings.gridHost(),
                port == null ? NodeSettings.DISCOVERY_PORT_DEFAULT : port,
                progress);
    }

    private static TcpDiscoveryIpFinder finder(NodeSettings settings, Consumer<String> progress) {
        if (settings.discovery() == NodeSettings.Discovery.MULTICAST) {
            TcpDiscoveryMulticastIpFinder multicast = new TcpDiscoveryMulticastIpFinder();
            multicast.setLocalAddress(settings.gridHost());
            return multicast;
        }
        if (settings.discovery() == NodeSettings.Discovery.KUBERNETES) {
            return kubernetes(settings, progress);
        }
        List<String> addresses = new ArrayList<>();
        if (settings.join().isEmpty()) {
            // Ignite lets a node begin a grid only when the list names it.
            Integer port = settings.discoveryPort();
            addresses.add(settings.gridHost() + ":" + (port == null ? NodeSettings.DISCOVERY_PORT_DEFAULT : port));
        }
        addresses.addAll(settings.join());
        TcpDiscoveryVmIpFinder finder = new TcpDiscoveryVmIpFinder();
        finder.setAddresses(addresses);
        return finder;
    }
}
