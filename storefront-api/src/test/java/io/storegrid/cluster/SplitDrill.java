package io.storegrid.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.grid.StoreProxy;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A program that breaks a grid of three real nodes in two, and puts it together again. To be run in {@link Namespaces} of its
 * own: {@link SplitFaultIT} does so. Ends with 0, or says what was wrong.
 */
final class SplitDrill implements AutoCloseable {

    private static final Path JAR = Path.of("target", "storefront-api.jar").toAbsolutePath();
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ROWS = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, version, updated_at)
            SELECT s, s, '', 'Bolos', 500, 'BRL', 1, clock_timestamp() FROM unnest(ARRAY['FARTO', 'RARO']) s;
            INSERT INTO inventory (sku, on_hand, reserved, version) VALUES ('FARTO', 1000000, 0, 1), ('RARO', 300, 0, 1);
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT sku, 1, on_hand, 0, 'INITIAL', 'drill', now(),
                   ledger_hash(NULL, sku, 1, on_hand, 0, 'INITIAL', now(), 'drill') FROM inventory""";

    private final Path directory;
    private final TestDatabase database = TestDatabase.create();
    private final Network network;
    private final StoreProxy door;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final List<@Nullable Process> nodes = new ArrayList<>(java.util.Arrays.asList(null, null, null));
    private int expectedNodes;

    private SplitDrill(Path directory, Network network) throws IOException {
        this.directory = directory;
        this.network = network;
        door = new StoreProxy(network.storeHost(), database.settings());
    }

    public static void main(String[] arguments) throws Exception {
        Namespaces.endWithParent();
        try (SplitDrill drill = new SplitDrill(Path.of(arguments[0]), new Namespaces(3))) {
            drill.database.execute(ROWS);
            drill.minorityRefusesAndComesBack();
            drill.fenceAloneKeepsFromOverselling();
        }
        say("all held");
        System.exit(0);
    }

    private static void say(String line) {
        System.out.println("[split] " + line);
    }

    private void start(int node) throws IOException {
        DatabaseSettings settings = door.settings(database.settings());
        Path home = Files.createDirectories(directory.resolve("n" + node));
        List<String> command = new ArrayList<>(network.at(node));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(PackagedNode.quickly());
        command.addAll(List.of(
                "-jar",
                JAR.toString(),
                "--name=n" + node,
                "--grid-host=" + network.gridHost(node),
                "--http-host=" + network.httpHost(node),
                "--insecure",
                "--discovery-port=" + network.discoveryPort(node),
                "--join=" + everybody(),
                "--expected-nodes=" + expectedNodes,
                "--sample=never",
                "--memory=128MB",
                "--db-url=" + settings.url(),
                "--db-user=" + settings.user()));
        Process process = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(home.resolve("console").toFile()))
                .start();
        nodes.set(node - 1, process);
    }

    private String everybody() {
        return IntStream.rangeClosed(1, nodes.size())
                .mapToObj(node -> network.gridHost(node) + ":" + network.discoveryPort(node))
                .collect(Collectors.joining(","));
    }

    private void startAll(int expected) throws Exception {
        expectedNodes = expected;
        for (int node = 1; node <= 3; node++) {
            start(node);
        }
        for (int node = 1; node <= 3; node++) {
            int number = node;
            await("node " + node + " to be ready beside two others", () -> ready(number) && members(number) == 3);
        }
    }

    private void stopAll() throws InterruptedException {
        for (Process node : nodes) {
            if (node != null) {
                node.destroy();
            }
        }
        for (Process node : nodes) {
            if (node != null && !node.waitFor(20, TimeUnit.SECONDS)) {
                node.destroyForcibly();
            }
        }
    }

    private boolean ready(int node) throws Exception {
        return get(node, "/health/ready").statusCode() == 200;
    }

    private int members(int node) throws Exception {
        return JSON.readTree(get(node, "/v1/admin/topology").body())
                .path("nodes")
                .size();
    }

    private HttpResponse<String> get(int node, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + network.httpHost(node) + ":8080" + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> post(int node, String path, String key, String body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://" + network.httpHost(node) + ":8080" + path))
                        .timeout(Duration.ofSeconds(10))
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private HttpResponse<String> reserve(int node, String sku, String key) throws Exception {
        return post(
                node,
                "/v1/reservations",
                key,
                "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}],\"ttlSeconds\":1800}");
    }

    private static void await(String what, Callable<Boolean> condition) throws Exception {
        long begin = System.nanoTime();
        while (true) {
            boolean holds;
            try {
                holds = condition.call();
            } catch (IOException e) {
                holds = false;
            }
            if (holds) {
                say("%s: after %.1f s".formatted(what, (System.nanoTime() - begin) / 1e9));
                return;
            }
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new AssertionError("waited " + LIMIT.toSeconds() + " s for " + what);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
    }

    private void minorityRefusesAndComesBack() throws Exception {
        startAll(3);
        AtomicLong sold = new AtomicLong();
        Sellers sellers = new Sellers(sold, List.of(1, 2), "FARTO");
        await("sales before the split", () -> sold.get() > 200);
        network.cut(3);
        long before = sold.get();
        await("the majority to sell on", () -> sold.get() > before + 500 && members(1) == 2 && members(2) == 2);
        await("the minority to refuse writes", () -> refusesForWantOfQuorum(3));
        HttpResponse<String> read = get(3, "/v1/inventory/FARTO");
        require(read.statusCode() == 200, "the minority reads: " + read);
        network.mend(3);
        Process minority = nodes.get(2);
        await("the minority to leave", () -> minority != null && !minority.isAlive());
        String console = Files.readString(directory.resolve("n3/console"));
        say(console.lines().filter(line -> line.contains("cannot go on")).reduce("", (a, b) -> b));
        require(console.contains("cannot go on"), "the minority says why it leaves: " + console);
        start(3);
        await("the minority to be back", () -> ready(3) && members(3) == 3 && members(1) == 3);
        sellers.stop();
        check(sold, "FARTO");
        stopAll();
    }

    private boolean refusesForWantOfQuorum(int node) throws Exception {
        HttpResponse<String> answer = reserve(node, "FARTO", UUID.randomUUID().toString());
        require(answer.statusCode() != 201 || members(node) > 1, "a minority sold: " + answer.body());
        return answer.statusCode() == 503 && answer.body().contains("no-quorum");
    }

    /** Both parts sell the same 300 units, each believing that it owns them. */
    private void fenceAloneKeepsFromOverselling() throws Exception {
        startAll(1);
        AtomicLong sold = new AtomicLong();
        network.cut(3);
        await("two grids", () -> members(3) == 1 && members(1) == 2 && members(2) == 2);
        Sellers sellers = new Sellers(sold, List.of(1, 2, 3), "RARO");
        await("both parts to be sold out", () -> sellers.refusedBy(1) > 0 && sellers.refusedBy(3) > 0);
        sellers.stop();
        require(sellers.soldBy(3) > 0 && sellers.soldBy(1) + sellers.soldBy(2) > 0, "both parts sold");
        say("one part sold " + sellers.soldBy(3) + ", the other " + (sellers.soldBy(1) + sellers.soldBy(2))
                + " of 300");
        require(sold.get() == 300, "exactly 300 were sold, not " + sold);
        JsonNode books = JSON.readTree(get(1, "/v1/admin/invariants").body());
        require(books.path("hold").asBoolean(), "invariants: " + books);
        stopAll();
    }

    /** At rest: what was acknowledged is there, invariants hold, and no copy differs. */
    private void check(AtomicLong sold, String sku) throws Exception {
        long reserved = JSON.readTree(
                        get(1, "/v1/inventory/" + sku + "?consistency=fresh").body())
                .path("reserved")
                .asLong();
        require(reserved == sold.get(), sold + " were acknowledged and " + reserved + " are reserved");
        JsonNode books = JSON.readTree(get(1, "/v1/admin/invariants").body());
        require(books.path("hold").asBoolean(), "invariants: " + books);
        await("the copies to be those of the rows", () -> {
            JsonNode compared = JSON.readTree(
                    post(1, "/v1/admin/reconcile", UUID.randomUUID().toString(), "")
                            .body());
            require(compared.path("ahead").asInt(0) == 0, "copies ahead of their rows: " + compared);
            return compared.path("repaired").asInt(-1) == 0;
        });
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** Good clients, one for each node named: an answer that is none is asked for again under the same key. */
    private final class Sellers {

        private final List<Thread> threads = new ArrayList<>();
        private final AtomicLong[] soldBy = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
        private final AtomicLong[] refusedBy = {new AtomicLong(), new AtomicLong(), new AtomicLong()};
        private volatile boolean stopped;
        private volatile @Nullable String wrong;

        Sellers(AtomicLong sold, List<Integer> at, String sku) {
            for (int node : at) {
                Thread thread = new Thread(() -> sell(sold, node, sku));
                thread.start();
                threads.add(thread);
            }
        }

        private void sell(AtomicLong sold, int node, String sku) {
            String key = UUID.randomUUID().toString();
            boolean settled = true;
            while (!stopped || !settled) {
                if (settled) {
                    key = UUID.randomUUID().toString();
                }
                settled = false;
                try {
                    HttpResponse<String> answer = reserve(node, sku, key);
                    switch (answer.statusCode()) {
                        case 201 -> {
                            sold.incrementAndGet();
                            soldBy[node - 1].incrementAndGet();
                            settled = true;
                        }
                        case 409 -> {
                            settled = answer.body().contains("insufficient-stock");
                            if (settled) {
                                refusedBy[node - 1].incrementAndGet();
                            }
                        }
                        case 503 -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                        default -> wrong = answer.statusCode() + " " + answer.body();
                    }
                } catch (Exception e) {
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                }
                if (wrong != null) {
                    return;
                }
            }
        }

        long soldBy(int node) {
            return soldBy[node - 1].get();
        }

        long refusedBy(int node) {
            return refusedBy[node - 1].get();
        }

        void stop() throws InterruptedException {
            stopped = true;
            for (Thread thread : threads) {
                thread.join(LIMIT.toMillis());
                require(!thread.isAlive(), "a client hears nothing");
            }
            require(wrong == null, "a wrong answer: " + wrong);
        }
    }

    @Override
    public void close() throws IOException {
        for (Process node : nodes) {
            if (node != null) {
                node.destroyForcibly();
            }
        }
        door.close();
        database.close();
    }
}
