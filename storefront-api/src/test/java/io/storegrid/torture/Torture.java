package io.storegrid.torture;

import io.storegrid.api.launch.PackagedNode;
import io.storegrid.cluster.Loopback;
import io.storegrid.cluster.Namespaces;
import io.storegrid.cluster.Network;
import io.storegrid.compute.payment.PaymentSimulator;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.HistoryWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * One run: three nodes, a PostgreSQL and a payment provider, clients that do everything at once, one fault after another by a plan that the seed
 * determines, and a history of it all. It judges nothing; checkers do, from the history alone. A program of its own, so that
 * it can run in {@link Namespaces} that vanish with it.
 */
final class Torture implements AutoCloseable {

    /**
     * What to do.
     *
     * @param directory for everything that is written
     * @param seed of the plan and of all clients
     * @param quiet how long clients are alone before the first fault
     * @param faults how many
     * @param changes that clients go on for after the last fault until so many were acknowledged
     * @param most ends the plan early; every fault that was begun is ended
     * @param rate requests a second of all clients together, about
     * @param ablation what rule nodes do without
     * @param only the faults to choose from; empty for all
     * @param namespaces whether it runs in namespaces of its own
     * @param commit of the sources
     */
    record Order(
            Path directory,
            long seed,
            Duration quiet,
            int faults,
            int changes,
            Duration most,
            int rate,
            Ablation ablation,
            List<Nemesis> only,
            boolean namespaces,
            String commit) {

        List<String> arguments() {
            return List.of(
                    directory.toString(),
                    Long.toString(seed),
                    quiet.toString(),
                    Integer.toString(faults),
                    Integer.toString(changes),
                    most.toString(),
                    Integer.toString(rate),
                    ablation.name(),
                    String.join(",", only.stream().map(Nemesis::name).toList()),
                    Boolean.toString(namespaces),
                    commit);
        }

        static Order of(String[] arguments) {
            return new Order(
                    Path.of(arguments[0]),
                    Long.parseLong(arguments[1]),
                    Duration.parse(arguments[2]),
                    Integer.parseInt(arguments[3]),
                    Integer.parseInt(arguments[4]),
                    Duration.parse(arguments[5]),
                    Integer.parseInt(arguments[6]),
                    Ablation.valueOf(arguments[7]),
                    arguments[8].isEmpty()
                            ? List.of()
                            : Arrays.stream(arguments[8].split(",", -1))
                                    .map(Nemesis::valueOf)
                                    .toList(),
                    Boolean.parseBoolean(arguments[9]),
                    arguments[10]);
        }

        /** Where the history is written. */
        Path history() {
            return directory.resolve("history.jsonl");
        }
    }

    /** One step of the plan. */
    private record Planned(Nemesis nemesis, int node, long calmMs, long seed) {}

    static final int CLIENTS = 12;
    private static final int POSSIBLE = Nodes.EXPECTED + 1;
    private static final int CLOCK_ERROR_MAX_S = 900;
    private static final int CALM_MIN_MS = 1_200;
    private static final int CALM_MORE_MS = 1_800;
    private static final long OVERDUE_EVERY_MS = 500;
    private static final int LOG_MB = 8;
    private static final String OVERDUE =
            "SELECT id, (extract(epoch FROM expires_at) * 1000000)::bigint FROM reservation"
                    + " WHERE state = 'HELD' AND expires_at < clock_timestamp() - interval '5 seconds'";

    private final Order order;
    private final Clock clock = new Clock();
    private final Random random;
    private final Network network;
    private final Store store;
    private final HistoryWriter history;
    private final Nodes nodes;
    private final PaymentSimulator provider;
    private final ProviderGate gate;
    private final Queue<Caller.Sent> unanswered = new ConcurrentLinkedQueue<>();
    private final LongAdder acknowledged = new LongAdder();
    private final Map<String, History.OverdueHold> overdue = new ConcurrentHashMap<>();
    private volatile boolean over;

