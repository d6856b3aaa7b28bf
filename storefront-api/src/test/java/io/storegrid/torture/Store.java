package io.storegrid.torture;

import io.storegrid.cluster.Network;
import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.Migration;
import io.storegrid.persistence.TestDatabase;
import io.storegrid.torture.agent.Ablation;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.HistoryWriter;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.StoreRows;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A PostgreSQL of its own with few SKUs and few units of each, for nodes that are about to be ill-treated. */
final class Store implements AutoCloseable {

    /** The first ones of {@link #skus}, which most requests are about. */
    static final int POPULAR = 4;

    private static final int SKUS = 20;
    private static final int UNITS_MIN = 5;
    private static final int UNITS_MORE = 36;
    private static final Duration PROBE_MAX = Duration.ofSeconds(20);
    private static final Duration APPLY_MAX = Duration.ofSeconds(3);
    private static final Duration SETTLE_MAX = Duration.ofSeconds(90);
    private static final Duration QUIET_MAX = Duration.ofMinutes(3);

    /** Times that rows and copies are read, until nothing happens meanwhile. */
    private static final int END_TRIES = 10;

    private static final Duration ORDERS_MAX = Duration.ofSeconds(60);
    private static final String ROWS = """
            INSERT INTO product (sku, title, description, category, price_minor, currency, version, updated_at)
            VALUES ('%1$s', '%1$s', '', 'Doces', 500, 'BRL', 1, clock_timestamp());
            INSERT INTO inventory (sku, on_hand, reserved, version) VALUES ('%1$s', %2$d, 0, 1);
            INSERT INTO stock_ledger (sku, version, delta_on_hand, delta_reserved, reason, ref, at, hash)
            VALUES ('%1$s', 1, %2$d, 0, 'INITIAL', 'torture', now(),
                    ledger_hash(NULL, '%1$s', 1, %2$d, 0, 'INITIAL', now(), 'torture'))""";

    private final Path directory;
    private final Network network;
    private final int possible;
    private final EmbeddedDatabase database;
    private final List<String> skus = new ArrayList<>();
    private final SortedMap<String, Long> firstStock = new TreeMap<>();

