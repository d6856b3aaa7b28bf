package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.payment.PaymentSettings;
import io.storegrid.persistence.DatabaseSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NodeSettingsTest {

    @TempDir
    private Path directory;

    @Test
    void runsAloneOnThisMachineByDefault() {
        NodeSettings settings = NodeSettings.of(Map.of());
        assertEquals(List.of(), settings.join());
        assertTrue(settings.name().endsWith("-8080"), settings.name());
        assertEquals("storegrid", settings.cluster());
        assertEquals(Role.ALL, settings.role());
        assertEquals(NodeSettings.Discovery.STATIC, settings.discovery());
        assertNull(settings.discoveryPort());
        assertEquals("127.0.0.1", settings.gridHost());
        assertEquals(8080, settings.httpPort());
        assertEquals("127.0.0.1", settings.httpHost());
        assertNull(settings.database());
        assertEquals(Path.of("data").toAbsolutePath(), settings.dataDirectory());
        assertEquals(1, settings.expectedNodes());
        assertEquals(Duration.ofSeconds(5), settings.httpRequestTimeout());
        assertEquals(512L << 20, settings.memoryBytes());
        assertEquals(NodeSettings.Sample.AUTO, settings.sample());
        assertEquals(Duration.ofHours(25), settings.eventsRetention());
        assertEquals(1_000, settings.streamsMax());
        assertEquals(Duration.ofSeconds(15), settings.streamsHeartbeat());
        assertEquals(Duration.ofSeconds(30), settings.streamsStall());
        assertFalse(settings.webhooksAllowPrivate());
        assertTrue(settings.embedsDatabase());
        assertTrue(settings.wantsSample());
        assertFalse(settings.joinsOnly());
        assertEquals(
                PaymentSettings.defaults("simulator").withCallbackUrl(URI.create("http://127.0.0.1:8080")),
                settings.payment());
    }

    @ParameterizedTest(name = "{0}, port {1}, role {2}: {3} and calls {4}")
    @CsvSource({
        "127.0.0.1, 8080, all,  simulator, http://127.0.0.1:8080",
        "'::1',     8080, all,  simulator, http://[::1]:8080",
        "127.0.0.1, 0,    all,  simulator,",
        "127.0.0.1, 8080, data, simulator,",
        "0.0.0.0,   8080, all,  none,",
    })
    void approvesNothingForStrangersUnlessItIsTold(
            String host, String port, String role, String provider, @Nullable URI callbackUrl) {
        PaymentSettings payment = NodeSettings.of(Map.of(
                        Setting.HTTP_HOST, host, Setting.HTTP_PORT, port, Setting.ROLE, role, Setting.INSECURE, "true"))
                .payment();
        assertEquals(provider, payment.provider());
        assertEquals(callbackUrl, payment.callbackUrl());
    }

    @Test
    void sendsNoTokenUnencryptedBeyondThisMachine() throws IOException {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.PAYMENT_PROVIDER, "http");
        values.put(Setting.PAYMENT_URL, "http://127.0.0.1:7070/");
        assertEquals(
                URI.create("http://127.0.0.1:7070"),
                NodeSettings.of(values).payment().url());
        values.put(Setting.PAYMENT_URL, "http://10.0.0.7");
        assertThrows(BadSettings.class, () -> NodeSettings.of(values));
        values.put(Setting.INSECURE, "true");
        assertEquals(
                URI.create("http://10.0.0.7"), NodeSettings.of(values).payment().url());
        values.put(
                Setting.PAYMENT_TOKEN_FILE,
                Files.writeString(directory.resolve("two-words"), "hush hush").toString());
        BadSettings refused = assertThrows(BadSettings.class, () -> NodeSettings.of(values));
        assertTrue(refused.problems().get(0).startsWith("--payment-token-file "));
        assertFalse(refused.problems().toString().contains("hush"));
    }

    @Test
    void takesEverySetting() throws IOException {
        Path password = Files.writeString(directory.resolve("db-password"), "s3cret\n");
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.put(Setting.JOIN, "10.0.0.1:48500, 10.0.0.2:48500");
        values.put(Setting.NAME, "node-a");
        values.put(Setting.CLUSTER, "shop");
        values.put(Setting.ROLE, "data");
        values.put(Setting.DISCOVERY, "static");
        values.put(Setting.KUBERNETES_API, "https://10.0.0.8:6443");
        values.put(Setting.KUBERNETES_NAMESPACE, "loja");
        values.put(Setting.KUBERNETES_SERVICE, "nodes");
        values.put(Setting.KUBERNETES_ACCOUNT, directory.toString());
        values.put(Setting.ZONE, "south-1");
        values.put(Setting.DRAIN_GRACE, "250");
        values.put(Setting.EVENTS_RETENTION, "48");
        values.put(Setting.STREAMS_MAX, "50");
        values.put(Setting.STREAMS_HEARTBEAT, "2000");
        values.put(Setting.STREAMS_STALL, "9000");
        values.put(Setting.WEBHOOKS_ALLOW_PRIVATE, "true");
        TestCertificates certificates = new TestCertificates(directory);
        values.putAll(certificates.settings(certificates.key("node"), certificates.trusting("node")));
        values.put(Setting.DISCOVERY_PORT, "48511");
        values.put(Setting.GRID_HOST, "0.0.0.0");
        values.put(Setting.HTTP_PORT, "9090");
        values.put(Setting.HTTP_HOST, "0.0.0.0");
        values.put(Setting.DB_URL, "jdbc:postgresql://10.0.0.9/store");
        values.put(Setting.DB_USER, "shopkeeper");
        values.put(Setting.DB_PASSWORD_FILE, password.toString());
        values.put(Setting.DATA_DIR, directory.toString());
        values.put(Setting.EXPECTED_NODES, "3");
        values.put(Setting.HTTP_REQUEST_TIMEOUT, "700");
        values.put(Setting.MEMORY, "2GB");
        values.put(Setting.SAMPLE, "always");
        values.put(Setting.PAYMENT_PROVIDER, "http");
        values.put(Setting.PAYMENT_URL, "https://pay.example/v2");
        values.put(
                Setting.PAYMENT_TOKEN_FILE,
                Files.writeString(directory.resolve("token"), "t0ken\n").toString());
        values.put(Setting.PAYMENT_CALLBACK_URL, "https://loja.example/");
        values.put(Setting.PAYMENT_CALL_TIMEOUT, "900");
        values.put(Setting.INSECURE, "true");
        assertEquals(Setting.values().length, values.size(), "a setting without a test");

        NodeSettings settings = NodeSettings.of(values);
        assertEquals(List.of("10.0.0.1:48500", "10.0.0.2:48500"), settings.join());
        assertEquals("node-a", settings.name());
        assertEquals("shop", settings.cluster());
        assertEquals(Role.DATA, settings.role());
        assertEquals(
                new NodeSettings.Kubernetes(URI.create("https://10.0.0.8:6443"), "loja", "nodes", directory),
                settings.kubernetes());
        assertEquals("south-1", settings.zone());
        assertEquals(Duration.ofMillis(250), settings.drainGrace());
        assertEquals(Duration.ofDays(2), settings.eventsRetention());
        assertEquals(50, settings.streamsMax());
        assertEquals(Duration.ofSeconds(2), settings.streamsHeartbeat());
        assertEquals(Duration.ofSeconds(9), settings.streamsStall());
        assertTrue(settings.webhooksAllowPrivate());
        NodeSettings.Tls tls = settings.tls();
        assertNotNull(tls);
        assertEquals(TestCertificates.PASSWORD, tls.password());
        assertFalse(tls.toString().contains(TestCertificates.PASSWORD));
        assertEquals(48511, settings.discoveryPort());
        assertEquals("0.0.0.0", settings.gridHost());
        assertEquals(9090, settings.httpPort());
        assertEquals("0.0.0.0", settings.httpHost());
        DatabaseSettings database = settings.database();
        assertNotNull(database);
        assertEquals("jdbc:postgresql://10.0.0.9/store", database.url());
        assertEquals("shopkeeper", database.user());
        assertEquals("s3cret", database.password());
        assertFalse(database.toString().contains("s3cret"));
        assertEquals(directory, settings.dataDirectory());
        assertEquals(3, settings.expectedNodes());
        assertEquals(Duration.ofMillis(700), settings.httpRequestTimeout());
        assertEquals(2L << 30, settings.memoryBytes());
        assertTrue(settings.wantsSample());
        assertFalse(settings.embedsDatabase());
        assertTrue(settings.joinsOnly());
        assertEquals(
                PaymentSettings.defaults("http")
                        .withUrl(URI.create("https://pay.example/v2"))
                        .withToken("t0ken")
                        .withCallbackUrl(URI.create("https://loja.example"))
                        .withCallTimeout(Duration.ofMillis(900)),
                settings.payment());
        assertFalse(settings.payment().toString().contains("t0ken"));
    }

    @Test
    void reportsAllThatIsWrongAtOnce() {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            values.put(setting, "?");
        }
        values.put(Setting.DATA_DIR, "\0");
        BadSettings refused = assertThrows(BadSettings.class, () -> NodeSettings.of(values));
        for (Setting setting : Setting.values()) {
            // Any text may be the name of a role at the database, or of a file that nobody asks for.
            assertEquals(
                    !List.of(
                                    Setting.DB_USER,
                                    Setting.KUBERNETES_ACCOUNT,
                                    Setting.TLS_KEY_STORE,
                                    Setting.TLS_TRUST_STORE)
                            .contains(setting),
                    refused.problems().stream().anyMatch(problem -> problem.startsWith(setting.option() + " ")),
                    setting + " in " + refused.problems());
        }
    }

    @ParameterizedTest(name = "{0}={1} with {2}={3} complains about {4}")
    @CsvSource({
        "HTTP_PORT, 65536, NAME, a, --http-port",
        "DISCOVERY_PORT, 80, NAME, a, --discovery-port",
        "JOIN, localhost, NAME, a, --join",
        "JOIN, localhost:0, NAME, a, --join",
        "JOIN, localhost:99999, NAME, a, --join",
        "EXPECTED_NODES, 0, NAME, a, --expected-nodes",
        "HTTP_REQUEST_TIMEOUT, 99, NAME, a, --http-request-timeout",
        "HTTP_REQUEST_TIMEOUT, 5s, NAME, a, --http-request-timeout",
        "MEMORY, 1MB, NAME, a, --memory",
        "DISCOVERY, kubernetes, DB_URL, jdbc:postgresql://h/d, --discovery",
        "DISCOVERY, kubernetes, EXPECTED_NODES, 3, --discovery",
        "KUBERNETES_API, http://h, NAME, a, --kubernetes-api",
        "ZONE, a b, NAME, a, --zone",
        "DRAIN_GRACE, 60001, NAME, a, --drain-grace",
        "EVENTS_RETENTION, 0, NAME, a, --events-retention",
        "STREAMS_MAX, 10001, NAME, a, --streams-max",
        "STREAMS_HEARTBEAT, 25001, NAME, a, --streams-heartbeat",
        "STREAMS_STALL, 99, NAME, a, --streams-stall",
        "TLS_KEY_STORE, /nowhere, NAME, a, --tls-trust-store",
        "TLS_PASSWORD_FILE, /nowhere, NAME, a, --tls-key-store",
        "DB_URL, jdbc:postgresql://h/d, ROLE, api, --db-url",
        "DISCOVERY, multicast, NAME, a, --discovery",
        "HTTP_HOST, 0.0.0.0, NAME, a, --http-host",
        "GRID_HOST, 0.0.0.0, NAME, a, --grid-host",
        "DB_USER, me, NAME, a, --db-user",
        "DB_URL, jdbc:mysql://x/y, NAME, a, --db-url",
        "DB_URL, jdbc:postgresql://h/d?password=x, NAME, a, --db-url",
        "DB_URL, jdbc:postgresql://h/d, DB_PASSWORD_FILE, /nowhere, --db-password-file",
        "JOIN, 10.0.0.1:48500, DB_URL, jdbc:postgresql://h/d, --join",
        "ROLE, api, NAME, a, --role",
        "PAYMENT_PROVIDER, paypal, NAME, a, --payment-provider",
        "PAYMENT_PROVIDER, http, NAME, a, --payment-provider",
        "PAYMENT_URL, https://h, NAME, a, --payment-url",
        "PAYMENT_URL, https://h, PAYMENT_PROVIDER, none, --payment-url",
        "PAYMENT_URL, http://h, PAYMENT_PROVIDER, http, --payment-url",
        "PAYMENT_URL, https://me:secret@h, PAYMENT_PROVIDER, http, --payment-url",
        "PAYMENT_URL, https://h/?q=1, PAYMENT_PROVIDER, http, --payment-url",
        "PAYMENT_TOKEN_FILE, /nowhere, NAME, a, --payment-token-file",
        "PAYMENT_CALLBACK_URL, ftp://h, NAME, a, --payment-callback-url",
        "PAYMENT_CALLBACK_URL, http://10.0.0.7, NAME, a, --payment-callback-url",
        "PAYMENT_CALL_TIMEOUT, 99, NAME, a, --payment-call-timeout",
    })
    void refuses(Setting setting, String value, Setting other, String otherValue, String complaint) {
        BadSettings refused =
                assertThrows(BadSettings.class, () -> NodeSettings.of(Map.of(setting, value, other, otherValue)));
        assertTrue(
                refused.problems().get(0).startsWith(complaint + " "),
                refused.problems().toString());
    }

    @Test
    void needsNoPermissionToBeReachedWhereCertificatesAreAskedFor() throws IOException {
        TestCertificates certificates = new TestCertificates(directory);
        Map<Setting, String> values =
                new EnumMap<>(certificates.settings(certificates.key("node"), certificates.trusting("node")));
        values.put(Setting.GRID_HOST, "0.0.0.0");
        assertNotNull(NodeSettings.of(values).tls());
        values.put(
                Setting.TLS_PASSWORD_FILE,
                Files.writeString(directory.resolve("wrong"), "wrong").toString());
        BadSettings refused = assertThrows(BadSettings.class, () -> NodeSettings.of(values));
        assertTrue(refused.problems().stream().anyMatch(problem -> problem.contains("--tls-key-store")));
    }

    @Test
    void mayBeginAGridWhenTheListNamesIt() {
        NodeSettings settings = NodeSettings.of(
                Map.of(Setting.JOIN, "127.0.0.1:48500,127.0.0.1:48501", Setting.DISCOVERY_PORT, "48501"));
        assertFalse(settings.joinsOnly());
        assertFalse(settings.embedsDatabase());
    }
}
