package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.StoreCaches;
import io.storegrid.domain.InventoryItem;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.Migration;
import io.storegrid.persistence.StartupFailure;
import io.storegrid.persistence.TestDatabase;
import java.awt.Point;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.lang.IgniteClosure;
import org.apache.ignite.spi.discovery.tcp.TcpDiscoverySpi;
import org.apache.ignite.spi.discovery.tcp.ipfinder.vm.TcpDiscoveryVmIpFinder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may be a node of a grid, and what nodes take from one another. */
@Timeout(180)
class MeshIT {

    private static final long SHORT_JOIN_MS = 3_000;

    @TempDir
    private Path directory;

    private TestDatabase database;

    @BeforeEach
    void makeDatabase() {
        database = TestDatabase.create();
    }

    @AfterEach
    void dropDatabase() {
        database.close();
    }

    @Test
    void refusesAnotherVersionAndAnotherSchemaInOneLine() {
        try (TestGrid grid = TestGrid.start(1, database.settings())) {
            // At once, because a refusal is mostly waiting.
            CompletableFuture.allOf(
                            CompletableFuture.runAsync(() -> assertRefused(
                                    grid, "storegrid.version", "99.1.0", "the grid runs version " + Build.VERSION)),
                            CompletableFuture.runAsync(
                                    () -> assertRefused(grid, "storegrid.schema", "1", "the node schema 1")))
                    .join();
            Ignite patch = grid.add(
                    "patch", "test", Map.of(), changing("storegrid.version", Build.line(Build.VERSION) + ".99"));
            assertEquals(2, patch.cluster().nodes().size());
        }
    }

    private static void assertRefused(TestGrid grid, String attribute, String value, String reason) {
        IgniteException refused = assertThrows(
                IgniteException.class, () -> grid.add(attribute, "test", Map.of(), changing(attribute, value)));
        String said = StartProblem.of(refused, NodeSettings.of(Map.of(Setting.NAME, attribute)))
                .getMessage();
        assertTrue(said.startsWith("The grid refuses this node: ") && said.contains(reason), said);
        assertEquals(1, said.lines().count());
        assertEquals(1, grid.node(0).cluster().nodes().size());
    }

    private static Consumer<IgniteConfiguration> changing(String attribute, String value) {
        return configuration -> {
            Map<String, Object> attributes = new HashMap<>(configuration.getUserAttributes());
            attributes.put(attribute, value);
            configuration.setUserAttributes(attributes);
        };
    }

    @Test
    void changesNoSchemaBeforeTheGridHasAdmittedIt() throws SQLException {
        try (TestDatabase old = TestDatabase.create();
                TestGrid grid = TestGrid.start(1, old.settings())) {
            database.execute("DROP SCHEMA public CASCADE");
            database.execute("CREATE SCHEMA public");
            assertTrue(Migration.runIfCurrent(database.settings()).isEmpty());
            StartupFailure refused = assertThrows(StartupFailure.class, () -> joined(grid, "elsewhere"));
            assertTrue(refused.getMessage().contains("the grid is called test"), refused.getMessage());
            assertTrue(
                    Migration.runIfCurrent(database.settings()).isEmpty(),
                    "a refused node leaves the schema as it was");
            joined(grid, "test").close();
            assertTrue(Migration.runIfCurrent(database.settings()).isPresent());
        }
    }

