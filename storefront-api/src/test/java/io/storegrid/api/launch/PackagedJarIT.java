package io.storegrid.api.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class PackagedJarIT {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final Pattern SKU = Pattern.compile("\"sku\":\"([^\"]+)\",\"quantity\":1");
    private static final Pattern ID = Pattern.compile("\"id\":\"(rsv_[0-9a-f]+)\"");

    @TempDir
    private Path directory;

    @AfterEach
    void leaveNothingBehind() throws IOException {
        PackagedNode.endOrphan(directory);
    }

    @Test
    void firstStartSellsAndEveryLaterStartRemembers() throws Exception {
        int discovery = PackagedNode.freePort();
        String[] options = {"--http-port=0", "--discovery-port=" + discovery, "--name=first"};
        String reservation;
        try (PackagedNode node = PackagedNode.start(directory, options)) {
            assertTrue(node.said().contains("6 000 of 6 000 products"), node.said());
            HttpResponse<String> held = reserve(node, "key-1");
            assertEquals(201, held.statusCode(), held.body());
            reservation = group(ID, held.body());
            assertEquals(200, node.get("/health/ready").statusCode());
            assertEquals("", node.complained());
            check(node);
            node.terminate();
            node.exitCode(STOP_LIMIT);
            assertEquals("", node.complained());
        }
        try (PackagedNode node = PackagedNode.start(directory, options)) {
            assertFalse(node.said().contains("sample:"), node.said());
            assertTrue(node.get("/v1/reservations/" + reservation).body().contains("HELD"));
            assertTrue(reserve(node, "key-1").body().contains(reservation), "the same key, another reservation");
            reservation = group(ID, reserve(node, "key-2").body());
            node.kill();
        }
        try (PackagedNode node = PackagedNode.start(directory, options);
                PackagedNode second = PackagedNode.start(
                        directory, "--http-port=0", "--name=second", "--join=127.0.0.1:" + discovery)) {
            String path = "/v1/reservations/" + reservation;
            assertEquals(200, second.get(path).statusCode());
            assertEquals(node.get(path).body(), second.get(path).body());
            assertEquals(201, reserve(second, "key-3").statusCode());
            assertTrue(second.get("/v1/admin/topology").body().contains("\"first\""));
            check(second);
            second.terminate();
            second.exitCode(STOP_LIMIT);
            node.terminate();
            node.exitCode(STOP_LIMIT);
        }
        assertFalse(Files.exists(directory.resolve("data/postgres/postmaster.pid")), "PostgreSQL was left running");
    }

    @Test
    void aKilledNodeComesBackIntoTheGridThatWorksOn() throws Exception {
        String discovery = free();
        String port = discovery.substring(discovery.indexOf('=') + 1);
        try (PackagedNode first = PackagedNode.start(directory, "--http-port=0", discovery, "--name=first");
                PackagedNode second =
                        PackagedNode.start(directory, "--http-port=0", "--name=second", "--join=127.0.0.1:" + port)) {
            first.kill();
            try (PackagedNode rival = PackagedNode.launch(directory, List.of("--http-port=0", free()))) {
                assertEquals(Main.FAILED, rival.exitCode(PackagedNode.START_LIMIT));
                assertTrue(rival.complained().contains("--join"), rival.complained());
            }
            assertEquals(201, reserve(second, "key-1").statusCode());
            String join = "--join=" + group(Pattern.compile("--join=([0-9.:]+)"), second.said());
            try (PackagedNode back = PackagedNode.start(directory, "--http-port=0", "--name=first", join)) {
                assertEquals(
                        reserve(second, "key-1").body(), reserve(back, "key-1").body());
                back.terminate();
                back.exitCode(STOP_LIMIT);
            }
            second.terminate();
            second.exitCode(STOP_LIMIT);
        } finally {
            // The killed node's PostgreSQL is nobody's child; whoever starts on its data takes it over.
            try (EmbeddedDatabase left = TestDatabase.serverIn(directory.resolve("data"))) {
                left.start();
            }
        }
    }

    @Test
    void usesAnotherPostgresqlWhenTold() throws Exception {
        try (EmbeddedDatabase other = TestDatabase.serverIn(directory.resolve("other"))) {
            other.start();
            String[] options = {
                "--http-port=0",
                "--discovery-port=" + PackagedNode.freePort(),
                "--db-url=" + other.settings().url(),
                "--db-user=" + EmbeddedDatabase.NAME,
                "--sample=always"
            };
            try (PackagedNode node = PackagedNode.start(directory, options)) {
                assertEquals(201, reserve(node, "key-1").statusCode());
                check(node);
                node.terminate();
                node.exitCode(STOP_LIMIT);
            }
            assertTrue(other.running());
            assertFalse(Files.exists(directory.resolve("data/postgres")));
        }
    }

    @Test
    void saysInOneLineWhyItDoesNotStart() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path empty = Files.createFile(directory.resolve("empty"));
            Map<List<String>, Integer> misuses = Map.of(
                    List.of("--nope"), Main.MISUSED,
                    List.of("--http-port=abc"), Main.MISUSED,
                    List.of("--db-url=jdbc:postgresql://127.0.0.1:1/x", "--db-password-file=" + empty), Main.MISUSED,
                    List.of("--http-host=0.0.0.0"), Main.MISUSED,
                    List.of("--http-port=" + taken.getLocalPort()), Main.FAILED,
                    List.of("--http-port=0", "--discovery-port=" + taken.getLocalPort()), Main.FAILED,
                    List.of("--http-port=0", "--data-dir=/proc/storegrid", free()), Main.FAILED,
                    List.of("--http-port=0", "--db-url=jdbc:postgresql://127.0.0.1:1/x", free()), Main.FAILED,
                    List.of("--http-port=0", "--join=127.0.0.1:1"), Main.FAILED);
            // All at once, because some wait; each in a place of its own.
            Map<List<String>, PackagedNode> launched = new LinkedHashMap<>();
            try {
                for (List<String> misuse : misuses.keySet()) {
                    Path place = Files.createDirectory(directory.resolve("misuse-" + launched.size()));
                    launched.put(misuse, PackagedNode.launch(place, misuse));
                }
                for (Map.Entry<List<String>, PackagedNode> entry : launched.entrySet()) {
                    PackagedNode node = entry.getValue();
                    assertEquals(
                            misuses.get(entry.getKey()),
                            node.exitCode(PackagedNode.START_LIMIT),
                            () -> entry.getKey() + "");
                    List<String> lines = node.complained().lines().toList();
                    assertEquals(1, lines.size(), lines.toString());
                    assertTrue(lines.get(0).startsWith("storegrid: "), lines.get(0));
                    assertFalse(node.said().contains("\tat "), node.said());
                }
            } finally {
                launched.values().forEach(PackagedNode::close);
            }
        }
    }

    private static String free() throws IOException {
        return "--discovery-port=" + PackagedNode.freePort();
    }

    /** Ends each test that wrote something. */
    private static void check(PackagedNode node) throws IOException, InterruptedException {
        String invariants = node.get("/v1/admin/invariants").body();
        assertTrue(invariants.contains("\"hold\":true"), invariants);
    }

    /** What the console proposes, done. */
    private static HttpResponse<String> reserve(PackagedNode node, String key)
            throws IOException, InterruptedException {
        String body = "{\"lines\":[{\"sku\":\"%s\",\"quantity\":1}]}".formatted(group(SKU, node.said()));
        return node.post("/v1/reservations", key, body);
    }

    private static String group(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        if (!matcher.find()) {
            throw new AssertionError(pattern + " not in " + text);
        }
        return matcher.group(1);
    }
}
