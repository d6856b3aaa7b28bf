package io.storegrid.grid;

import io.storegrid.compute.StoreCaches;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.DatabaseSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteState;
import org.apache.ignite.Ignition;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;

/**
 * A grid of several nodes inside one JVM, configured as the program configures its own, but for the ways to find each
 * other: those are random ports on loopback and an address list in memory, so no stranger is ever joined. Each node has its
 * own {@link Database} on the same PostgreSQL and finds it where the cache stores look for it.
 *
 * <p>Every wait has a deadline. Close to stop what was started and to delete what was written.
 */
public final class TestGrid implements AutoCloseable {

    private static final Duration SETTLE_TIMEOUT = Duration.ofSeconds(30);
    private static final int WRITERS = 4;
    private static final int READERS = 4;

    /** What a node keeps outside the heap when a test does not say otherwise. */
    static final String MEMORY = "128MB";

    private final DatabaseSettings database;
    private final String memory;
    private final TcpDiscoveryVmIpFinder finder = new TcpDiscoveryVmIpFinder(true);
    private final Path directory;
    private final List<Ignite> nodes = new ArrayList<>();
    private int started;

    private TestGrid(DatabaseSettings database, String memory) {
        this.database = database;
        this.memory = memory;
        GridConfiguration.presetSystemProperties();
        try {
            directory = Files.createTempDirectory("storegrid-grid-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts {@code count} nodes one after another and waits until their data are spread. */
    public static TestGrid start(int count, DatabaseSettings database) {
        return start(count, database, MEMORY);
    }

    /** As the other, with {@code memory} outside the heap for each node, as the setting has it. */
    public static TestGrid start(int count, DatabaseSettings database, String memory) {
        TestGrid grid = new TestGrid(database, memory);
        try {
            for (int i = 0; i < count; i++) {
                grid.add();
            }
            return grid;
        } catch (RuntimeException | Error e) {
            grid.close();
            throw e;
        }
    }

    /** A grid without nodes; each is added as its test wants it. */
    static TestGrid empty(DatabaseSettings database) {
        return new TestGrid(database, MEMORY);
    }

    /** Starts one more node and waits until the data are spread. */
    public Ignite add() {
        started++;
        return add("node-" + started, "test");
    }

    /** Starts a node whose name and grid are its own affair, for tests of who may join. */
    Ignite add(String name, String cluster) {
        return add(name, cluster, Map.of(), configuration -> {});
    }

    /**
     * As the other.
     *
     * @param more settings of this node alone
     * @param change what a test has done to the node's configuration before it starts
     */
    Ignite add(String name, String cluster, Map<Setting, String> more, Consumer<IgniteConfiguration> change) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.NAME, name);
        values.put(Setting.CLUSTER, cluster);
        values.put(Setting.MEMORY, memory);
        values.put(Setting.DATA_DIR, directory.toString());
        values.putAll(more);
        IgniteConfiguration configuration = new IgniteConfiguration();
        GridConfiguration.applyCommon(configuration, NodeSettings.of(values), reason -> {});
        configuration.setDiscoverySpi(new TcpDiscoverySpi()
                .setIpFinder(finder)
                .setLocalPort(freePort())
                .setLocalPortRange(200)
                .setJoinTimeout(SETTLE_TIMEOUT.toMillis()));
        configuration.setCommunicationSpi(
                new TcpCommunicationSpi().setLocalPort(freePort()).setLocalPortRange(200));
        // Two nodes of one name may meet in one JVM here.
        configuration.setIgniteInstanceName(Ignition.state(name) == IgniteState.STARTED ? name + "-again" : name);
        change.accept(configuration);
        Ignite node = Ignition.start(configuration);
        nodes.add(node);
        node.cluster().nodeLocalMap().put(Database.class.getName(), Database.open(database, WRITERS, READERS));
        awaitSpread();
        return node;
    }

    /** The living nodes in the order of their start. */
    public List<Ignite> nodes() {
        return List.copyOf(nodes);
    }

    /** The living node number {@code index}, from 0. */
    public Ignite node(int index) {
        return nodes.get(index);
    }

    /** The database of {@code node}. */
    public static Database database(Ignite node) {
        Object database = node.cluster().nodeLocalMap().get(Database.class.getName());
        if (database instanceof Database found) {
            return found;
        }
        throw new IllegalStateException(node.name() + " has no database");
    }

    /** Stops {@code node} as a shutdown would, and waits until the others have its data. */
    public void stop(Ignite node) {
        remove(node);
        awaitSpread();
    }

    private void remove(Ignite node) {
        Database opened = database(node);
        nodes.remove(node);
        Ignition.stop(node.name(), true);
        opened.close();
    }

    /** Waits until every node sees all nodes and holds all that it should. */
    public void awaitSpread() {
        await(
                SETTLE_TIMEOUT,
                "the data to be spread",
                () -> nodes.stream()
                        .allMatch(node -> node.cluster().nodes().size() == nodes.size()
                                && Stream.of(
                                                StoreCaches.PRODUCTS,
                                                StoreCaches.INVENTORY,
                                                StoreCaches.CARTS,
                                                StoreCaches.RESERVATIONS)
                                        .allMatch(cache -> GridFacts.rebalanced(node, cache))));
    }

    /** Waits for {@code condition}, or fails after {@code limit}. */
    public static void await(Duration limit, String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("waited " + limit.toSeconds() + " s for " + what);
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    @Override
    public void close() {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            remove(nodes.get(i));
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static int freePort() {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Room for Ignite to try the ports after it.
            return Math.min(probe.getLocalPort(), 65_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