    /** A whole node, on the test's own database, that joins the first one of {@code grid}. */
    private StoregridNode joined(TestGrid grid, String cluster) {
        DatabaseSettings own = database.settings();
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.NAME, "whole");
        values.put(Setting.CLUSTER, cluster);
        values.put(Setting.MEMORY, TestGrid.MEMORY);
        values.put(Setting.DATA_DIR, directory.toString());
        values.put(
                Setting.JOIN, GridFacts.discoveryAddress(grid.node(0).cluster().localNode()));
        values.put(Setting.DB_URL, own.url());
        values.put(Setting.DB_USER, String.valueOf(own.user()));
        return StoregridNode.start(NodeSettings.of(values), 1, 1, line -> {}, line -> {});
    }

    @Test
    void talksToNobodyWithoutATrustedCertificate() throws IOException {
        TestCertificates certificates = new TestCertificates(directory);
        Path ours = certificates.key("grid");
        Path strangers = certificates.key("stranger");
        Path trusted = certificates.trusting("grid");
        try (TestGrid grid = TestGrid.empty(database.settings())) {
            grid.add("first", "test", certificates.settings(ours, trusted), configuration -> {});
            Ignite second = grid.add("second", "test", certificates.settings(ours, trusted), configuration -> {});
            assertEquals(2, second.cluster().nodes().size());
            second.<String, InventoryItem>cache(StoreCaches.INVENTORY)
                    .withSkipStore()
                    .put("ALFAJOR", new InventoryItem("ALFAJOR", 3, 0, 1));
            // At once, because both wait for somebody who lets them in.
            CompletableFuture<?> stranger = CompletableFuture.runAsync(() -> assertThrows(
                    IgniteException.class,
                    () -> grid.add("stranger", "test", certificates.settings(strangers, trusted), joining(second)),
                    "a node whose certificate nobody here trusts"));
            IgniteException plain = assertThrows(
                    IgniteException.class,
                    () -> grid.add("plain", "test", Map.of(), joining(second)),
                    "a node that does not encrypt");
            String said = StartProblem.of(plain, NodeSettings.of(Map.of(Setting.NAME, "plain")))
                    .getMessage();
            assertTrue(said.contains("one side talks TLS"), said);
            stranger.join();
            assertEquals(2, second.cluster().nodes().size());
        }
    }

    /** Knows where a node is, begins no grid of its own, and gives up soon. */
    private static Consumer<IgniteConfiguration> joining(Ignite member) {
        return configuration -> {
            TcpDiscoveryVmIpFinder finder = new TcpDiscoveryVmIpFinder();
            finder.setAddresses(
                    List.of(GridFacts.discoveryAddress(member.cluster().localNode())));
            ((TcpDiscoverySpi) configuration.getDiscoverySpi())
                    .setJoinTimeout(SHORT_JOIN_MS)
                    .setIpFinder(finder);
        };
    }

    @Test
    void buildsNothingOfAForeignClass() {
        try (TestGrid grid = TestGrid.start(2, database.settings())) {
            Ignite node = grid.node(0);
            var other = node.compute(node.cluster().forRemotes());
            assertEquals("java.lang.String", other.apply(new ClassOf(), "harmless"));
            IgniteException refused =
                    assertThrows(IgniteException.class, () -> other.apply(new ClassOf(), new Point(1, 2)));
            StringBuilder said = new StringBuilder();
            for (Throwable cause = refused; cause != null; cause = cause.getCause()) {
                said.append(cause).append('\n');
            }
            assertTrue(said.toString().contains("java.awt.Point"), said.toString());
        }
    }

    /** Names the class of what it is given. Crosses the grid. */
    private static final class ClassOf implements IgniteClosure<Object, String> {

        private static final long serialVersionUID = 1L;

        @Override
        public String apply(Object given) {
            return given.getClass().getName();
        }
    }

    @Test
    void letsAMinorityReadAndNotWrite() {
        try (TestGrid grid = TestGrid.empty(database.settings())) {
            Map<Setting, String> three = Map.of(Setting.EXPECTED_NODES, "3");
            Ignite first = grid.add("first", "test", three, configuration -> {});
            assertFalse(GridFacts.quorum(first, 3));
            Ignite second = grid.add("second", "test", three, configuration -> {});
            assertTrue(GridFacts.quorum(first, 3));
            IgniteCache<String, InventoryItem> stock = first.cache(StoreCaches.INVENTORY);
            stock.put("ALFAJOR", new InventoryItem("ALFAJOR", 3, 0, 1));
            grid.stop(second);
            assertFalse(GridFacts.quorum(first, 3));
            assertEquals(3, stock.get("ALFAJOR").onHand());
            assertNull(stock.get("NADA"));
            assertThrows(CacheException.class, () -> stock.put("ALFAJOR", new InventoryItem("ALFAJOR", 4, 0, 2)));
            grid.add("second", "test", three, configuration -> {});
            stock.put("ALFAJOR", new InventoryItem("ALFAJOR", 4, 0, 2));
        }
    }
}
