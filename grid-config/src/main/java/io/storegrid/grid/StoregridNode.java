package io.storegrid.grid;

import io.storegrid.persistence.Database;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.Migration;
import io.storegrid.persistence.StartupFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * A running node: its PostgreSQL, when it embeds one, the way to PostgreSQL, and the Ignite node inside a Spring Boot
 * application. {@link #close} ends them in the opposite order and is safe to call twice.
 */
public final class StoregridNode implements AutoCloseable {

    private static final long SPREAD_POLL_MS = 100;

    private final NodeSettings settings;
    private @Nullable EmbeddedDatabase embedded;
    private @Nullable Database database;
    private @Nullable ConfigurableApplicationContext application;
    private @Nullable SplitWatch splitWatch;

    private StoregridNode(NodeSettings settings) {
        this.settings = settings;
    }

    /** To be called before anything else of a program: quietens libraries that ask only once. */
    public static void prepareJvm() {
        GridConfiguration.presetSystemProperties();
    }

    /**
     * Starts a node and returns when its caches can be used and are filled.
     *
     * @param writerConnections connections for lanes
     * @param readerConnections connections for single reads
     * @param progress gets a line for each step
     * @param end ends the program after a failure that this node cannot survive; called on any thread
     * @throws StartupFailure when something outside the program stands in the way; nothing is left running then
     */
    public static StoregridNode start(
            NodeSettings settings,
            int writerConnections,
            int readerConnections,
            Consumer<String> progress,
            Consumer<String> end) {
        StoregridNode node = new StoregridNode(settings);
        try {
            node.run(writerConnections, readerConnections, progress, end);
            return node;
        } catch (RuntimeException | Error e) {
            node.close();
            throw e;
        }
    }

    private void run(int writers, int readers, Consumer<String> progress, Consumer<String> end) {
        requireFreeDiscoveryPort();
        DatabaseSettings known = settings.database();
        if (settings.embedsDatabase()) {
            progress.accept("database: starting PostgreSQL in " + settings.dataDirectory());
            EmbeddedDatabase own = EmbeddedDatabase.in(settings.dataDirectory());
            embedded = own;
            own.start();
            known = own.settings();
        }
        // A schema that others may be working with is changed only by a node that they have admitted.
        if (known != null && settings.embedsDatabase()) {
            openDatabase(known, Migration.run(known), writers, readers, progress);
        } else if (known != null) {
            DatabaseSettings at = known;
            Migration.runIfCurrent(at).ifPresent(result -> openDatabase(at, result, writers, readers, progress));
        }
        progress.accept(
                settings.join().isEmpty()
                        ? "grid: starting node " + settings.name()
                                + (settings.discovery() == NodeSettings.Discovery.STATIC
                                        ? ""
                                        : ", looking for others by "
                                                + settings.discovery().name().toLowerCase(Locale.ROOT))
                        : "grid: joining " + String.join(", ", settings.join()) + " as " + settings.name());
        Ignite ignite = startIgnite(progress, end);
        splitWatch = SplitWatch.start(ignite, settings.expectedNodes(), this::peers, end);
        if (settings.role() != Role.API) {
            if (database == null) {
                DatabaseSettings at = known == null ? SharedDatabase.ask(ignite) : known;
                openDatabase(at, Migration.run(at), writers, readers, progress);
            }
            if (settings.database() == null) {
                SharedDatabase.share(ignite, database().settings());
            }
            ignite.cluster().nodeLocalMap().put(Database.class.getName(), database());
        }
        progress.accept("grid: " + ignite.cluster().forServers().nodes().size() + " node(s) keep data, "
                + GridFacts.discoveryAddress(ignite.cluster().localNode()));
        if (settings.role() != Role.API
                && ignite.cluster().forServers().forOldest().node().isLocal()) {
            new WarmUp(ignite, database(), progress).run();
        }
    }

    /** Addresses that this node was told to join, or is told by Kubernetes now. */
    private Collection<String> peers() {
        if (settings.discovery() != NodeSettings.Discovery.KUBERNETES) {
            return settings.join();
        }
        return GridConfiguration.kubernetes(settings, line -> {}).listedNow().stream()
                .map(address -> address.getHostString() + ":" + address.getPort())
                .toList();
    }

    private void openDatabase(
            DatabaseSettings at, Migration.Result result, int writers, int readers, Consumer<String> progress) {
        progress.accept("database: " + at + ", schema " + result.version()
                + (result.applied() > 0 ? " (" + result.applied() + " migrated)" : ""));
        database = Database.open(at, writers, readers);
    }

    private Ignite startIgnite(Consumer<String> progress, Consumer<String> end) {
        SpringApplication spring = new SpringApplication(NodeConfiguration.class);
        spring.setWebApplicationType(WebApplicationType.NONE);
        spring.setBannerMode(Banner.Mode.OFF);
        spring.setLogStartupInfo(false);
        // The program ends its parts in an order that Spring does not know.
        spring.setRegisterShutdownHook(false);
        spring.addInitializers(context -> ((GenericApplicationContext) context)
                .registerBean(
                        NodeConfiguration.Parts.class, () -> new NodeConfiguration.Parts(settings, progress, end)));
        try {
            application = spring.run();
            return application.getBean(Ignite.class);
        } catch (RuntimeException e) {
            throw StartProblem.of(e, settings);
        }
    }

    /** Ignite's own answer to a port in use is long, late and hard to read. */
    private void requireFreeDiscoveryPort() {
        Integer asked = settings.discoveryPort();
        if (asked == null && settings.joinsOnly()) {
            return;
        }
        int port = asked == null ? NodeSettings.DISCOVERY_PORT_DEFAULT : asked;
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            InetAddress address = InetAddress.getAllByName(settings.gridHost())[0];
            probe.bind(new InetSocketAddress(address, port));
        } catch (IOException e) {
            throw new StartupFailure(
                    "The discovery port is taken: join the node that has it with --join, or name another port with"
                            + " --discovery-port [port=" + port + ", cause=" + e.getMessage() + "]",
                    e);
        }
    }

    public NodeSettings settings() {
        return settings;
    }

    /** The way to PostgreSQL; a node without data has none. */
    public Database database() {
        return Objects.requireNonNull(database, "not started");
    }

    /** Where other nodes find this one, {@code host:port}. */
    public String address() {
        return GridFacts.discoveryAddress(ignite().cluster().localNode());
    }

    /** Whether this node sees more than half of the nodes that its grid is meant to have; cheap enough for each command. */
    public boolean quorum() {
        return GridFacts.quorum(ignite(), settings.expectedNodes());
    }

    /** Waits until each node has all the copies that it should have; false when {@code limit} passed before. */
    public boolean awaitSpread(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ignite().compute(ignite().cluster().forServers()).broadcast(new SpreadTask()).stream()
                .allMatch(Boolean::booleanValue)) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            Thread.sleep(SPREAD_POLL_MS);
        }
        return true;
    }

    public Ignite ignite() {
        return Objects.requireNonNull(application, "not started").getBean(Ignite.class);
    }

    /** Leaves the grid, closes the way to PostgreSQL and stops PostgreSQL, as far as each was started. */
    @Override
    public synchronized void close() {
        // A start that is broken off by an interrupt must still be able to wait while it cleans up.
        boolean interrupted = Thread.interrupted();
        try {
            if (splitWatch != null) {
                splitWatch.close();
                splitWatch = null;
            }
            if (application != null) {
                application.close();
                application = null;
            }
            if (database != null) {
                database.close();
                database = null;
            }
        } finally {
            if (embedded != null) {
                embedded.close();
                embedded = null;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
