package io.storegrid.torture.check;

import io.storegrid.domain.HoldState;
import io.storegrid.domain.LedgerReason;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.PaymentState;
import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Attempt;
import io.storegrid.torture.history.Fault;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.Copy;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.KeyRow;
import io.storegrid.torture.history.FinalState.LedgerEntry;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.PaymentRow;
import io.storegrid.torture.history.FinalState.StockRow;
import io.storegrid.torture.history.History;
import io.storegrid.torture.history.Operation;
import io.storegrid.torture.history.Operation.Outcome;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run that never was: clients with windows in time around a store that does one thing after another, in a few maps. What it
 * writes down is sound by construction, so no checker may complain. The same seed makes the same history.
 */
final class SimulatedRun {

    /**
     * How much of what.
     *
     * @param hot share of requests that go to the first fifth of the SKUs
     * @param scarce units that every second SKU begins with
     * @param lost share of writes whose first answer is lost
     * @param unanswered share of lost writes that nobody ever asks again
     * @param declined share of checkouts, if that, whose payment is declined
     */
    record Demand(
            long seed,
            int operations,
            int clients,
            int skus,
            double hot,
            long scarce,
            double lost,
            double unanswered,
            double declined) {

        static Demand small(long seed) {
            return new Demand(seed, 1_500, 6, 5, 0.8, 25, 0.03, 0, 0.4);
        }
    }

    private static final long BEGIN = TimeUnit.SECONDS.toMicros(1_700_000_000L);
    private static final long MS = 1_000;
    private static final long PATIENCE = TimeUnit.SECONDS.toMicros(60);
    private static final long FIRST_OUTAGE = 400 * MS;
    private static final long OUTAGE = 1_500 * MS;
    private static final long OUTAGE_EVERY = 7_000 * MS;
    private static final long AMPLE = 1_000_000;
    private static final int HOLDS_OF_A_CLIENT = 6;
    private static final int REPEATED_ON_PURPOSE_PERCENT = 4;
    private static final int BRIEF_PERCENT = 20;
    private static final long HOLD_LIFE = TimeUnit.MINUTES.toMicros(30);
    private static final long PRICE_MINOR = 500;
    private static final List<String> NODES = List.of("no-1", "no-2", "no-3");

    /** What happens next. */
    private record Due(long micros, long number, Runnable what) {}

    private record Cart(SortedMap<String, Integer> lines, long version, String reservation, String order) {}

    /** Who asks. */
    private static final class Client {
        private final int number;
        private final List<String> holds = new ArrayList<>();
        private final List<String> orders = new ArrayList<>();
        private final Set<String> wanted = new HashSet<>();
        private String cart = "";
        private int asked;

        Client(int number) {
            this.number = number;
        }
    }

