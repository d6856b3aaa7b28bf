package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.storegrid.compute.StoreCaches;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.apache.ignite.Ignite;
import org.apache.ignite.Ignition;
import org.apache.ignite.configuration.IgniteConfiguration;
import org.apache.ignite.spi.communication.tcp.TcpCommunicationSpi;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes that find each other as pods do: an address for each, one port for all, and the list from an HTTPS server that
 * answers as the Kubernetes API does.
 */
@Timeout(180)
class KubernetesFinderIT {

    private static final String TOKEN = "token-de-teste";
    private static final Duration LIMIT = Duration.ofSeconds(40);

    @TempDir
    private Path directory;

    private TestDatabase database;
    private TestCertificates certificates;
    private Api api;
    private int discoveryPort;
    private final Deque<Ignite> nodes = new ArrayDeque<>();
    private final List<Database> databases = new ArrayList<>();
    private final ConcurrentLinkedQueue<String> said = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void prepare() throws Exception {
        GridConfiguration.presetSystemProperties();
        database = TestDatabase.create();
        certificates = new TestCertificates(directory);
        Path key = certificates.key("kubernetes");
        Path account = Files.createDirectory(directory.resolve("account"));
        Files.writeString(account.resolve("token"), TOKEN + "\n");
        Files.writeString(account.resolve("namespace"), "loja");
        Files.copy(certificates.certificate("kubernetes"), account.resolve("ca.crt"));
        api = new Api(TestGrid.freePort(), key);
        discoveryPort = TestGrid.freePort();
    }

    @AfterEach
    void end() {
        while (!nodes.isEmpty()) {
            Ignition.stop(nodes.pop().name(), true);
        }
        databases.forEach(Database::close);
        api.stop();
        database.close();
    }

    @Test
    void formsAGridAndTakesANodeBack() throws Exception {
        api.start();
        api.addresses.addAll(List.of("127.0.0.10", "127.0.0.11", "127.0.0.12"));
        Ignite first = start(0);
        Ignite second = start(1);
        Ignite third = start(2);
        for (Ignite node : List.of(first, second, third)) {
            awaitNodes(node, 3);
        }
        assertTrue(GridFacts.quorum(first, 3));
        api.addresses.remove("127.0.0.11");
        nodes.remove(second);
        Ignition.stop(second.name(), true);
        awaitNodes(first, 2);
        api.addresses.add("127.0.0.11");
        awaitNodes(start(1), 3);
        assertEquals(0, api.refused.get());
    }

    @Test
    void waitsForAnApiThatIsAwayAndNeverServesAlone() throws Exception {
        api.addresses.addAll(List.of("127.0.0.10", "127.0.0.11"));
        CompletableFuture<Ignite> starting = CompletableFuture.supplyAsync(() -> start(0));
        TestGrid.await(
                LIMIT,
                "the node to say what it waits for",
                () -> said.stream()
                        .anyMatch(
                                line -> line.contains("waiting for Kubernetes") && line.contains("ConnectException")));
        assertFalse(starting.isDone());
        api.start();
        Ignite first = starting.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertTrue(said.stream().anyMatch(line -> line.contains("gave the list of nodes")), said::toString);
        // Alone, and it knows: of three nodes that the grid is meant to have one is here.
        awaitNodes(first, 1);
        assertFalse(GridFacts.quorum(first, 3));
        awaitNodes(start(1), 2);
        assertTrue(GridFacts.quorum(first, 3));
    }