    /**
     * Starts PostgreSQL and makes the rows.
     *
     * @param directory for everything that is written
     * @param network built before: PostgreSQL listens on its loopback
     * @param possible nodes that there may be
     * @param seed of the stock
     */
    Store(Path directory, Network network, int possible, long seed) throws SQLException {
        this.directory = directory;
        this.network = network;
        this.possible = possible;
        Random random = new Random(seed);
        for (int i = 1; i <= SKUS; i++) {
            String sku = (i <= POPULAR ? "CONCORRIDO-" : "DOCE-") + i;
            skus.add(sku);
            firstStock.put(sku, (long) UNITS_MIN + random.nextInt(UNITS_MORE));
        }
        database = TestDatabase.serverIn(directory.resolve("store"));
        database.start();
        Migration.run(database.settings());
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (Map.Entry<String, Long> stock : firstStock.entrySet()) {
                statement.execute(ROWS.formatted(stock.getKey(), stock.getValue()));
            }
        }
    }

    EmbeddedDatabase database() {
        return database;
    }

    /** The popular ones first. */
    List<String> skus() {
        return skus;
    }

    /** Nodes on this store, none of them started. */
    Nodes nodes(Ablation ablation, Clock clock, HistoryWriter history) throws IOException, SQLException {
        if (ablation == Ablation.FENCE) {
            // The last line of defence would stop what the control is about: that the fence is what holds.
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                statement.execute("ALTER TABLE inventory DROP CONSTRAINT inventory_holds_what_it_promises");
            }
        }
        return new Nodes(network, possible, directory, database.settings(), ablation, clock, history);
    }

    History.Header header(long seed, String commit, int clients, Clock clock, SortedMap<String, String> settings) {
        settings.put("network", network.getClass().getSimpleName());
        return new History.Header(
                seed,
                commit,
                IntStream.rangeClosed(1, Nodes.EXPECTED).mapToObj(Nodes::name).toList(),
                clients,
                firstStock,
                clock.micros(),
                settings);
    }

    /**
     * Tries to reserve a unit of every SKU until that is accepted, and books units in between, so that there are some.
     *
     * @param sinceMicros when the last fault was over
     * @param run prefix of keys, unique among runs
     */
    void probe(Caller caller, long sinceMicros, String run, Clock clock, HistoryWriter history)
            throws InterruptedException {
        for (String sku : skus) {
            long begin = System.nanoTime();
            long accepted = 0;
            for (int i = 0; accepted == 0 && System.nanoTime() - begin < PROBE_MAX.toNanos(); i++) {
                String key = "probe-" + run + "-" + sku + "-" + i;
                if (i % 2 == 0) {
                    caller.send(Request.adjust(key, sku, 2));
                } else {
                    SortedMap<String, Integer> line = new TreeMap<>(Map.of(sku, 1));
                    Caller.Sent sent = caller.send(Request.reserve(key, line, 1));
                    accepted = sent.done() ? clock.micros() : 0;
                }
            }
            history.probe(new History.Probe(sku, sinceMicros, accepted));
        }
    }

    /** Waits until no live hold is about to run out, as far as that comes to pass within a minute and a half. */
    void awaitHoldsSettled() throws SQLException, InterruptedException {
        awaitNoneDueWithin(60, SETTLE_MAX);
    }

    private void awaitNoneDueWithin(int seconds, Duration most) throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        while (live("AND expires_at < clock_timestamp() + interval '" + seconds + " s'") > 0
                && System.nanoTime() - begin < most.toNanos()) {
            Thread.sleep(200);
        }
    }

    /** Waits, for a minute at most, until nothing remains to be done for any order that is to be done within a minute. */
    void awaitOrdersSettled() throws SQLException, InterruptedException {
        long begin = System.nanoTime();
        while (count("order_step WHERE due_at < clock_timestamp() + interval '60 s'") > 0
                && System.nanoTime() - begin < ORDERS_MAX.toNanos()) {
            Thread.sleep(200);
        }
    }

    /** Changes of stock, holds, orders and carts until now. */
    private long changes() throws SQLException {
        return number("SELECT (SELECT count(*) FROM stock_ledger) + (SELECT coalesce(sum(version), 0) FROM reservation)"
                + " + (SELECT count(*) FROM order_event) + (SELECT coalesce(sum(version), 0) FROM cart)");
    }

    private long live(String and) throws SQLException {
        return count("reservation WHERE state = 'HELD' " + and);
    }

    private long count(String from) throws SQLException {
        return number("SELECT count(*) FROM " + from);
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Writes down what is there at rest: rows, copies, processes.
     *
     * @param payments of the provider
     */
    void end(Nodes nodes, List<FinalState.PaymentRow> payments, HistoryWriter history, Clock clock) throws Exception {
        FinalState state;
        List<FinalState.Copy> copies;
        long before;
        int tries = 0;
        do {
            // Holds of carts live for half an hour: after a long run there are hundreds, and a minute without an end of
            // one is rare.
            awaitNoneDueWithin(10, QUIET_MAX);
            before = changes();
            try (Connection connection = connect()) {
                state = StoreRows.read(connection, clock.micros()).withPayments(payments);
            }
            copies = nodes.copies();
            long begin = System.nanoTime();
            while (!equal(copies, state) && System.nanoTime() - begin < APPLY_MAX.toNanos()) {
                copies = nodes.copies();
            }
            tries++;
            // A hold that ran out after its row was read has copies of another moment.
        } while (changes() != before && tries < END_TRIES);
        nodes.tellRest();
        history.end(state.withCopies(copies));
    }

    /** What was committed a moment ago may be on its way to the copies. The checker has the last word. */
    private static boolean equal(List<FinalState.Copy> copies, FinalState state) {
        return copies.stream().allMatch(copy -> switch (copy.cache()) {
            case FinalState.Copy.INVENTORY ->
                state.stock().containsKey(copy.key())
                        && FinalState.fields(state.stock().get(copy.key())).equals(copy.fields());
            case FinalState.Copy.RESERVATIONS ->
                state.holds().containsKey(copy.key())
                        && FinalState.fields(state.holds().get(copy.key())).equals(copy.fields());
            case FinalState.Copy.ORDERS ->
                state.orders().containsKey(copy.key())
                        && FinalState.fields(state.orders().get(copy.key())).equals(copy.fields());
            default -> true;
        });
    }

    /** Past every bad way. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(
                database.settings().url(), database.settings().user(), null);
    }

    /** Ends PostgreSQL, which stands in a session of its own and is nobody's child. */
    void endDatabase() {
        if (database.running()) {
            database.kill();
        }
    }

    @Override
    public void close() {
        endDatabase();
        database.close();
    }
}