    private final Demand demand;
    private final Random random;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::micros).thenComparingLong(Due::number));
    private final Client prober;
    private final List<String> skus = new ArrayList<>();
    private final SortedMap<String, Long> firstStock = new TreeMap<>();
    private final Map<String, List<Answer.Stock>> levels = new HashMap<>();
    private final Map<String, HoldRow> holds = new HashMap<>();
    private final Set<String> live = new LinkedHashSet<>();
    private final Map<String, Answer> recorded = new HashMap<>();
    private final Map<String, String> placed = new HashMap<>();
    private final Map<String, KeyRow> keys = new HashMap<>();
    private final Map<String, Cart> carts = new HashMap<>();
    private final Map<String, OrderRow> orders = new HashMap<>();
    private final List<PaymentRow> payments = new ArrayList<>();
    private final List<LedgerEntry> ledger = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private long now = BEGIN;
    private long numbers;
    private long ids;
    private int left;

    private SimulatedRun(Demand demand) {
        this.demand = demand;
        this.random = new Random(demand.seed());
        this.left = demand.operations();
        this.prober = new Client(demand.clients());
        for (int i = 0; i < demand.skus(); i++) {
            String sku = String.format(Locale.ROOT, "BOLO-%02d", i);
            skus.add(sku);
            long onHand = i % 2 == 0 ? demand.scarce() : AMPLE;
            firstStock.put(sku, onHand);
            levels.put(sku, new ArrayList<>(List.of(new Answer.Stock(onHand, 0, 1))));
            ledger.add(new LedgerEntry(sku, 1, onHand, 0, LedgerReason.INITIAL, "test", BEGIN));
        }
    }

    static History of(Demand demand) {
        return new SimulatedRun(demand).run();
    }

    private History run() {
        for (int i = 0; i < demand.clients(); i++) {
            Client client = new Client(i);
            at(BEGIN + random.nextInt(1_000), () -> ask(client));
        }
        outage(BEGIN + FIRST_OUTAGE);
        drain();
        now += TimeUnit.SECONDS.toMicros(20);
        send(prober, Request.read(true, skus.get(0)), false);
        drain();
        List<Operation> sorted = new ArrayList<>(operations);
        sorted.sort(Comparator.comparingLong(Operation::invokedMicros).thenComparingLong(Operation::id));
        return new History(
                new History.Header(
                        demand.seed(), "0000000", NODES, demand.clients(), firstStock, BEGIN, new TreeMap<>()),
                sorted,
                faults,
                List.of(
                        new History.ProcessRun("no-1", 1, BEGIN, 0, 0, false, List.of()),
                        new History.ProcessRun("no-2", 2, BEGIN, BEGIN + FIRST_OUTAGE, 137, true, List.of())),
                probes(),
                List.of(),
                end(now + MS));
    }

    /** An outage, somebody who asks for a unit of each SKU after it, and the next one while there is anything to do. */
    private void outage(long began) {
        at(began, () -> {
            if (left > 0) {
                Fault fault =
                        new Fault("kill", List.of("no-2"), began, began + OUTAGE / 2, began + OUTAGE, new TreeMap<>());
                faults.add(fault);
                at(fault.overMicros() + 100 * MS, () -> {
                    for (String sku : skus) {
                        SortedMap<String, Integer> one = new TreeMap<>();
                        one.put(sku, 1);
                        send(prober, Request.reserve("probe-" + prober.asked++, one, 1), false);
                    }
                });
                outage(began + OUTAGE_EVERY);
            }
        });
    }

    private List<History.Probe> probes() {
        List<History.Probe> probes = new ArrayList<>();
        for (Operation operation : operations) {
            if (operation.client() == prober.number
                    && operation.ok()
                    && operation.request().kind() == Kind.RESERVE) {
                long over = faults.stream()
                        .mapToLong(Fault::overMicros)
                        .filter(micros -> micros <= operation.invokedMicros())
                        .max()
                        .orElse(operation.invokedMicros());
                probes.add(new History.Probe(operation.request().sku(), over, operation.completedMicros()));
            }
        }
        return probes;
    }

    private void drain() {
        // What is left then are the ends of holds that nobody waits for.
        for (Due due = queue.peek(); due != null && due.micros() < now + PATIENCE; due = queue.peek()) {
            queue.remove();
            now = Math.max(now, due.micros());
            due.what().run();
        }
    }

    private void at(long micros, Runnable what) {
        queue.add(new Due(micros, numbers++, what));
    }

    private FinalState end(long takenMicros) {
        SortedMap<String, StockRow> stock = new TreeMap<>();
        List<Copy> copies = new ArrayList<>();
        for (String sku : skus) {
            Answer.Stock last = stock(sku);
            StockRow row = new StockRow(last.onHand(), last.reserved(), last.version());
            stock.put(sku, row);
            copies.add(new Copy("no-1", Copy.INVENTORY, sku, true, FinalState.fields(row)));
            copies.add(new Copy("no-3", Copy.INVENTORY, sku, false, FinalState.fields(row)));
        }
        holds.forEach((id, row) -> copies.add(new Copy("no-1", Copy.RESERVATIONS, id, true, FinalState.fields(row))));
        Map<String, CartRow> rows = new HashMap<>();
        carts.forEach((id, cart) ->
                rows.put(id, new CartRow(false, cart.reservation(), cart.version(), cart.lines(), cart.order())));
        orders.forEach((id, row) -> copies.add(new Copy("no-2", Copy.ORDERS, id, true, FinalState.fields(row))));
        return new FinalState(takenMicros, stock, holds, ledger, keys, rows, copies, orders, payments);
    }

    private void ask(Client client) {
        if (left-- <= 0) {
            return;
        }
        send(client, request(client), true);
    }

    private Request request(Client client) {
        String key = "c" + client.number + "-" + client.asked++;
        int dice = random.nextInt(100);
        if (client.cart.isEmpty()) {
            client.wanted.clear();
            return Request.createCart(key, new TreeMap<>());
        }
        if (dice < 40 || (dice < 60 && client.holds.isEmpty())) {
            SortedMap<String, Integer> lines = new TreeMap<>();
            int count = 1 + random.nextInt(3);
            for (int i = 0; i < count; i++) {
                lines.put(sku(), 1 + random.nextInt(3));
            }
            return Request.reserve(key, lines, random.nextInt(100) < BRIEF_PERCENT ? 1 + random.nextInt(2) : 1_800);
        } else if (dice < 60 || (dice < 64 && client.holds.size() > HOLDS_OF_A_CLIENT)) {
            // Now and then one that is over, or will be asked for again.
            int which = random.nextInt(client.holds.size());
            String hold = random.nextInt(8) == 0 ? client.holds.get(which) : client.holds.remove(which);
            return Request.hold(random.nextBoolean() ? Kind.CONFIRM : Kind.RELEASE, key, hold);
        } else if (dice < 68) {
            // Now and then more than there is.
            return Request.adjust(key, sku(), random.nextInt(5) == 0 ? -40 : random.nextBoolean() ? 3 : -2);
        } else if (dice < 80) {
            return Request.read(true, sku());
        } else if (dice < 88) {
            return Request.read(false, sku());
        } else if (dice < 92 && !client.holds.isEmpty()) {
            return random.nextBoolean()
                    ? Request.hold(Kind.READ_HOLD, "", client.holds.get(0))
                    : Request.extend(key, client.holds.get(0), 1_800);
        } else if (dice < 96) {
            Kind kind = List.of(Kind.ADD_LINE, Kind.ADD_LINE, Kind.SET_LINE, Kind.REMOVE_LINE)
                    .get(random.nextInt(4));
            String sku = sku();
            client.wanted.add(sku);
            return Request.line(kind, key, client.cart, sku, kind == Kind.REMOVE_LINE ? 0 : 1 + random.nextInt(2));
        } else if (dice < 98) {
            // Without rows nobody knows what was held for an order that nobody paid for: one SKU is spared that doubt.
            boolean declines = random.nextDouble() < demand.declined() && !client.wanted.contains(skus.get(1));
            return Request.checkout(key, client.cart, declines ? "sim:decline" : "pix");
        } else if (dice < 99 && !client.orders.isEmpty()) {
            return Request.cancel(key, client.orders.get(random.nextInt(client.orders.size())));
        }
        return Request.reserveCart(key, client.cart, 1_800);
    }

    private String sku() {
        int hot = Math.max(1, skus.size() / 5);
        return random.nextDouble() < demand.hot()
                ? skus.get(random.nextInt(hot))
                : skus.get(random.nextInt(skus.size()));
    }

    /** When the store comes to what arrives at {@code micros}: while it is away nothing happens, then all at once. */
    private static long served(long micros) {
        long since = micros - BEGIN - FIRST_OUTAGE;
        long within = since < 0 ? OUTAGE : since % OUTAGE_EVERY;
        return within < OUTAGE ? micros - within + OUTAGE + within / 100 : micros;
    }

    /** A request on its way there and back, with what can go wrong on the way. */
    private void send(Client client, Request request, boolean goesOn) {
        long id = ++ids;
        long invoked = now;
        boolean write = !request.kind().reads();
        boolean lost = write && random.nextDouble() < demand.lost();
        boolean arrives = !lost || random.nextBoolean();
        long there = served(invoked + 300 + random.nextInt(4_000));
        long back = there + 200 + random.nextInt(2_500);
        List<Attempt> attempts = new ArrayList<>();
        List<Answer> answers = new ArrayList<>();
        Runnable over = () -> {
            finish(id, client, request, invoked, attempts, answers);
            if (goesOn) {
                at(now + random.nextInt(2_000), () -> ask(client));
            }
        };
        if (!lost) {
            at(there, () -> {
                Answer answer = decide(request, new Attempt(node(), invoked, back, 0, ""), true);
                at(back, () -> {
                    attempts.add(answer.attempt());
                    answers.add(answer);
                    if (write && random.nextInt(100) < REPEATED_ON_PURPOSE_PERCENT) {
                        repeat(request, attempts, answers, over);
                    } else {
                        over.run();
                    }
                });
            });
            return;
        }
        if (arrives) {
            at(there, () -> decide(request, new Attempt(node(), invoked, back, 0, ""), false));
        }
        attempts.add(new Attempt(node(), invoked, back, 0, "HttpTimeoutException"));
        if (random.nextDouble() < demand.unanswered()) {
            at(back, over);
        } else {
            at(
                    back + random.nextInt(random.nextInt(10) == 0 ? 4_000_000 : 80_000),
                    () -> repeat(request, attempts, answers, over));
        }
    }

    private void repeat(Request request, List<Attempt> attempts, List<Answer> answers, Runnable over) {
        long start = now;
        long there = served(start + 300 + random.nextInt(3_000));
        long back = there + 300 + random.nextInt(3_000);
        at(there, () -> {
            Answer answer = decide(request, new Attempt(node(), start, back, 0, ""), true);
            at(back, () -> {
                attempts.add(answer.attempt());
                answers.add(answer);
                over.run();
            });
        });
    }

    private void finish(
            long id, Client client, Request request, long invoked, List<Attempt> attempts, List<Answer> answers) {
        Answer first = answers.isEmpty() ? null : answers.get(0);
        operations.add(new Operation(
                id,
                client.number,
                request,
                invoked,
                first == null ? 0 : first.attempt().endMicros(),
                0,
                first == null ? Outcome.UNKNOWN : first.done() ? Outcome.OK : Outcome.REFUSED,
                attempts,
                answers));
        if (first != null && first.done()) {
            if (request.kind() == Kind.CREATE_CART) {
                client.cart = first.cart();
            } else if (request.kind().reserves()) {
                client.holds.add(first.reservation());
            } else if (request.kind() == Kind.CHECKOUT) {
                client.orders.add(first.order());
                client.cart = "";
            }
        }
    }

    private String node() {
        return NODES.get(random.nextInt(NODES.size()));
    }

    // The store: one thing after another, everything at once.

    private Answer decide(Request request, Attempt attempt, boolean heard) {
        Answer before = recorded.get(request.key());
        if (before != null) {
            Attempt repeated = new Attempt(
                    attempt.node(), attempt.startMicros(), attempt.endMicros(), before.status(), before.code());
            return with(before, repeated, true);
        }
        Answer answer = switch (request.kind()) {
            case RESERVE -> reserve(request, attempt, "", request.lines());
            case CONFIRM, RELEASE -> settle(request, attempt);
            case EXTEND -> extend(request, attempt);
            case ADJUST -> adjust(request, attempt);
            case READ_FRESH, READ_CACHED -> read(request, attempt);
            case READ_HOLD -> told(attempt, 200, "", request.target(), "", "", shown(request.target()));
            case CREATE_CART -> {
                String cart = "cart_" + ++ids;
                carts.put(cart, new Cart(new TreeMap<>(request.lines()), 1, "", ""));
                yield ofCart(attempt, 201, cart);
            }
            case ADD_LINE, SET_LINE, REMOVE_LINE -> change(request, attempt);
            case RESERVE_CART -> reserveCart(request, attempt);
            case CHECKOUT -> checkout(request, attempt, heard);
            case CANCEL -> cancel(request, attempt);
        };
        if (!request.key().isEmpty() && answer.orderState() != OrderState.PENDING_PAYMENT) {
            recorded.put(request.key(), answer);
            String outcome = answer.done()
                    ? answer.status() == 201 ? "CREATED" : "CHANGED"
                    : answer.code().toUpperCase(Locale.ROOT).replace('-', '_');
            String ref = Stream.of(answer.order(), answer.adjustment(), answer.reservation(), answer.cart())
                    .filter(id -> !id.isEmpty())
                    .findFirst()
                    .orElse("");
            KeyRow claimed = keys.get(request.key());
            keys.put(request.key(), new KeyRow(outcome, ref, claimed == null ? now : claimed.createdMicros()));
        }
        return answer;
    }

    private Answer reserve(Request request, Attempt attempt, String cart, SortedMap<String, Integer> lines) {
        HoldRow own = cart.isEmpty() ? null : holds.get(cart(cart).reservation());
        SortedMap<String, Integer> credits = own != null && own.state() == HoldState.HELD && own.expiresMicros() > now
                ? own.lines()
                : new TreeMap<>();
        SortedMap<String, Answer.Shortage> shortages = new TreeMap<>();
        for (Map.Entry<String, Integer> line : lines.entrySet()) {
            String sku = line.getKey();
            long credit = credits.getOrDefault(sku, 0);
            if (available(sku) + credit < line.getValue()) {
                long with = available(sku) + dueUnits(sku) + credit;
                if (with < line.getValue()) {
                    shortages.put(sku, new Answer.Shortage(line.getValue(), with));
                }
            }
        }
        if (!shortages.isEmpty()) {
            return refused(attempt, "insufficient-stock", null, shortages);
        }
        if (!credits.isEmpty()) {
            end(cart(cart).reservation(), HoldState.RELEASED);
        }
        for (Map.Entry<String, Integer> line : lines.entrySet()) {
            if (available(line.getKey()) < line.getValue()) {
                reclaim(line.getKey());
            }
        }
        String id = "rsv_" + ++ids;
        long ends = now + TimeUnit.SECONDS.toMicros(request.ttlSeconds());
        HoldRow row = new HoldRow(HoldState.HELD, cart, now, ends, 1, lines);
        holds.put(id, row);
        live.add(id);
        lines.forEach((sku, units) -> enter(sku, 0, units, LedgerReason.RESERVED, id));
        at(served(ends + random.nextInt(900_000)), () -> sweep(id));
        return told(attempt, 201, "", id, cart, "", row);
    }

    private void sweep(String id) {
        HoldRow row = holds.get(id);
        if (row != null && row.state() == HoldState.HELD) {
            if (row.expiresMicros() <= now) {
                end(id, HoldState.EXPIRED);
            } else {
                at(served(row.expiresMicros() + random.nextInt(900_000)), () -> sweep(id));
            }
        }
    }

    private Answer settle(Request request, Attempt attempt) {
        HoldRow row = hold(request.target());
        boolean inTime = row.expiresMicros() > now;
        boolean confirm = request.kind() == Kind.CONFIRM;
        if (row.state() == HoldState.HELD && inTime && !row.order().isEmpty()) {
            return refused(attempt, "reservation-not-held", HoldState.HELD, new TreeMap<>());
        }
        if (row.state() == HoldState.HELD && inTime) {
            end(request.target(), confirm ? HoldState.CONFIRMED : HoldState.RELEASED);
        } else if (row.state() == HoldState.HELD && !confirm) {
            end(request.target(), HoldState.EXPIRED);
        } else if (confirm || row.state() == HoldState.CONFIRMED) {
            HoldState said = row.state() == HoldState.HELD ? HoldState.EXPIRED : row.state();
            return refused(attempt, "reservation-not-held", said, new TreeMap<>());
        }
        return told(attempt, 200, "", request.target(), row.cart(), "", hold(request.target()));
    }

    private Answer extend(Request request, Attempt attempt) {
        HoldRow row = hold(request.target());
        if (row.state() != HoldState.HELD
                || row.expiresMicros() <= now
                || !row.order().isEmpty()) {
            HoldState said =
                    row.state() == HoldState.HELD && row.expiresMicros() <= now ? HoldState.EXPIRED : row.state();
            return refused(attempt, "reservation-not-held", said, new TreeMap<>());
        }
        long ends = now + TimeUnit.SECONDS.toMicros(request.ttlSeconds());
        if (ends > row.createdMicros() + TimeUnit.SECONDS.toMicros(1_800)) {
            ends = row.expiresMicros();
        }
        ends = Math.max(ends, row.expiresMicros());
        HoldRow longer = new HoldRow(
                row.state(), row.cart(), row.createdMicros(), ends, row.version() + 1, row.lines(), row.order());
        holds.put(request.target(), longer);
        return told(attempt, 200, "", request.target(), row.cart(), "", longer);
    }

    private Answer adjust(Request request, Attempt attempt) {
        String sku = request.sku();
        if (available(sku) + request.delta() < 0) {
            if (available(sku) + dueUnits(sku) + request.delta() < 0) {
                SortedMap<String, Answer.Shortage> shortages = new TreeMap<>();
                shortages.put(sku, new Answer.Shortage(-request.delta(), available(sku) + dueUnits(sku)));
                return refused(attempt, "insufficient-stock", null, shortages);
            }
            reclaim(sku);
        }
        String id = "adj_" + ++ids;
        enter(sku, request.delta(), 0, LedgerReason.ADJUSTED, id);
        Answer plain = told(attempt, 201, "", "", "", id, null);
        return withStock(plain, sku, stock(sku));
    }

    private Answer read(Request request, Attempt attempt) {
        List<Answer.Stock> all = levels(request.sku());
        boolean mayBeLate = request.kind() == Kind.READ_CACHED
                && faults.stream().anyMatch(fault -> fault.touches(attempt.startMicros(), attempt.endMicros(), 0));
        int behind = mayBeLate ? Math.min(all.size() - 1, random.nextInt(3)) : 0;
        return withStock(told(attempt, 200, "", "", "", "", null), request.sku(), all.get(all.size() - 1 - behind));
    }

    private Answer change(Request request, Attempt attempt) {
        Cart cart = cart(request.target());
        if (!cart.order().isEmpty()) {
            return refused(attempt, "cart-not-open", null, new TreeMap<>());
        }
        SortedMap<String, Integer> lines = new TreeMap<>(cart.lines());
        int before = lines.getOrDefault(request.sku(), 0);
        int units = request.lines().getOrDefault(request.sku(), 0);
        int after = request.kind() == Kind.ADD_LINE ? before + units : units;
        if (after > 0) {
            lines.put(request.sku(), after);
        } else {
            lines.remove(request.sku());
        }
        if (after != before) {
            carts.put(request.target(), new Cart(lines, cart.version() + 1, cart.reservation(), cart.order()));
        }
        return ofCart(attempt, 200, request.target());
    }

    private Answer reserveCart(Request request, Attempt attempt) {
        Cart cart = cart(request.target());
        if (!cart.order().isEmpty()) {
            return refused(attempt, "cart-not-open", null, new TreeMap<>());
        }
        if (cart.lines().isEmpty()) {
            return refused(withStatus(attempt, 422, "empty-cart"), "empty-cart", null, new TreeMap<>());
        }
        Answer answer = reserve(request, attempt, request.target(), new TreeMap<>(cart.lines()));
        if (answer.done()) {
            carts.put(request.target(), new Cart(cart.lines(), cart.version() + 1, answer.reservation(), cart.order()));
        }
        return answer;
    }

    /**
     * Places an order, if that was not done yet, and asks for its money.
     *
     * @param heard whether the caller waits for it; who does not may be gone, and somebody else asks later
     */
    private Answer checkout(Request request, Attempt attempt, boolean heard) {
        String id = placed.get(request.key());
        if (id == null) {
            Cart cart = cart(request.target());
            if (!cart.order().isEmpty()) {
                return refused(attempt, "cart-not-open", null, new TreeMap<>());
            }
            if (cart.lines().isEmpty()) {
                return refused(withStatus(attempt, 422, "empty-cart"), "empty-cart", null, new TreeMap<>());
            }
            HoldRow own = holds.get(cart.reservation());
            String hold = cart.reservation();
            if (own == null
                    || own.state() != HoldState.HELD
                    || own.expiresMicros() <= now
                    || !own.lines().equals(cart.lines())) {
                Answer made =
                        reserve(Request.reserve("", cart.lines(), 1_800), attempt, request.target(), cart.lines());
                if (!made.done()) {
                    return made;
                }
                hold = made.reservation();
            }
            id = "ord_" + ++ids;
            place(id, request.target(), hold);
            placed.put(request.key(), id);
            keys.put(request.key(), new KeyRow("CREATED", id, now));
            if (!heard) {
                String order = id;
                at(served(now + random.nextInt(3_000_000)), () -> pay(order, request.method()));
                return ofOrder(withStatus(attempt, 201, ""), id);
            }
        }
        pay(id, request.method());
        return request.method().equals("sim:decline")
                ? ofOrder(withStatus(attempt, 402, "payment-declined"), id)
                : ofOrder(withStatus(attempt, 201, ""), id);
    }

    private void place(String id, String cartId, String hold) {
        Cart cart = cart(cartId);
        HoldRow row = hold(hold);
        holds.put(
                hold,
                new HoldRow(
                        row.state(),
                        row.cart(),
                        row.createdMicros(),
                        row.createdMicros() + HOLD_LIFE,
                        row.version() + 1,
                        row.lines(),
                        id));
        long totalMinor = PRICE_MINOR
                * cart.lines().values().stream().mapToInt(units -> units).sum();
        orders.put(
                id,
                new OrderRow(
                        OrderState.PENDING_PAYMENT,
                        PaymentState.REQUESTED,
                        cartId,
                        hold,
                        totalMinor,
                        now,
                        now,
                        1,
                        cart.lines()));
        carts.put(cartId, new Cart(cart.lines(), cart.version() + 1, hold, id));
    }

    /** Whoever comes first. */
    private void pay(String id, String method) {
        OrderRow order = Objects.requireNonNull(orders.get(id));
        if (order.state() != OrderState.PENDING_PAYMENT) {
            return;
        }
        boolean declined = method.equals("sim:decline");
        orders.put(
                id,
                become(
                        order,
                        declined ? OrderState.PAYMENT_FAILED : OrderState.CONFIRMED,
                        declined ? PaymentState.DECLINED : PaymentState.APPROVED));
        payments.add(
                new PaymentRow(id, method, declined ? "DECLINED" : "APPROVED", declined ? 0 : order.totalMinor(), 0));
        if (!declined) {
            end(order.reservation(), HoldState.CONFIRMED);
            return;
        }
        HoldRow row = hold(order.reservation());
        holds.put(
                order.reservation(),
                new HoldRow(
                        row.state(),
                        row.cart(),
                        row.createdMicros(),
                        row.expiresMicros(),
                        row.version() + 1,
                        row.lines()));
        Cart cart = cart(order.cart());
        carts.put(order.cart(), new Cart(cart.lines(), cart.version() + 1, cart.reservation(), ""));
    }

    private Answer cancel(Request request, Attempt attempt) {
        OrderRow order = Objects.requireNonNull(orders.get(request.target()));
        if (order.state() != OrderState.CONFIRMED) {
            return ofOrder(withStatus(attempt, 409, "not-cancellable"), request.target());
        }
        order.lines().forEach((sku, units) -> enter(sku, units, 0, LedgerReason.RESTOCKED, request.target()));
        OrderRow cancelled = become(order, OrderState.CANCELLED, PaymentState.REFUND_DUE);
        orders.put(request.target(), cancelled);
        Answer answer = ofOrder(withStatus(attempt, 200, ""), request.target());
        orders.put(request.target(), become(cancelled, OrderState.CANCELLED, PaymentState.REFUNDED));
        payments.replaceAll(payment -> payment.order().equals(request.target())
                ? new PaymentRow(
                        payment.order(), payment.method(), "REFUNDED", payment.takenMinor(), payment.takenMinor())
                : payment);
        return answer;
    }

    private OrderRow become(OrderRow order, OrderState state, PaymentState payment) {
        return new OrderRow(
                state,
                payment,
                order.cart(),
                order.reservation(),
                order.totalMinor(),
                order.createdMicros(),
                now,
                order.version() + 1,
                order.lines());
    }

    private Answer ofOrder(Attempt attempt, String id) {
        OrderRow order = Objects.requireNonNull(orders.get(id));
        boolean done = attempt.code().isEmpty();
        return new Answer(
                attempt,
                false,
                "digest of " + id + order + attempt.code(),
                done ? order.reservation() : "",
                null,
                done ? order.createdMicros() : 0,
                0,
                done ? order.cart() : "",
                "",
                done ? order.version() : 0,
                done ? order.lines() : new TreeMap<>(),
                new TreeMap<>(),
                new TreeMap<>(),
                id,
                order.state());
    }

    private HoldRow hold(String id) {
        return Objects.requireNonNull(holds.get(id), id);
    }

    private Cart cart(String id) {
        return Objects.requireNonNull(carts.get(id), id);
    }

    private List<Answer.Stock> levels(String sku) {
        return Objects.requireNonNull(levels.get(sku), sku);
    }

    private Answer.Stock stock(String sku) {
        List<Answer.Stock> all = levels(sku);
        return all.get(all.size() - 1);
    }

    private long available(String sku) {
        return stock(sku).onHand() - stock(sku).reserved();
    }

    private long dueUnits(String sku) {
        return dueHolds(sku).stream()
                .mapToLong(id -> hold(id).lines().getOrDefault(sku, 0))
                .sum();
    }

    private Collection<String> dueHolds(String sku) {
        List<String> due = new ArrayList<>();
        for (String id : live) {
            HoldRow row = hold(id);
            if (row.expiresMicros() <= now && row.lines().containsKey(sku)) {
                due.add(id);
            }
        }
        return due;
    }

    private void reclaim(String sku) {
        dueHolds(sku).forEach(id -> end(id, HoldState.EXPIRED));
    }

    private void end(String id, HoldState state) {
        HoldRow row = hold(id);
        live.remove(id);
        holds.put(
                id,
                new HoldRow(
                        state,
                        row.cart(),
                        row.createdMicros(),
                        row.expiresMicros(),
                        row.version() + 1,
                        row.lines(),
                        row.order()));
        row.lines()
                .forEach((sku, units) -> enter(
                        sku,
                        state == HoldState.CONFIRMED ? -units : 0,
                        -units,
                        LedgerReason.valueOf(state.name()),
                        id));
    }

    private void enter(String sku, long deltaOnHand, long deltaReserved, LedgerReason reason, String ref) {
        Answer.Stock before = stock(sku);
        Answer.Stock after = new Answer.Stock(
                before.onHand() + deltaOnHand, before.reserved() + deltaReserved, before.version() + 1);
        levels(sku).add(after);
        ledger.add(new LedgerEntry(sku, after.version(), deltaOnHand, deltaReserved, reason, ref, now));
    }

    private @Nullable HoldRow shown(String id) {
        HoldRow row = holds.get(id);
        return row != null && row.state() == HoldState.HELD && row.expiresMicros() <= now
                ? new HoldRow(
                        HoldState.EXPIRED,
                        row.cart(),
                        row.createdMicros(),
                        row.expiresMicros(),
                        row.version(),
                        row.lines(),
                        row.order())
                : row;
    }

    private Answer ofCart(Attempt attempt, int status, String id) {
        Cart cart = cart(id);
        return new Answer(
                withStatus(attempt, status, ""),
                false,
                "digest of " + cart,
                "",
                null,
                0,
                0,
                id,
                "",
                cart.version(),
                cart.lines(),
                new TreeMap<>(),
                new TreeMap<>());
    }

    private static Answer refused(
            Attempt attempt, String code, @Nullable HoldState state, SortedMap<String, Answer.Shortage> shortages) {
        return new Answer(
                withStatus(attempt, attempt.status() == 0 ? 409 : attempt.status(), code),
                false,
                "digest of " + code + state + shortages,
                "",
                state,
                0,
                0,
                "",
                "",
                0,
                new TreeMap<>(),
                new TreeMap<>(),
                shortages);
    }

    private static Answer told(
            Attempt attempt,
            int status,
            String code,
            String hold,
            String cart,
            String adjustment,
            @Nullable HoldRow row) {
        return new Answer(
                withStatus(attempt, status, code),
                false,
                "digest of " + hold + row + adjustment,
                hold,
                row == null ? null : row.state(),
                row == null ? 0 : row.createdMicros(),
                row == null ? 0 : row.expiresMicros(),
                cart,
                adjustment,
                row == null ? 0 : row.version(),
                row == null ? new TreeMap<>() : row.lines(),
                new TreeMap<>(),
                new TreeMap<>());
    }

    private static Attempt withStatus(Attempt attempt, int status, String code) {
        return new Attempt(attempt.node(), attempt.startMicros(), attempt.endMicros(), status, code);
    }

    private static Answer withStock(Answer answer, String sku, Answer.Stock stock) {
        SortedMap<String, Answer.Stock> all = new TreeMap<>();
        all.put(sku, stock);
        return new Answer(
                answer.attempt(),
                answer.replayed(),
                answer.digest() + stock,
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                all,
                answer.shortages(),
                answer.order(),
                answer.orderState());
    }

    private static Answer with(Answer answer, Attempt attempt, boolean replayed) {
        return new Answer(
                attempt,
                replayed,
                answer.digest(),
                answer.reservation(),
                answer.state(),
                answer.createdMicros(),
                answer.expiresMicros(),
                answer.cart(),
                answer.adjustment(),
                answer.version(),
                answer.lines(),
                answer.stock(),
                answer.shortages(),
                answer.order(),
                answer.orderState());
    }
}