    @Test
    void showsItsTokenToNobodyElse() throws Exception {
        api.stop();
        api = new Api(TestGrid.freePort(), certificates.key("impostor"));
        api.start();
        api.addresses.add("127.0.0.10");
        CompletableFuture<Ignite> starting = CompletableFuture.supplyAsync(() -> start(0));
        TestGrid.await(
                LIMIT,
                "the node to say what it waits for",
                () -> said.stream()
                        .anyMatch(line ->
                                line.contains("waiting for Kubernetes") && line.contains("SSLHandshakeException")));
        assertEquals(0, api.asked.get());
        assertFalse(starting.isDone());
        // The authority is changed under the waiting node, as Kubernetes does when it renews its certificates.
        Files.copy(
                certificates.certificate("impostor"),
                directory.resolve("account/ca.crt"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        awaitNodes(starting.get(LIMIT.toSeconds(), TimeUnit.SECONDS), 1);
    }

    private static void awaitNodes(Ignite node, int count) {
        TestGrid.await(LIMIT, count + " nodes", () -> node.cluster().nodes().size() == count);
    }

    private Ignite start(int number) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.NAME, "pod-" + number);
        values.put(Setting.CLUSTER, "kubernetes-test");
        values.put(Setting.GRID_HOST, "127.0.0.1" + number);
        values.put(Setting.DISCOVERY, "kubernetes");
        values.put(Setting.DISCOVERY_PORT, Integer.toString(discoveryPort));
        values.put(Setting.KUBERNETES_API, "https://127.0.0.1:" + api.port);
        values.put(Setting.KUBERNETES_ACCOUNT, directory.resolve("account").toString());
        values.put(Setting.EXPECTED_NODES, "3");
        values.put(Setting.MEMORY, TestGrid.MEMORY);
        values.put(Setting.DATA_DIR, directory.toString());
        values.put(Setting.DB_URL, database.settings().url());
        values.put(Setting.DB_USER, String.valueOf(database.settings().user()));
        IgniteConfiguration configuration = new IgniteConfiguration();
        GridConfiguration.apply(configuration, NodeSettings.of(values), said::add, reason -> {});
        // The program's range of ports is for machines that are its own.
        configuration.setCommunicationSpi(new TcpCommunicationSpi()
                .setLocalAddress("127.0.0.1" + number)
                .setLocalPort(TestGrid.freePort())
                .setLocalPortRange(0));
        Ignite node = Ignition.start(configuration);
        Database opened = Database.open(database.settings(), 2, 2);
        node.cluster().nodeLocalMap().put(Database.class.getName(), opened);
        synchronized (nodes) {
            databases.add(opened);
            nodes.push(node);
        }
        node.cache(StoreCaches.INVENTORY);
        return node;
    }

    /** One object of the API: the Endpoints of the headless service, for who shows the token. */
    private static final class Api {

        final int port;
        final List<String> addresses = new CopyOnWriteArrayList<>();
        final AtomicInteger asked = new AtomicInteger();
        final AtomicInteger refused = new AtomicInteger();
        private final Path keyStore;
        private @Nullable HttpsServer server;

        Api(int port, Path keyStore) {
            this.port = port;
            this.keyStore = keyStore;
        }

        void start() throws IOException, GeneralSecurityException {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(keyStore)) {
                keys.load(in, TestCertificates.PASSWORD.toCharArray());
            }
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, TestCertificates.PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            HttpsServer made = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
            made.setHttpsConfigurator(new HttpsConfigurator(context));
            made.createContext("/", this::answer);
            made.start();
            server = made;
        }

        private void answer(HttpExchange exchange) throws IOException {
            asked.incrementAndGet();
            boolean known = "/api/v1/namespaces/loja/endpoints/storegrid-discovery"
                    .equals(exchange.getRequestURI().getPath());
            boolean allowed =
                    ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
            if (!known || !allowed) {
                refused.incrementAndGet();
                exchange.sendResponseHeaders(known ? 401 : 403, -1);
                exchange.close();
                return;
            }
            // The first is ready and the others are not yet, which must make no difference.
            String ready = ips(addresses.stream().limit(1).toList());
            String others = ips(addresses.stream().skip(1).toList());
            byte[] body = ("{\"kind\":\"Endpoints\",\"apiVersion\":\"v1\",\"subsets\":[{\"addresses\":" + ready
                            + ",\"notReadyAddresses\":" + others
                            + ",\"ports\":[{\"name\":\"discovery\",\"port\":48500}]}]}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        }

        private static String ips(List<String> addresses) {
            return addresses.stream().map(ip -> "{\"ip\":\"" + ip + "\"}").collect(Collectors.joining(",", "[", "]"));
        }

        void stop() {
            if (server != null) {
                server.stop(0);
                server = null;
            }
        }
    }
}
