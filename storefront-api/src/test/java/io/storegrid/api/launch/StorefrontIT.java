package io.storegrid.api.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.TestDatabase;
import io.storegrid.persistence.sample.SampleCatalogue;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The store as its clients meet it: real processes, HTTP only, bad luck included. Each test ends with the invariants read
 * over HTTP and no difference between grid and PostgreSQL.
 */
@Timeout(300)
class StorefrontIT {

    /** In what time a caller is told that the store is away. */
    private static final Duration PROMISE = Duration.ofSeconds(2);

    /** What a busy test machine may add to that between socket and socket. */
    private static final Duration SLACK = Duration.ofMillis(700);

    @TempDir
    private Path directory;

    @AfterEach
    void leaveNothingBehind() throws IOException {
        PackagedNode.endOrphan(directory);
    }

    @Test
    void sellsExactlyWhatThereIsOnThreeNodes() throws Exception {
        int discovery = PackagedNode.freePort();
        try (PackagedNode first = start("first", "--discovery-port=" + discovery, "--expected-nodes=3");
                PackagedNode second = startWhenAloneRefuses(first, discovery);
                PackagedNode third = start("third", "--join=127.0.0.1:" + discovery, "--expected-nodes=3")) {
            List<ApiClient> nodes = List.of(client(first), client(second), client(third));
            awaitTrue(
                    "three nodes to be ready",
                    () -> nodes.stream()
                            .allMatch(node -> node.get("/health/ready").send().status() == 200
                                    && node.get("/v1/admin/topology")
                                                    .send()
                                                    .json()
                                                    .path("nodes")
                                                    .size()
                                            == 3));
            product(nodes.get(0), "OVO-RARO", 50);
            for (int i = 0; i < 10; i++) {
                product(nodes.get(0), "TRUFA-RARA-" + i, 5);
            }
            assertEquals(50, sold(nodes, i -> "OVO-RARO"));
            assertEquals(50, sold(nodes, i -> "TRUFA-RARA-" + i % 10));
            for (ApiClient node : nodes) {
                JsonNode stock = node.get("/v1/inventory/OVO-RARO").send().json();
                assertEquals(50, stock.path("reserved").asInt(), stock::toString);
            }
            check(nodes.get(1));
        }
    }

    @Test
    void remembersEverythingItAcknowledgedBeforeItWasKilled() throws Exception {
        ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
        Set<String> open = ConcurrentHashMap.newKeySet();
        AtomicBoolean stop = new AtomicBoolean();
        try (PackagedNode node = start("alone", "--discovery-port=" + PackagedNode.freePort())) {
            ApiClient api = client(node);
            product(api, "BOLO", 1_000_000);
            List<Thread> clients = new ArrayList<>();
            for (int c = 0; c < 8; c++) {
                int number = c;
                Thread thread = new Thread(() -> {
                    for (int i = 0; !stop.get(); i++) {
                        String key = "kill-" + number + "-" + i;
                        open.add(key);
                        try {
                            Reply reply = reserve(api, key, "BOLO");
                            if (reply.status() == 201) {
                                acknowledged.put(key, reply.json().path("id").asText());
                                open.remove(key);
                            }
                        } catch (RuntimeException e) {
                            // Killed in the middle: this key stays open, and this client has nobody to talk to.
                            return;
                        }
                    }
                });
                thread.start();
                clients.add(thread);
            }
            awaitTrue("load", () -> acknowledged.size() > 1_000);
            node.kill();
            stop.set(true);
            for (Thread thread : clients) {
                thread.join(30_000);
            }
        }
        assertFalse(open.isEmpty(), "nothing was in flight");
        try (PackagedNode node = start("alone", "--discovery-port=" + PackagedNode.freePort())) {
            ApiClient api = client(node);
            for (Map.Entry<String, String> entry : acknowledged.entrySet()) {
                Reply reply = api.get("/v1/reservations/" + entry.getValue()).send();
                assertEquals(200, reply.status(), () -> "acknowledged and gone: " + entry);
            }
            for (String key : open) {
                Reply settled = reserve(api, key, "BOLO");
                assertEquals(201, settled.status(), settled::toString);
                Reply again = reserve(api, key, "BOLO");
                assertEquals(settled.body(), again.body());
                assertEquals("true", again.header("Idempotency-Replayed").orElse(""));
            }
            long reserved = api.get("/v1/inventory/BOLO?consistency=fresh")
                    .send()
                    .json()
                    .path("reserved")
                    .asLong();
            assertEquals(acknowledged.size() + open.size(), reserved, "one unit for each key, no more, no less");
            check(api);
            node.terminate();
            node.exitCode(Duration.ofSeconds(10));
        }
    }

