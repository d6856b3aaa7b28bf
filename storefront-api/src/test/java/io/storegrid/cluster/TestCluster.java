package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.storegrid.api.ApiClient;
import io.storegrid.api.ApiClient.Reply;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.domain.HoldState;
import io.storegrid.grid.TestGrid;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.Migration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Packaged nodes on one PostgreSQL: processes that are started, drained, terminated, killed and paused by their process id.
 * Each has a name, a directory and a discovery port for good and names all others in {@code --join}, as an operator's unit
 * files would; its HTTP port is a new one at each start. Nothing waits without a deadline.
 *
 * <p>Knows what callers were told ({@link #told}) since it exists; {@link #check} compares that with the books. Close to end
 * every process. For one thread, but for {@link #urls}.
 */
final class TestCluster implements AutoCloseable {

    /** Partitions of the stock, as the contract with operators says. */
    static final int PARTITIONS = 256;

    /** For whatever a grid has to come to by itself. */
    static final Duration LIMIT = Duration.ofSeconds(60);

    /** How often each scenario is gone through; {@code -Dcluster.rounds}. */
    static final int ROUNDS = Integer.getInteger("cluster.rounds", 1);

    private static final Duration END_LIMIT = Duration.ofSeconds(30);
    private static final Duration DUE_LIMIT = Duration.ofSeconds(20);
    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private static final int SKUS = 45;
    private static final int SCARCE_SKUS = 5;
    private static final long AMPLE = 1_000_000;
    private static final long SCARCE = 60;
    private static final int HOLDS_READ_MAX = 150;
    private static final int STALE_HOLDS_MAX = 1_500;
    private static final int DIFFERENCES_SHOWN = 10;
    private static final int EXIT_SIGTERM = 143;
    private static final AtomicInteger CLUSTERS = new AtomicInteger();

    /** What no log of a node may say that was not told to die: the node's own words, Ignite's, the reconciler's, the JVM's. */
    private static final Pattern ALARMS = Pattern.compile("CRITICAL|Critical system error|This node cannot go on"
            + "|A copy is ahead of its row|InvariantViolation|OutOfMemoryError");

    private static final String ROWS = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, version, updated_at)
            SELECT s, s, '', 'Doces', 500, 'BRL', 1, clock_timestamp() FROM unnest(string_to_array('%s', ',')) s;
            INSERT INTO inventory (sku, on_hand, reserved, version)
            SELECT sku, CASE WHEN sku LIKE 'RARO-%%' THEN %d ELSE %d END, 0, 1 FROM product;
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            SELECT sku, 1, on_hand, 0, 'INITIAL', 'test', now(),
                   ledger_hash(NULL, sku, 1, on_hand, 0, 'INITIAL', now(), 'test') FROM inventory""";

    /** Partitions of the stock on one node. */
    record Share(int primaries, int backups) {}

    /** One node: what stays the same, and its process while it has one. */
    static final class Member {

        private final String name;
        private final Path home;
        private final int discoveryPort;
        private @Nullable Run run;

        private Member(String name, Path home, int discoveryPort) {
            this.name = name;
            this.home = home;
            this.discoveryPort = discoveryPort;
        }

        String name() {
            return name;
        }

        URI url() {
            return Objects.requireNonNull(running().url, name + " is not up");
        }

        ApiClient api() {
            return Objects.requireNonNull(running().api, name + " is not up");
        }

        private Run running() {
            return Objects.requireNonNull(run, name + " does not run");
        }

        @Override
        public String toString() {
            return name;
        }
    }

    /** One process of a member. */
    private static final class Run {

        private final String member;
        private final PackagedNode process;
        private Path log;
        private final long launchedNanos = System.nanoTime();
        private @Nullable URI url;
        private @Nullable ApiClient api;

        /** Whether its end is the test's doing. */
        private boolean endMeant;

        /** Whether it was made to have something to complain of. */
        private boolean mayComplain;

        Run(String member, PackagedNode process, Path log) {
            this.member = member;
            this.process = process;
            this.log = log;
        }

        void up() throws IOException {
            int port = PackagedNode.awaitUp(process).port();
            url = URI.create("http://127.0.0.1:" + port);
            api = new ApiClient(port);
        }
    }

    /** Ended with this JVM, whatever becomes of the test: a paused process would stay for ever. */
    private static final Set<ProcessHandle> LEFT = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> LEFT.forEach(ProcessHandle::destroyForcibly), "test-cluster-stop"));
    }

    private final String scenario;
    private final DatabaseSettings database;
    private final int expectedNodes;
    private final String cluster;
    private final long seed = Long.getLong("cluster.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final List<Member> members = new ArrayList<>();
    private final List<Run> runs = new ArrayList<>();
    private final Map<String, URI> urls = Collections.synchronizedMap(new TreeMap<>());
    private final List<String> skus;
    private final Told told;

    /**
     * Makes the store's rows; starts nothing.
     *
     * @param scenario whom the printed lines are about
     * @param directory for the nodes' files
     * @param database reachable; migrated if need be
     * @param count members
     * @param expectedNodes what every node is told of the grid's size
     */
    TestCluster(String scenario, Path directory, DatabaseSettings database, int count, int expectedNodes)
            throws IOException, SQLException {
        this.scenario = scenario;
        this.database = database;
        this.expectedNodes = expectedNodes;
        this.cluster = "it-" + ProcessHandle.current().pid() + "-" + CLUSTERS.incrementAndGet();
        List<Integer> ports = PackagedNode.freePorts(count);
        for (int i = 0; i < count; i++) {
            String name = "no-" + (i + 1);
            members.add(new Member(name, Files.createDirectories(directory.resolve(name)), ports.get(i)));
        }
        Map<String, Long> stock = new TreeMap<>();
        for (int i = 0; i < SKUS; i++) {
            stock.put("DOCE-" + i, AMPLE);
        }
        for (int i = 0; i < SCARCE_SKUS; i++) {
            stock.put("RARO-" + i, SCARCE);
        }
        skus = List.copyOf(stock.keySet());
        told = new Told(stock);
        Migration.run(database);
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(ROWS.formatted(String.join(",", skus), SCARCE, AMPLE));
        }
        print("seed " + seed + " (-Dcluster.seed=" + seed + " repeats its choices)");
    }

    /** Tells whoever reads the build's output. */
    void print(String line) {
        System.out.println("[" + scenario + "] " + line);
    }

    Random random() {
        return random;
    }

    List<Member> members() {
        return members;
    }

    Member member(int index) {
        return members.get(index);
    }

    /** Those with a process. */
    List<Member> running() {
        return members.stream().filter(member -> member.run != null).toList();
    }

    /** One of those with a process. */
    Member anyRunning() {
        return running().get(random.nextInt(running().size()));
    }

    Told told() {
        return told;
    }

    /** Where clients look: the last known address of each node that ever ran. Thread-safe. */
    List<URI> urls() {
        synchronized (urls) {
            return List.copyOf(urls.values());
        }
    }

    /** Lets shoppers in. */
    Shoppers shoppers() {
        return Shoppers.start(this::urls, skus, told, random.nextLong());
    }

    /** Starts nodes side by side and returns when each says that it is up. */
    void start(Member... some) throws IOException {
        List<String> join = members.stream()
                .map(member -> "127.0.0.1:" + member.discoveryPort)
                .toList();
        for (Member member : some) {
            Path log = freshLog(member);
            List<String> options = new ArrayList<>(List.of(
                    "--name=" + member.name,
                    "--cluster=" + cluster,
                    "--discovery-port=" + member.discoveryPort,
                    "--join=" + String.join(",", join),
                    "--expected-nodes=" + expectedNodes,
                    "--http-port=0",
                    "--sample=never",
                    "--memory=128MB",
                    "--db-url=" + database.url()));
            if (database.user() != null) {
                options.add("--db-user=" + database.user());
            }
            Run run = new Run(member.name, PackagedNode.launch(member.home, PackagedNode.quickly(), options), log);
            ProcessHandle.of(run.process.pid()).ifPresent(LEFT::add);
            runs.add(run);
            member.run = run;
        }
        for (Member member : some) {
            member.running().up();
            urls.put(member.name, member.url());
        }
    }

    /** Starts a node into the running grid, prints how long that took, and returns the shares when the grid is balanced with it. */
    Map<String, Share> join(Member member) throws IOException {
        start(member);
        long up = System.nanoTime();
        Map<String, Share> shares = awaitBalanced();
        print(String.format(
                Locale.ROOT,
                "%s joined as one of %d: up after %.1f s, all partitions in place after %.1f s, %s",
                member,
                shares.size(),
                (up - member.running().launchedNanos) / 1e9,
                (System.nanoTime() - member.running().launchedNanos) / 1e9,
                shares));
        return shares;
    }

    /** Starts every member that has no process, and returns when the grid is whole. */
    void restore() throws IOException {
        start(members.stream().filter(member -> member.run == null).toArray(Member[]::new));
        awaitBalanced();
    }

    /**
     * Waits until the nodes that run, and no others, are the grid: each ready, each with its partitions, exactly one primary
     * and, from two nodes on, exactly one backup of every partition, none lost. Returns who has how many.
     */
    Map<String, Share> awaitBalanced() {
        Map<String, Share> shares = new TreeMap<>();
        StringBuilder last = new StringBuilder();
        try {
            await("a balanced grid of " + running(), () -> {
                for (Member member : running()) {
                    JsonNode topology =
                            member.api().get("/v1/admin/topology").send().json();
                    Reply ready = member.api().get("/health/ready").send();
                    last.setLength(0);
                    last.append(member)
                            .append(": ")
                            .append(topology)
                            .append(' ')
                            .append(ready.body());
                    shares.clear();
                    shares.putAll(shares(topology));
                    if (ready.status() != 200 || !balanced(topology, shares)) {
                        return false;
                    }
                }
                return true;
            });
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + ", last seen: " + last, e);
        }
        return shares;
    }

    private boolean balanced(JsonNode topology, Map<String, Share> shares) {
        Set<String> names = running().stream().map(Member::name).collect(Collectors.toSet());
        int backups = names.size() > 1 ? PARTITIONS : 0;
        for (JsonNode cache : topology.path("rebalance")) {
            if (!cache.path("rebalanced").asBoolean()) {
                return false;
            }
        }
        return shares.keySet().equals(names)
                && topology.path("partitions").asInt() == PARTITIONS
                && topology.path("lostPartitions").isEmpty()
                && shares.values().stream().allMatch(share -> share.primaries() > 0)
                && shares.values().stream().mapToInt(Share::primaries).sum() == PARTITIONS
                && shares.values().stream().mapToInt(Share::backups).sum() == backups;
    }

    private static Map<String, Share> shares(JsonNode topology) {
        Map<String, Share> shares = new TreeMap<>();
        for (JsonNode node : topology.path("nodes")) {
            shares.put(
                    node.path("name").asText(),
                    new Share(
                            node.path("primaryPartitions").asInt(),
                            node.path("backupPartitions").asInt()));
        }
        return shares;
    }

    /** Waits until every node that runs counts only those that run as the grid. */
    void awaitOthersDropped() {
        Set<String> names = running().stream().map(Member::name).collect(Collectors.toSet());
        await(
                "the grid to be " + names,
                () -> running().stream()
                        .allMatch(member -> shares(member.api()
                                        .get("/v1/admin/topology")
                                        .send()
                                        .json())
                                .keySet()
                                .equals(names)));
    }

    /** Waits until {@code asked} has another node than {@code dead} decide on {@code sku}. */
    static void awaitTakenOver(Member asked, String sku, Member dead) {
        await("another owner of " + sku + " than " + dead, () -> {
            JsonNode primary =
                    asked.api().get("/v1/admin/affinity/" + sku).send().json().path("primary");
            return primary.isTextual() && !primary.asText().equals(dead.name);
        });
    }

    /** The first ample SKU that {@code primary} decides on and, if named, only {@code backup} keeps a copy of. */
    String skuOn(Member primary, @Nullable Member backup) {
        for (String sku : skus) {
            JsonNode affinity =
                    primary.api().get("/v1/admin/affinity/" + sku).send().json();
            if (sku.startsWith("DOCE-")
                    && affinity.path("primary").asText().equals(primary.name)
                    && (backup == null
                            || affinity.path("backups").path(0).asText().equals(backup.name))) {
                return sku;
            }
        }
        throw new AssertionError("no SKU is on " + primary + " and " + backup);
    }

    /**
     * Reserves one unit through {@code by} alone, however often it takes, and returns the reading of {@link System#nanoTime}
     * when it was acknowledged.
     */
    long firstWrite(Member by, String sku, String key) {
        GoodClient client = new GoodClient(() -> List.of(by.url()));
        GoodClient.Answer answer = client.ask(
                        new GoodClient.Request(
                                "POST",
                                "/v1/reservations",
                                key,
                                "{\"lines\":[{\"sku\":\"" + sku + "\",\"quantity\":1}],\"ttlSeconds\":1800}"),
                        END_LIMIT)
                .orElseThrow(() -> new AssertionError("no write through " + by + ": " + client.repeats()));
        long now = System.nanoTime();
        assertEquals(201, answer.status(), answer::toString);
        if (!client.repeats().isEmpty()) {
            print("the first write through " + by + " was repeated " + client.repeats());
        }
        told.held(answer.json().path("id").asText(), Map.of(sku, 1), false);
        return now;
    }

    /** Takes a node out as an operator does, and waits for the end of its process. */
    void drain(Member member) throws InterruptedException {
        Run run = member.running();
        run.endMeant = true;
        Reply reply = member.api().post("/v1/admin/drain").send();
        assertEquals(202, reply.status(), reply::toString);
        assertEquals(0, run.process.exitCode(END_LIMIT), "exit code of drained " + member);
        member.run = null;
    }

    /** Ends a node as a service manager does, with SIGTERM. */
    void terminate(Member member) throws InterruptedException {
        Run run = member.running();
        run.endMeant = true;
        run.process.terminate();
        int code = run.process.exitCode(END_LIMIT);
        assertTrue(code == 0 || code == EXIT_SIGTERM, () -> "exit code " + code + " of terminated " + member);
        member.run = null;
    }

    /** Kills nodes in one instant, and returns the reading of {@link System#nanoTime} just before it. */
    long kill(Member... victims) throws InterruptedException {
        long now = System.nanoTime();
        for (Member victim : victims) {
            victim.running().endMeant = true;
            ProcessHandle.of(victim.running().process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
        for (Member victim : victims) {
            victim.running().process.exitCode(END_LIMIT);
            victim.run = null;
        }
        return now;
    }

    /** A node that was stopped in the middle of everything. */
    static final class Paused {

        private final Run run;

        private Paused(Run run) {
            this.run = run;
        }

        /** Lets it go on and waits for the end of its process; returns the exit code. */
        int resume() throws IOException, InterruptedException {
            signal(run, "CONT");
            return run.process.exitCode(LIMIT);
        }

        /** What it says on standard error. */
        String complaint() throws IOException {
            return run.process.complained();
        }
    }

    /** Stops a node with SIGSTOP; it counts as not running from now on. */
    Paused pause(Member member) throws IOException, InterruptedException {
        Run run = member.running();
        run.endMeant = true;
        run.mayComplain = true;
        signal(run, "STOP");
        member.run = null;
        return new Paused(run);
    }

    private static void signal(Run run, String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(run.process.pid())).start();
        assertTrue(kill.waitFor(END_LIMIT.toMillis(), TimeUnit.MILLISECONDS), "kill -" + signal);
        assertEquals(0, kill.exitValue(), "kill -" + signal);
    }

    /**
     * Fails unless no process ended but by the test, no log has an alarm, all invariants hold, the ledger's chains are whole, the grid is
     * what PostgreSQL has,
     * and both are what callers were told. To be called when no shopper is in.
     */
    void check() throws SQLException, IOException {
        assertEquals(List.of(), unexpectedEnds(), "processes that ended by themselves");
        Member asked = anyRunning();
        awaitStored();
        JsonNode invariants = asked.api().get("/v1/admin/invariants").send().json();
        assertTrue(invariants.path("hold").asBoolean(), invariants::toString);
        JsonNode ledger = asked.api().post("/v1/admin/ledger/verify").send().json();
        assertTrue(ledger.path("verified").asBoolean(), ledger::toString);
        String stale = stale(asked);
        JsonNode first = reconciled(asked);
        assertEquals(0, first.path("ahead").asInt(), first::toString);
        JsonNode second = reconciled(asked);
        assertEquals(0, second.path("ahead").asInt() + second.path("repaired").asInt(), second::toString);
        for (Member member : running()) {
            checkReads(member);
        }
        assertEquals(List.of(), alarms(), "alarms in logs");
        assertEquals(List.of(), unexpectedEnds(), "processes that ended by themselves");
        print(told.count() + " holds as told, " + second.path("compared").asInt() + " copies compared, "
                + first.path("repaired").asInt() + " repaired, before that " + stale);
    }

    /** Brief holds have to run out first; what else is not as told will not become so. */
    private void awaitStored() throws SQLException {
        List<String> differences = new ArrayList<>();
        try (Connection connection = connect()) {
            await(DUE_LIMIT, "the last holds to expire, or these differences to vanish", () -> {
                differences.clear();
                try {
                    differences.addAll(told.differences(Stored.read(connection)));
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                return differences.isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError(
                    differences.size() + " differences between what callers were told and PostgreSQL: "
                            + differences.subList(0, Math.min(DIFFERENCES_SHOWN, differences.size())),
                    e);
        }
    }

    private static JsonNode reconciled(Member asked) {
        Reply reply = asked.api().post("/v1/admin/reconcile").send();
        assertEquals(200, reply.status(), reply::toString);
        return reply.json();
    }

    /** What a caller of {@code member} reads must be what callers were told. */
    private void checkReads(Member member) {
        told.stock().forEach((sku, due) -> {
            assertEquals(due, shown(member, sku), () -> sku + " through " + member);
        });
        someHolds(HOLDS_READ_MAX)
                .forEach((id, state) -> assertEquals(state, state(member, id), () -> id + " through " + member));
    }

    /** What the grid shows that is not so any more; a next write or comparison mends it. */
    private String stale(Member asked) {
        Map<String, Stored.Stock> stock = told.stock();
        Map<String, HoldState> holds = someHolds(STALE_HOLDS_MAX);
        return String.format(
                Locale.ROOT,
                "%d of %d SKUs and %d of %d holds were shown as they had been",
                stock.entrySet().stream()
                        .filter(due -> !due.getValue().equals(shown(asked, due.getKey())))
                        .count(),
                stock.size(),
                holds.entrySet().stream()
                        .filter(due -> due.getValue() != state(asked, due.getKey()))
                        .count(),
                holds.size());
    }

    private Map<String, HoldState> someHolds(int max) {
        List<Map.Entry<String, HoldState>> all = new ArrayList<>(told.due().entrySet());
        Collections.shuffle(all, random);
        return all.stream().limit(max).collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    private static HoldState state(Member member, String hold) {
        Reply reply = member.api().get("/v1/reservations/" + hold).send();
        assertEquals(200, reply.status(), reply::toString);
        return HoldState.valueOf(reply.json().path("state").asText());
    }

    private static Stored.Stock shown(Member member, String sku) {
        Reply reply = member.api().get("/v1/inventory/" + sku).send();
        assertEquals(200, reply.status(), reply::toString);
        return new Stored.Stock(
                reply.json().path("onHand").asLong(),
                reply.json().path("reserved").asLong());
    }

    /** Whether every SKU's stock is read through {@code member}, each with one request. */
    boolean readsAll(Member member) {
        return skus.stream()
                .allMatch(sku -> member.api().get("/v1/inventory/" + sku).send().status() == 200);
    }

    private List<String> unexpectedEnds() throws IOException {
        List<String> ends = new ArrayList<>();
        for (Run run : runs) {
            if (!run.endMeant && !run.process.alive()) {
                ends.add(run.member + ": " + run.process.complained());
            }
        }
        return ends;
    }

    private List<String> alarms() throws IOException {
        List<String> alarms = new ArrayList<>();
        for (Run run : runs) {
            if (run.mayComplain) {
                continue;
            }
            Stream.concat(
                            Files.exists(run.log)
                                    ? Files.readAllLines(run.log, StandardCharsets.UTF_8).stream()
                                    : Stream.of(),
                            run.process.complained().lines())
                    .filter(line -> ALARMS.matcher(line).find())
                    .forEach(line -> alarms.add(run.member + ": " + line));
        }
        return alarms;
    }

    /** Puts the log of the member's last process aside and returns where the next one will write. */
    private Path freshLog(Member member) throws IOException {
        Path log = member.home.resolve("data/logs/storegrid-" + member.name + ".log");
        if (Files.exists(log)) {
            Path aside = log.resolveSibling(member.name + "-" + runs.size() + ".log");
            Files.move(log, aside);
            runs.stream().filter(run -> run.log.equals(log)).forEach(run -> run.log = aside);
        }
        return log;
    }

    /** Waits for what is asked over HTTP; a node that does not answer right now does not fulfil it. */
    static void await(String what, BooleanSupplier condition) {
        await(LIMIT, what, () -> {
            try {
                return condition.getAsBoolean();
            } catch (UncheckedIOException e) {
                return false;
            }
        });
    }

    /** Looks seldom enough to leave the machine to what is waited for. */
    private static void await(Duration limit, String what, BooleanSupplier condition) {
        TestGrid.await(limit, what, () -> {
            boolean holds = condition.getAsBoolean();
            if (!holds) {
                LockSupport.parkNanos(LOOK_EVERY_NANOS);
            }
            return holds;
        });
    }

    private Connection connect() throws SQLException {
        return DriverManager.getConnection(database.url(), database.user(), null);
    }

    @Override
    public void close() {
        runs.forEach(run -> run.process.close());
        LEFT.removeIf(process -> !process.isAlive());
    }
}