    Torture(Order order) throws IOException, InterruptedException, SQLException {
        this.order = order;
        random = new Random(order.seed());
        network = order.namespaces() ? new Namespaces(POSSIBLE) : new Loopback(PackagedNode.freePorts(POSSIBLE));
        store = new Store(order.directory(), network, POSSIBLE, order.seed());
        // For the end that comes with the end of the parent.
        Runtime.getRuntime().addShutdownHook(new Thread(store::endDatabase, "torture-store-stop"));
        history = new HistoryWriter(order.history());
        nodes = store.nodes(order.ablation(), clock, history);
        provider = PaymentSimulator.start(0);
        gate = new ProviderGate(provider, network.storeHost());
        nodes.options(List.of("--payment-provider=http", "--payment-url=" + gate.url()));
        if (order.namespaces()) {
            roomForLogs();
        }
    }

    public static void main(String[] arguments) throws Exception {
        Namespaces.endWithParent();
        Order order = Order.of(arguments);
        try (Torture torture = new Torture(order)) {
            torture.run();
        }
        System.exit(0);
    }

    private void say(String format, Object... values) {
        System.out.println("[torture] " + String.format(Locale.ROOT, format, values));
    }

    private void roomForLogs() throws IOException, InterruptedException {
        for (int node = 1; node <= POSSIBLE; node++) {
            int code = new ProcessBuilder(
                            "mount",
                            "-t",
                            "tmpfs",
                            "-o",
                            "size=" + LOG_MB + "m",
                            "none",
                            nodes.logs(node).toString())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IOException("no small file system for the logs of " + Nodes.name(node));
            }
        }
    }

    private List<Planned> plan() {
        List<Nemesis> chosen = new ArrayList<>();
        for (Nemesis nemesis : order.only().isEmpty() ? List.of(Nemesis.values()) : order.only()) {
            if (nemesis.needsNamespaces() && !network.divisible()) {
                say("NOT DONE: %s, because %s", nemesis, Namespaces.WANTING);
            } else {
                chosen.add(nemesis);
            }
        }
        // Each once, in any order, and then by weight.
        List<Nemesis> sequence = new ArrayList<>(chosen);
        Collections.shuffle(sequence, random);
        List<Nemesis> weighted = new ArrayList<>();
        chosen.forEach(nemesis -> weighted.addAll(Collections.nCopies(nemesis.weight(), nemesis)));
        while (sequence.size() < order.faults()) {
            sequence.add(weighted.get(random.nextInt(weighted.size())));
        }
        List<Planned> plan = new ArrayList<>();
        for (Nemesis nemesis : sequence.subList(0, order.faults())) {
            plan.add(new Planned(
                    nemesis,
                    1 + random.nextInt(Nodes.EXPECTED),
                    CALM_MIN_MS + random.nextInt(CALM_MORE_MS),
                    random.nextLong()));
        }
        return plan;
    }

    void run() throws Exception {
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put("faults", Integer.toString(order.faults()));
        settings.put("rate", Integer.toString(order.rate()));
        settings.put("ablation", order.ablation().name());
        history.header(store.header(order.seed(), order.commit(), CLIENTS, clock, settings));
        say("seed %d, %d faults, %d requests/s by %d clients", order.seed(), order.faults(), order.rate(), CLIENTS);
        List<Planned> plan = plan();
        nodes.restore();
        Thread watch = new Thread(this::watchOverdue, "torture-overdue");
        watch.setDaemon(true);
        watch.start();
        List<Shopper> shoppers = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        Queue<String> contested = new ConcurrentLinkedQueue<>();
        for (int client = 0; client < CLIENTS; client++) {
            Shopper shopper = new Shopper(
                    caller(client),
                    random.nextLong(),
                    store.skus(),
                    Long.toString(order.seed(), Character.MAX_RADIX) + "-" + client,
                    1_000.0 * CLIENTS / order.rate(),
                    unanswered,
                    contested,
                    acknowledged);
            shoppers.add(shopper);
            Thread thread = new Thread(shopper, "shopper-" + client);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        long began = System.nanoTime();
        int done = 0;
        pause(order.quiet().toMillis());
        for (Planned planned : plan) {
            if (System.nanoTime() - began > order.most().toNanos()) {
                break;
            }
            pause(planned.calmMs());
            strike(planned);
            done++;
        }
        // Right after the last fault: whether a SKU is sold again is not left to when a shopper comes to want it.
        long overSince = clock.micros();
        pause(CALM_MIN_MS);
        store.probe(caller(CLIENTS), overSince, Long.toString(order.seed(), Character.MAX_RADIX), clock, history);
        while (acknowledged.sum() < order.changes()
                && System.nanoTime() - began <= order.most().toNanos()) {
            pause(CALM_MIN_MS);
        }
        shoppers.forEach(Shopper::stop);
        for (Thread thread : threads) {
            thread.join(Caller.PATIENCE.toMillis() * 2);
        }
        int open = unanswered.size();
        resolve();
        store.awaitOrdersSettled();
        store.awaitHoldsSettled();
        over = true;
        watch.join();
        overdue.values().forEach(history::overdue);
        if (order.ablation() != Ablation.NONE && !nodes.ablated()) {
            throw new IllegalStateException("no rule was taken away: this was no control");
        }
        store.end(nodes, payments(), history, clock);
        say(
                "%d faults, %d changes acknowledged, %d requests were given up and asked again at the end, %.0f s",
                done, acknowledged.sum(), open, (System.nanoTime() - began) / 1e9);
    }

    private List<FinalState.PaymentRow> payments() {
        return provider.payments().stream()
                .map(payment -> new FinalState.PaymentRow(
                        payment.orderId(),
                        payment.method(),
                        payment.state().name(),
                        payment.taken().amountMinor(),
                        payment.refunded().amountMinor()))
                .toList();
    }

    private Caller caller(int client) {
        Duration error =
                Duration.ofSeconds(new Random(order.seed() + client).nextInt(-CLOCK_ERROR_MAX_S, CLOCK_ERROR_MAX_S));
        return new Caller(nodes.urls(), clock, history, client, error);
    }

    private void strike(Planned planned) throws Exception {
        String hot = store.skus().get(0);
        int owner = nodes.owner(hot);
        List<String> victims = new ArrayList<>();
        SortedMap<String, String> notes = new TreeMap<>();
        Nemesis.Scene scene = new Nemesis.Scene(
                nodes,
                store.database(),
                gate,
                planned.node(),
                owner == 0 ? planned.node() : owner,
                hot,
                new Random(planned.seed()),
                victims,
                notes);
        long before = acknowledged.sum();
        long begin = clock.micros();
        planned.nemesis().strike(scene);
        long ended = clock.micros();
        nodes.restore();
        long healed = clock.micros();
        history.fault(new Fault(planned.nemesis().name(), victims, begin, ended, healed, notes));
        say(
                "%-15s %-14s %.1f s, whole %.1f s later, %d changes meanwhile %s",
                planned.nemesis(),
                String.join(" ", victims),
                (ended - begin) / 1e6,
                (healed - ended) / 1e6,
                acknowledged.sum() - before,
                notes.isEmpty() ? "" : notes);
    }

    /** What was given up is asked again, under its key, until it is answered. */
    private void resolve() throws InterruptedException {
        Caller caller = caller(CLIENTS + 1);
        for (Caller.Sent sent : unanswered) {
            if (Caller.comparable(sent.request().kind())) {
                caller.repeat(sent, Caller.PATIENCE);
            }
        }
    }

    private void watchOverdue() {
        while (!over) {
            try (Connection connection = store.connect();
                    PreparedStatement statement = connection.prepareStatement(OVERDUE)) {
                while (!over) {
                    try (ResultSet rows = statement.executeQuery()) {
                        while (rows.next()) {
                            overdue.put(
                                    rows.getString(1),
                                    new History.OverdueHold(rows.getString(1), rows.getLong(2), clock.micros()));
                        }
                    }
                    pause(OVERDUE_EVERY_MS);
                }
            } catch (SQLException e) {
                // PostgreSQL is away, which is a fault of the plan.
                pause(OVERDUE_EVERY_MS);
            }
        }
    }

    private static void pause(long ms) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
    }

    @Override
    public void close() throws IOException {
        over = true;
        nodes.close();
        history.close();
        store.close();
        gate.close();
        provider.close();
    }
}
