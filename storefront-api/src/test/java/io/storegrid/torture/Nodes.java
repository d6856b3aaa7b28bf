package io.storegrid.torture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.cluster.Network;
import io.storegrid.grid.StoreProxy;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.agent.Hooks;
import io.storegrid.torture.agent.NodeAgent;
import io.storegrid.torture.history.FinalState.Copy;
import io.storegrid.torture.history.History.ProcessRun;
import io.storegrid.torture.history.HistoryWriter;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a torture run: packaged nodes, counted from 1, each in a session of its own and with its own way to
 * PostgreSQL. They are started, ended and stopped by process id. Nothing waits without a deadline. For one thread, but for
 * {@link #urls}.
 */
final class Nodes implements AutoCloseable {

    /** Nodes that the grid is meant to have. */
    static final int EXPECTED = 3;

    /** Partitions of the stock. */
    private static final int PARTITIONS = 256;

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration REQUEST_MAX = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** What no log may say of a process that was not made to. */
    private static final Pattern ALARMS = Pattern.compile("CRITICAL|Critical system error|This node cannot go on"
            + "|A copy is ahead of its row|InvariantViolation|OutOfMemoryError");

    /** One process. */
    private static final class Run {

        private final PackagedNode process;
        private final long startedMicros;
        private boolean endMeant;
        private boolean mayComplain;

        Run(PackagedNode process, long startedMicros) {
            this.process = process;
            this.startedMicros = startedMicros;
        }
    }

    private final Network network;
    private final Path directory;
    private final Ablation ablation;
    private final Clock clock;
    private final HistoryWriter history;
    private final String cluster = "torture-" + ProcessHandle.current().pid();
    private final List<StoreProxy> ways = new ArrayList<>();
    private final DatabaseSettings database;
    private final int count;
    private List<String> more = List.of();
    private final @Nullable Run[] runs;
    private final Map<Integer, URI> urls = new ConcurrentHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

    /**
     * @param count nodes that there may be
     * @param directory where their files are
     * @param history gets a line for each process that ended
     */
    Nodes(
            Network network,
            int count,
            Path directory,
            DatabaseSettings database,
            Ablation ablation,
            Clock clock,
            HistoryWriter history)
            throws IOException {
        this.network = network;
        this.count = count;
        this.directory = directory;
        this.database = database;
        this.ablation = ablation;
        this.clock = clock;
        this.history = history;
        runs = new Run[count + 1];
        for (int node = 1; node <= count; node++) {
            Files.createDirectories(logs(node));
            ways.add(new StoreProxy(network.storeHost(), database));
        }
    }

    /** Options that every node started from now on has besides. */
    void options(List<String> options) {
        more = options;
    }

    static String name(int node) {
        return "no-" + node;
    }

    Path home(int node) {
        return directory.resolve(name(node));
    }

    Path logs(int node) {
        return home(node).resolve("data/logs");
    }

    Network network() {
        return network;
    }

    /** The node's way to PostgreSQL. */
    StoreProxy way(int node) {
        return ways.get(node - 1);
    }

    /** Every node's way to PostgreSQL. */
    List<StoreProxy> ways() {
        return ways;
    }

    /** Where callers look: the last known address of each node that ever ran. Thread-safe. */
    Map<Integer, URI> urls() {
        return urls;
    }

    /** Those with a process. */
    List<Integer> running() {
        return IntStream.rangeClosed(1, count)
                .filter(node -> runs[node] != null)
                .boxed()
                .toList();
    }

    /** Starts nodes side by side and returns when each says that it is up. */
    void start(List<Integer> some) throws IOException {
        for (int node : some) {
            launch(node);
        }
        for (int node : some) {
            up(node);
        }
    }

    /** Starts a node and waits for nothing. */
    void launch(int node) throws IOException {
        for (String leftover : List.of(Hooks.ARMED, Hooks.STANDING, Hooks.GO_ON)) {
            Files.deleteIfExists(home(node).resolve(leftover));
        }
        DatabaseSettings settings = way(node).settings(database);
        List<String> jvm = new ArrayList<>(PackagedNode.quickly());
        jvm.add(NodeAgent.option(directory.resolve("agent.jar"), home(node), ablation));
        List<String> options = new ArrayList<>(List.of(
                "--name=" + name(node),
                "--cluster=" + cluster,
                "--grid-host=" + network.gridHost(node),
                "--http-host=" + network.httpHost(node),
                "--discovery-port=" + network.discoveryPort(node),
                "--join=" + everybody(),
                "--expected-nodes=" + EXPECTED,
                "--http-port=0",
                "--sample=never",
                "--memory=128MB",
                "--drain-grace=500",
                "--db-url=" + settings.url(),
                "--db-user=" + settings.user()));
        options.addAll(more);
        if (network.divisible()) {
            options.add("--insecure");
        }
        List<String> place = new ArrayList<>(network.at(node));
        place.add("setsid");
        runs[node] = new Run(PackagedNode.launch(place, home(node), jvm, options), clock.micros());
    }

    /** Waits until a node that was started says that it is up. */
    void up(int node) throws IOException {
        urls.put(node, PackagedNode.awaitUp(run(node).process).url());
    }

    private String everybody() {
        return IntStream.rangeClosed(1, count)
                .mapToObj(node -> network.gridHost(node) + ":" + network.discoveryPort(node))
                .collect(Collectors.joining(","));
    }

    private Run run(int node) {
        return Objects.requireNonNull(runs[node], () -> name(node) + " does not run");
    }

    /** Kills nodes in one instant. */
    void kill(List<Integer> victims) throws IOException, InterruptedException {
        for (int victim : victims) {
            run(victim).endMeant = true;
            ProcessHandle.of(run(victim).process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (int victim : victims) {
            ended(victim);
        }
    }

    /** Has the next fitting key make this node die, or stand still. */
    void arm(int node) throws IOException {
        for (String leftover : List.of(Hooks.STANDING, Hooks.GO_ON)) {
            Files.deleteIfExists(home(node).resolve(leftover));
        }
        run(node).endMeant = true;
        Files.writeString(home(node).resolve(Hooks.ARMED), "");
    }

    /** Waits until an armed node stands where its key said. */
    void awaitStanding(int node) throws Exception {
        await(name(node) + " to stand still", () -> Files.exists(home(node).resolve(Hooks.STANDING)));
        run(node).endMeant = false;
    }

    /** Lets a node that stands go on. */
    void goOn(int node) throws IOException {
        Files.writeString(home(node).resolve(Hooks.GO_ON), "");
    }

    /** From now on whatever this node does to itself is the harness' doing. */
    void mayDie(int node) {
        run(node).endMeant = true;
        run(node).mayComplain = true;
    }

    /** Takes back {@link #mayDie}, of a node that still runs. */
    void mustLive(int node) {
        run(node).endMeant = false;
    }

    /** SIGSTOP, or SIGCONT. */
    void signal(int node, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder(
                        "kill", "-" + signal, Long.toString(run(node).process.pid()))
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + signal + " failed");
        }
    }

    /** Takes a node out as an operator does, and waits for its end. */
    void drain(int node) throws Exception {
        run(node).endMeant = true;
        send(node, "POST", "/v1/admin/drain");
        awaitEnd(node);
    }

    boolean alive(int node) {
        return runs[node] != null && run(node).process.alive();
    }

    /** Waits until the node's process has ended, and writes that down. */
    void awaitEnd(int node) throws Exception {
        await(name(node) + " to end", () -> !run(node).process.alive());
        ended(node);
    }

    private void ended(int node) throws IOException, InterruptedException {
        Run run = run(node);
        run.process.exitCode(LIMIT);
        urls.remove(node);
        tell(node, run);
        runs[node] = null;
    }

    private void tell(int node, Run run) throws IOException {
        Path log = logs(node).resolve("storegrid-" + name(node) + ".log");
        List<String> alarms = run.mayComplain ? List.of() : alarms(run, log);
        history.process(new ProcessRun(
                name(node),
                run.process.pid(),
                run.startedMicros,
                run.process.alive() ? 0 : clock.micros(),
                run.process.ended().orElse(0),
                run.endMeant,
                alarms));
        if (Files.exists(log) && !run.process.alive()) {
            Files.move(
                    log, home(node).resolve("log-" + run.process.pid() + ".txt"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static List<String> alarms(Run run, Path log) throws IOException {
        return Stream.concat(
                        Files.exists(log) ? Files.readAllLines(log, StandardCharsets.UTF_8).stream() : Stream.of(),
                        run.process.complained().lines())
                .filter(line -> ALARMS.matcher(line).find())
                .limit(5)
                .toList();
    }

    /** Writes down the processes that live, and those that ended by themselves. */
    void tellRest() throws IOException {
        for (int node : running()) {
            tell(node, run(node));
        }
    }

    /** Ended by themselves, not yet written down. */
    List<Integer> dead() {
        return running().stream().filter(node -> !run(node).process.alive()).toList();
    }

    /** Starts what has no process, of the nodes that the grid is meant to have, and waits until it is whole. */
    void restore() throws Exception {
        for (int node : dead()) {
            ended(node);
        }
        start(IntStream.rangeClosed(1, EXPECTED)
                .filter(node -> runs[node] == null)
                .boxed()
                .toList());
        awaitWhole();
    }

    /** Waits until the nodes that run, and no others, are the grid, each ready, each partition exactly twice there. */
    void awaitWhole() throws Exception {
        await("a whole grid of " + running(), this::whole);
    }

    private boolean whole() throws Exception {
        List<Integer> members = running();
        List<String> names = members.stream().map(Nodes::name).toList();
        for (int node : members) {
            if (get(node, "/health/ready").statusCode() != 200) {
                return false;
            }
            JsonNode topology = MAPPER.readTree(get(node, "/v1/admin/topology").body());
            List<String> seen = new ArrayList<>();
            int primaries = 0;
            int backups = 0;
            for (JsonNode member : topology.path("nodes")) {
                seen.add(member.path("name").asText());
                primaries += member.path("primaryPartitions").asInt();
                backups += member.path("backupPartitions").asInt();
            }
            for (JsonNode cache : topology.path("rebalance")) {
                if (!cache.path("rebalanced").asBoolean()) {
                    return false;
                }
            }
            if (!seen.stream().sorted().toList().equals(names) || primaries != PARTITIONS || backups != PARTITIONS) {
                return false;
            }
        }
        return true;
    }

    /** The node that decides on {@code sku}, by the word of any that answers; 0 when nobody knows. */
    int owner(String sku) {
        for (int node : running()) {
            try {
                String primary = MAPPER.readTree(
                                get(node, "/v1/admin/affinity/" + sku).body())
                        .path("primary")
                        .asText();
                for (int member : running()) {
                    if (name(member).equals(primary)) {
                        return member;
                    }
                }
            } catch (Exception e) {
                // The next one may know.
                urls.get(node);
            }
        }
        return 0;
    }

    HttpResponse<String> get(int node, String path) throws IOException, InterruptedException {
        return send(node, "GET", path);
    }

    private HttpResponse<String> send(int node, String method, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(Objects.requireNonNull(urls.get(node), name(node))
                                .resolve(path))
                        .timeout(REQUEST_MAX)
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    /** Every entry that every running node has in memory. */
    List<Copy> copies() throws Exception {
        List<Copy> copies = new ArrayList<>();
        for (int node : running()) {
            Files.deleteIfExists(home(node).resolve(Hooks.COPIES));
            Files.writeString(home(node).resolve(Hooks.COPIES_WANTED), "");
        }
        for (int node : running()) {
            Path told = home(node).resolve(Hooks.COPIES);
            await("the copies of " + name(node), () -> Files.exists(told));
            try (Stream<String> lines = Files.lines(told)) {
                for (String line : (Iterable<String>) lines::iterator) {
                    copies.add(MAPPER.readValue(line, Copy.class));
                }
            }
        }
        return copies;
    }

    /** Whether each running node has said that its rule was taken away. */
    boolean ablated() {
        return running().stream().allMatch(node -> Files.exists(home(node).resolve(Hooks.ABLATED)));
    }

    /** Waits for a condition; one that cannot be asked right now does not hold. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long begin = System.nanoTime();
        String last = "";
        while (true) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (IOException | NullPointerException e) {
                last = e.toString();
            }
            if (System.nanoTime() - begin > LIMIT.toNanos()) {
                throw new AssertionError("waited " + LIMIT.toSeconds() + " s for " + what + ' ' + last);
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    @Override
    public void close() throws IOException {
        for (int node : running()) {
            run(node).process.close();
        }
        for (StoreProxy way : ways) {
            way.close();
        }
    }
}
