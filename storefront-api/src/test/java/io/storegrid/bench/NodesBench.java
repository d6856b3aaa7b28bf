package io.storegrid.bench;

import io.storegrid.api.ApiClient;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.persistence.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** What it costs that nodes are several: the same reservations over HTTP on three of them and on one. */
final class NodesBench {

    private static final int CONNECTIONS = 64;
    private static final int ROUNDS = 3;
    private static final int OPERATIONS = 6_000;

    /** On each node: three that are warm are compared with one that is. */
    private static final int WARM_UP = 40_000;

    private static final double LIMIT = 1.8;
    private static final int HEAP_MB = 512;
    private static final int THREADS_SHOWN = 12;
    private static final int SKUS = 1_000;
    private static final int CREATED = 201;
    private static final long ON_HAND = 1_000_000_000L;

    private static final String ROWS = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, version, updated_at)
            SELECT s, s, '', 'Chocolates', 500, 'BRL', 1, clock_timestamp() FROM unnest(string_to_array('%s', ',')) s;
            INSERT INTO inventory (sku, on_hand, reserved, version) SELECT sku, %d, 0, 1 FROM product;
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT sku, 1, on_hand, 0, 'INITIAL', 'bench', now(),
                   ledger_hash(NULL, sku, 1, on_hand, 0, 'INITIAL', now(), 'bench') FROM inventory""";

    private final Report report;

    NodesBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section("Reservations over HTTP on three nodes, beside one; " + CONNECTIONS + " connections");
        report.head(
                "nodes",
                "connections",
                "ops/s",
                "p50 µs",
                "p99 µs",
                "nodes' µs/op",
                "PostgreSQL µs/op",
                "CPU µs/op",
                "÷ one node");
        try {
            Path directory = Files.createTempDirectory("storegrid-nodes-");
            try (Nodes one = new Nodes(directory, 1);
                    Nodes three = new Nodes(directory, 3)) {
                compare(one, three);
                one.check();
                three.check();
            } finally {
                IdleBench.delete(directory);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void compare(Nodes one, Nodes three) {
        one.warmUp();
        three.warmUp();
        List<Cost> ones = new ArrayList<>();
        List<Cost> thirds = new ArrayList<>();
        List<Cost> threes = new ArrayList<>();
        Map<String, Double> threads = new TreeMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            ones.add(one.turn(CONNECTIONS));
            thirds.add(one.turn(CONNECTIONS / 3));
            Map<String, Double> before = three.threadMicros();
            long acknowledged = three.acknowledged;
            threes.add(three.turn(CONNECTIONS));
            double done = (three.acknowledged - acknowledged) * (double) ROUNDS;
            three.threadMicros()
                    .forEach((name, micros) ->
                            threads.merge(name, (micros - before.getOrDefault(name, 0.0)) / done, Double::sum));
        }
        row(1, CONNECTIONS, ones, ones);
        // What each of three nodes has to do, done by a node without peers: smaller batches, more wake-ups.
        row(1, CONNECTIONS / 3, thirds, ones);
        row(3, CONNECTIONS, threes, ones);
        report.note("");
        report.note("Threads that used most on the three, µs for each operation: "
                + IdleBench.dearest(threads, THREADS_SHOWN)
                + '.');
        report.atMost(
                "reservations over HTTP, 3 nodes: total CPU/op vs 1 node",
                "×",
                LIMIT,
                Cost.ratio(threes, ones, Cost::totalMicros));
    }

    private void row(int nodes, int connections, List<Cost> costs, List<Cost> ones) {
        report.row(
                nodes,
                connections,
                Cost.median(costs, Cost::perSecond),
                Cost.median(costs, Cost::p50Micros),
                Cost.median(costs, Cost::p99Micros),
                Cost.median(costs, Cost::jvmMicros),
                Cost.median(costs, Cost::databaseMicros),
                Cost.median(costs, Cost::totalMicros),
                Cost.ratio(costs, ones, Cost::totalMicros));
    }

    /** A grid of packaged nodes with a database of its own, and what it acknowledged. */
    static final class Nodes implements AutoCloseable {

        private final TestDatabase database = TestDatabase.create();
        private final List<PackagedNode> nodes = new ArrayList<>();
        private final List<Integer> ports = new ArrayList<>();
        private final ExecutorService clients;
        private long acknowledged;

        Nodes(Path directory, int count) throws IOException {
            clients = Executors.newFixedThreadPool(count);
            try {
                database.execute(ROWS.formatted(String.join(",", skus()), ON_HAND));
                int discovery = PackagedNode.freePort();
                for (int i = 1; i <= count; i++) {
                    nodes.add(PackagedNode.awaitUp(PackagedNode.launch(
                            Files.createDirectory(directory.resolve(count + "-" + i)),
                            HEAP_MB,
                            List.of(
                                    "--http-port=0",
                                    "--name=bench-" + count + "-" + i,
                                    "--cluster=bench-" + count,
                                    i == 1 ? "--discovery-port=" + discovery : "--join=127.0.0.1:" + discovery,
                                    "--sample=never",
                                    "--db-url=" + database.settings().url(),
                                    "--db-user=" + database.settings().user()))));
                    ports.add(nodes.get(nodes.size() - 1).port());
                }
                awaitReady();
            } catch (IOException | RuntimeException | Error e) {
                close();
                throw e;
            }
        }

        TestDatabase database() {
            return database;
        }

        private static List<String> skus() {
            return Demand.of(Demand.Shape.UNIFORM, SKUS, 1).all();
        }

        /** Until each serves and has the partitions that it should have. */
        private void awaitReady() {
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (!ports.stream()
                    .allMatch(port ->
                            new ApiClient(port).get("/health/ready").send().status() == 200)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IllegalStateException("the nodes do not get ready");
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
        }

        /** CPU of all nodes by the name of the thread, its number left out. */
        Map<String, Double> threadMicros() {
            Map<String, Double> sum = new TreeMap<>();
            try {
                for (PackagedNode node : nodes) {
                    IdleBench.threads(node.pid())
                            .forEach((thread, micros) -> sum.merge(
                                    thread.substring(0, thread.lastIndexOf('/')).replaceAll("[-#0-9]+$", ""),
                                    micros.doubleValue(),
                                    Double::sum));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return sum;
        }

        void warmUp() {
            load(WARM_UP * nodes.size(), CONNECTIONS);
        }

        /** A measured turn. */
        Cost turn(int connections) {
            CpuSpan cpu =
                    new CpuSpan(nodes.stream().mapToLong(PackagedNode::pid).toArray());
            load(CONNECTIONS * 8, connections);
            long before = acknowledged;
            cpu.begin();
            Run run = load(OPERATIONS, connections);
            cpu.end();
            long done = acknowledged - before;
            return new Cost(
                    done * 1e9 / run.wallNanos,
                    run.p50Micros,
                    run.p99Micros,
                    cpu.oursMicros() / done,
                    cpu.databaseMicros() / done,
                    1);
        }

        private record Run(long wallNanos, double p50Micros, double p99Micros) {}

        /** About {@code operations} reservations, spread over the nodes' connections. */
        Run load(int operations, int allConnections) {
            List<Callable<ClosedLoop.Run>> parts = new ArrayList<>();
            List<HttpLoad> loads = new ArrayList<>();
            Supplier<byte[]> requests = requests();
            try {
                for (int i = 0; i < ports.size(); i++) {
                    // What does not divide goes to the first ones, as if dealt out one after the other.
                    int connections = (allConnections + ports.size() - 1 - i) / ports.size();
                    HttpLoad load = new HttpLoad(ports.get(i), connections);
                    loads.add(load);
                    int share = Math.max(connections, operations * connections / allConnections);
                    parts.add(() -> load.run(requests, CREATED, share));
                }
                List<ClosedLoop.Run> runs = new ArrayList<>();
                for (Future<ClosedLoop.Run> part : clients.invokeAll(parts)) {
                    runs.add(part.get());
                }
                long done = runs.stream().mapToLong(ClosedLoop.Run::operations).sum();
                acknowledged += done;
                return new Run(
                        runs.stream().mapToLong(ClosedLoop.Run::wallNanos).max().orElseThrow(),
                        Report.median(
                                runs.stream().map(run -> run.latencyMicros(0.5)).toList()),
                        Report.median(runs.stream()
                                .map(run -> run.latencyMicros(0.99))
                                .toList()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a client failed", e);
            } finally {
                loads.forEach(HttpLoad::close);
            }
        }

        private static Supplier<byte[]> requests() {
            List<String> bodies = skus().stream()
                    .map(sku -> "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}],\"ttlSeconds\":1800}")
                    .toList();
            return () -> {
                ThreadLocalRandom random = ThreadLocalRandom.current();
                String body = bodies.get(random.nextInt(bodies.size()));
                String request = "POST /v1/reservations HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: application/json\r\n"
                        + "Content-Type: application/json\r\nIdempotency-Key: " + Demand.key(random)
                        + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                return request.getBytes(StandardCharsets.US_ASCII);
            };
        }

        /** Fails unless the books say what was acknowledged, and every node's copies say what the books do. */
        void check() {
            try (Connection connection = database.connect()) {
                Books.read(connection, OptionalLong.empty())
                        .check(nodes.size() + " nodes", acknowledged, acknowledged, 0);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            ApiClient api = new ApiClient(ports.get(0));
            String compared = api.post("/v1/admin/reconcile").send().body();
            String invariants = api.get("/v1/admin/invariants").send().body();
            if (!compared.contains("\"repaired\":0,\"ahead\":0") || !invariants.contains("\"hold\":true")) {
                throw new IllegalStateException("The books of " + nodes.size() + " nodes are wrong [compared="
                        + compared + ", invariants=" + invariants + "]");
            }
        }

        @Override
        public void close() {
            clients.shutdownNow();
            nodes.forEach(PackagedNode::close);
            database.close();
        }
    }
}