    @Test
    void goesOnReadingWhilePostgresqlIsAwayAndRecovers() throws Exception {
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory.resolve("other"))) {
            database.start();
            try (PackagedNode node = start(
                    "alone",
                    "--discovery-port=" + PackagedNode.freePort(),
                    "--db-url=" + database.settings().url(),
                    "--db-user=" + EmbeddedDatabase.NAME)) {
                ApiClient api = client(node);
                product(api, "BOLO", 1_000_000);
                ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
                AtomicLong refused = new AtomicLong();
                AtomicLong slowestNanos = new AtomicLong();
                Set<String> surprises = ConcurrentHashMap.newKeySet();
                AtomicBoolean stop = new AtomicBoolean();
                List<Thread> clients = new ArrayList<>();
                for (int c = 0; c < 6; c++) {
                    int number = c;
                    Thread thread = new Thread(() -> {
                        for (int i = 0; !stop.get(); i++) {
                            String key = "away-" + number + "-" + i;
                            while (!acknowledged.containsKey(key) && !stop.get()) {
                                long begun = System.nanoTime();
                                Reply reply = reserve(api, key, "BOLO");
                                slowestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
                                if (reply.status() == 201) {
                                    acknowledged.put(
                                            key, reply.json().path("id").asText());
                                } else if (reply.status() == 503
                                        && reply.header("Retry-After").isPresent()) {
                                    refused.incrementAndGet();
                                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                                } else {
                                    surprises.add(reply.toString());
                                }
                            }
                            Reply read = api.get("/v1/inventory/BOLO").send();
                            if (read.status() != 200) {
                                surprises.add(read.toString());
                            }
                        }
                    });
                    thread.start();
                    clients.add(thread);
                }
                awaitTrue("load", () -> acknowledged.size() > 500);
                database.kill();
                awaitTrue("refusals", () -> refused.get() > 30);
                JsonNode ready = api.get("/health/ready").send().json();
                assertTrue(
                        ready.path("ready").asBoolean()
                                && ready.path("degraded").asBoolean(),
                        ready::toString);
                assertEquals(200, api.get("/v1/products?limit=5").send().status());
                database.start();
                int before = acknowledged.size();
                awaitTrue("load again", () -> acknowledged.size() > before + 500);
                stop.set(true);
                for (Thread thread : clients) {
                    thread.join(30_000);
                }
                assertEquals(Set.of(), surprises);
                assertTrue(
                        slowestNanos.get() < PROMISE.plus(SLACK).toNanos(),
                        "slowest word after " + TimeUnit.NANOSECONDS.toMillis(slowestNanos.get()) + " ms");
                for (String id : acknowledged.values()) {
                    assertEquals(200, api.get("/v1/reservations/" + id).send().status());
                }
                check(api);
                node.terminate();
                node.exitCode(Duration.ofSeconds(10));
            }
        }
    }

    /**
     * The heap is capped at 64 MB above what an idle node needs (some 37 MB live), so an import that kept its lines could
     * not end. It is cut off in the middle as well: it has to go on by itself after the restart.
     */
    @Test
    void importsAHundredThousandLinesInBoundedMemory() throws Exception {
        Path lines = directory.resolve("lines.ndjson");
        List<Integer> bad = writeLines(lines, 100_000);
        String location;
        String[] options = {"--http-port=0", "--discovery-port=" + PackagedNode.freePort(), "--name=alone"};
        List<String> heap = new ArrayList<>(PackagedNode.quickly());
        heap.add("-Xmx101m");
        try (PackagedNode node = PackagedNode.awaitUp(PackagedNode.launch(directory, heap, List.of(options)))) {
            ApiClient api = client(node);
            Reply taken = postLines(api, lines);
            assertEquals(202, taken.status(), taken::toString);
            location = taken.header("Location").orElseThrow();
            awaitTrue("some lines", () -> status(api, location).path("lastLine").asLong() > 20_000);
            node.kill();
        }
        try (PackagedNode node = PackagedNode.awaitUp(PackagedNode.launch(directory, heap, List.of(options)))) {
            ApiClient api = client(node);
            Reply again = postLines(api, lines);
            assertEquals(location, again.header("Location").orElseThrow(), "the same key, another import");
            awaitTrue(
                    "the import to end",
                    Duration.ofMinutes(2),
                    () -> !status(api, location).path("state").asText().equals("RUNNING"));
            JsonNode status = status(api, location);
            assertEquals("DONE", status.path("state").asText(), status::toString);
            assertEquals(100_000 - bad.size(), status.path("accepted").asInt());
            assertEquals(bad.size(), status.path("rejected").asInt());
            List<Integer> reported = new ArrayList<>();
            status.path("errors")
                    .forEach(error -> reported.add(error.path("line").asInt()));
            assertEquals(bad, reported);
            check(api);
            node.terminate();
            node.exitCode(Duration.ofSeconds(10));
        }
    }

    /** Starts the second of three nodes, after the first one was seen to refuse writes for want of a majority. */
    private PackagedNode startWhenAloneRefuses(PackagedNode first, int discovery) throws IOException {
        Reply alone = reserve(client(first), "alone", "OVO-RARO");
        assertEquals(503, alone.status(), alone::toString);
        assertEquals("no-quorum", alone.code());
        assertEquals(503, client(first).get("/health/ready").send().status());
        return start("second", "--join=127.0.0.1:" + discovery, "--expected-nodes=3");
    }

    private PackagedNode start(String name, String... more) throws IOException {
        List<String> options = new ArrayList<>(List.of("--http-port=0", "--name=" + name));
        options.addAll(List.of(more));
        return PackagedNode.start(directory, options.toArray(new String[0]));
    }

    private static ApiClient client(PackagedNode node) throws IOException {
        return new ApiClient(node.port());
    }

    private static void product(ApiClient api, String sku, int onHand) {
        Reply product = api.put("/v1/products/" + sku)
                .ifNew()
                .json(
                        "{\"title\":\"Doce %s\",\"description\":\"\",\"category\":\"Doces\",\"price\":{\"amountMinor\":500,\"currency\":\"BRL\"}}"
                                .formatted(sku))
                .send();
        assertEquals(201, product.status(), product::toString);
        Reply stock = api.put("/v1/inventory/" + sku)
                .ifNew()
                .json("{\"onHand\":%d}".formatted(onHand))
                .send();
        assertEquals(201, stock.status(), stock::toString);
    }

    private static Reply reserve(ApiClient api, String key, String sku) {
        return api.post("/v1/reservations")
                .key(key)
                .json("{\"lines\":[{\"sku\":\"%s\",\"quantity\":1}],\"ttlSeconds\":1800}".formatted(sku))
                .send();
    }

    /** 500 buyers at all nodes at once; fails on any answer but 201 and 409, returns the number of 201. */
    private static int sold(List<ApiClient> nodes, IntFunction<String> sku) throws Exception {
        ExecutorService buyers = Executors.newFixedThreadPool(50);
        try {
            List<Callable<Reply>> wishes = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                int buyer = i;
                wishes.add(() -> reserve(
                        nodes.get(buyer % nodes.size()), "buyer-" + sku.apply(buyer) + "-" + buyer, sku.apply(buyer)));
            }
            int sold = 0;
            for (Future<Reply> wish : buyers.invokeAll(wishes)) {
                Reply reply = wish.get();
                assertTrue(reply.status() == 201 || reply.status() == 409, reply::toString);
                sold += reply.status() == 201 ? 1 : 0;
            }
            return sold;
        } finally {
            buyers.shutdownNow();
        }
    }

    private static List<Integer> writeLines(Path file, int count) throws IOException {
        List<String> sample = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(
                new GZIPInputStream(Objects.requireNonNull(
                        SampleCatalogue.class.getResourceAsStream("/sample/catalogue.ndjson.gz"))),
                StandardCharsets.UTF_8))) {
            lines.lines().forEach(sample::add);
        }
        List<Integer> bad = List.of(777, 50_000, 99_999);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 1; i <= count; i++) {
                String line = sample.get((i - 1) % sample.size());
                // Another price each time round, so that every line is a real write.
                String changed = bad.contains(i)
                        ? line.substring(0, line.length() / 2)
                        : line.replace("\"amountMinor\":", "\"amountMinor\":" + (1 + (i - 1) / sample.size()));
                out.write((changed + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        return bad;
    }

    private static Reply postLines(ApiClient api, Path lines) throws IOException {
        return api.post("/v1/imports")
                .key("import-1")
                .chunked("application/x-ndjson", Files.newInputStream(lines))
                .send();
    }

    private static JsonNode status(ApiClient api, String location) {
        return api.get(location).send().json();
    }

    /** Fails unless every invariant holds and no copy in the grid is older or newer than its row. */
    private static void check(ApiClient api) {
        JsonNode invariants = api.get("/v1/admin/invariants").send().json();
        assertTrue(invariants.path("hold").asBoolean(), invariants::toString);
        JsonNode ledger = api.post("/v1/admin/ledger/verify").send().json();
        assertTrue(ledger.path("verified").asBoolean(), ledger::toString);
        assertTrue(ledger.path("entries").asLong() > 0, ledger::toString);
        Reply reconciled = api.post("/v1/admin/reconcile").send();
        assertEquals(200, reconciled.status(), reconciled::toString);
        assertEquals(0, reconciled.json().path("ahead").asInt(), reconciled::toString);
        assertEquals(0, reconciled.json().path("repaired").asInt(), reconciled::toString);
    }

    private static void awaitTrue(String what, BooleanSupplier condition) {
        awaitTrue(what, Duration.ofMinutes(1), condition);
    }

    private static void awaitTrue(String what, Duration limit, BooleanSupplier condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        Supplier<String> late = () -> "waited " + limit + " for " + what;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() - deadline < 0, late);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
