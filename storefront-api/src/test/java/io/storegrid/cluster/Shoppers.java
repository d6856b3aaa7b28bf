package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.cluster.GoodClient.Answer;
import io.storegrid.cluster.GoodClient.Request;
import io.storegrid.domain.HoldState;
import io.storegrid.grid.TestGrid;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * A steady load: shoppers who each wait for the answer before they ask again, at a rate that leaves the machine to the nodes.
 * They reserve one to three lines, confirm, release, look at stock and fill a cart, all as {@link GoodClient}s, and what they
 * are told goes to {@link Told}. {@link #finish} has requests that got no answer asked once more, so that nothing is in doubt
 * when the books are compared.
 */
final class Shoppers implements AutoCloseable {

    /** What the load saw. */
    record Figures(
            long requests, long attempts, int failed, Map<String, Long> repeats, long slowestMs, long longestGapMs) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d requests in %d attempts, %d failed, slowest answer %d ms, longest time without an acknowledged write"
                            + " %d ms, repeated %s",
                    requests,
                    attempts,
                    failed,
                    slowestMs,
                    longestGapMs,
                    repeats);
        }
    }

    /** @param answered nanoseconds from the first attempt to the definitive answer */
    private record Sample(long endNanos, long answered, boolean acknowledgedWrite) {}

    /** A request and what its answer means. */
    private record Question(Request request, Consumer<Answer> effect) {}

    private static final int CLIENTS = 6;
    private static final int RATE = Integer.getInteger("cluster.rate", 120);
    private static final int QUANTITY_MAX = 2;
    private static final int LINES_MAX = 3;
    private static final int TTL_S = 1_800;
    private static final int BRIEF_TTL_S = 2;
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(30);
    private static final AtomicInteger LOADS = new AtomicInteger();

    private final String id;
    private final List<String> skus;
    private final Told told;
    private final GoodClient client;
    private final List<Thread> threads = new ArrayList<>();
    private final LongAdder requests = new LongAdder();
    private final AtomicInteger acknowledged = new AtomicInteger();
    private final Queue<Question> failed = new ConcurrentLinkedQueue<>();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Sample> samples = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean stopping;

    private Shoppers(Supplier<List<URI>> nodes, List<String> skus, Told told, long seed) {
        this.id = Long.toHexString(seed) + "-" + LOADS.incrementAndGet();
        this.skus = skus;
        this.told = told;
        this.client = new GoodClient(nodes);
        for (int i = 0; i < CLIENTS; i++) {
            Thread thread = new Thread(new Shopper(i, new Random(seed + i)), "shopper-" + i);
            threads.add(thread);
        }
    }

    /** Lets them in. */
    static Shoppers start(Supplier<List<URI>> nodes, List<String> skus, Told told, long seed) {
        Shoppers shoppers = new Shoppers(nodes, skus, told, seed);
        shoppers.threads.forEach(Thread::start);
        return shoppers;
    }

    /** Writes that were acknowledged so far. */
    int acknowledged() {
        return acknowledged.get();
    }

    /** Waits until {@code more} writes were acknowledged from now on. */
    void awaitMore(int more) {
        int before = acknowledged();
        TestGrid.await(
                LIMIT,
                more + " more acknowledged writes, wrong so far: " + wrong,
                () -> acknowledged() >= before + more || !wrong.isEmpty());
        assertNothingWrong();
    }

    /** How often requests had to be repeated so far, by reason. */
    Map<String, Long> repeats() {
        return client.repeats();
    }

    /**
     * Sends everyone home, asks for the answers that are still owed, and fails when any answer was not one that the contract
     * allows.
     */
    Figures finish() {
        stop();
        Figures figures = figures();
        for (Question question; (question = failed.poll()) != null; ) {
            Request request = question.request();
            Answer answer = client.ask(request, SETTLE_LIMIT)
                    .orElseThrow(() -> new AssertionError("still no answer to " + request + ": " + client.repeats()));
            question.effect().accept(answer);
        }
        assertNothingWrong();
        return figures;
    }

    @Override
    public void close() {
        stop();
    }

    private void stop() {
        stopping = true;
        for (Thread thread : threads) {
            try {
                thread.join(LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
            if (thread.isAlive()) {
                throw new AssertionError(thread.getName() + " does not come home");
            }
        }
    }

    private void assertNothingWrong() {
        assertEquals(List.of(), List.copyOf(wrong), "answers that the contract does not allow");
    }

    private Figures figures() {
        List<Sample> all = new ArrayList<>(samples);
        long slowest = all.stream().mapToLong(Sample::answered).max().orElse(0);
        long[] writes = all.stream()
                .filter(Sample::acknowledgedWrite)
                .mapToLong(Sample::endNanos)
                .sorted()
                .toArray();
        long gap = 0;
        for (int i = 1; i < writes.length; i++) {
            gap = Math.max(gap, writes[i] - writes[i - 1]);
        }
        return new Figures(
                requests.sum(),
                client.attempts(),
                failed.size(),
                client.repeats(),
                TimeUnit.NANOSECONDS.toMillis(slowest),
                TimeUnit.NANOSECONDS.toMillis(gap));
    }

    private void ask(Request request, Consumer<Answer> effect) {
        long begin = System.nanoTime();
        Optional<Answer> answer = client.ask(request, GoodClient.PATIENCE);
        long end = System.nanoTime();
        requests.increment();
        if (answer.isEmpty()) {
            failed.add(new Question(request, effect));
            return;
        }
        boolean write = !request.method().equals("GET") && answer.get().done();
        samples.add(new Sample(end, end - begin, write));
        effect.accept(answer.get());
        if (write) {
            acknowledged.incrementAndGet();
        }
    }

    /** One of them. */
    private final class Shopper implements Runnable {

        private final int number;
        private final Random random;
        private final List<String> open = new ArrayList<>();
        private String cart = "";
        private int asked;

        Shopper(int number, Random random) {
            this.number = number;
            this.random = random;
        }

        @Override
        public void run() {
            long next = System.nanoTime();
            try {
                takeCart();
                while (!stopping) {
                    shop();
                    next = Math.max(next + TimeUnit.SECONDS.toNanos(CLIENTS) / RATE, System.nanoTime());
                    LockSupport.parkNanos(next - System.nanoTime());
                }
            } catch (RuntimeException e) {
                wrong.add("shopper " + number + " gave up: " + e);
            }
        }

        private void shop() {
            int dice = random.nextInt(100);
            if (dice < 35 || (dice < 65 && open.isEmpty())) {
                reserve(false);
            } else if (dice < 50) {
                settle("confirm", HoldState.CONFIRMED);
            } else if (dice < 65) {
                settle("release", HoldState.RELEASED);
            } else if (dice < 70) {
                reserve(true);
            } else if (dice < 90) {
                look();
            } else {
                add();
            }
        }

        private void takeCart() {
            ask(new Request("POST", "/v1/carts", key(), "{}"), answer -> {
                if (expected(answer, "POST /v1/carts", 201)) {
                    cart = answer.json().path("id").asText();
                }
            });
        }

        private void reserve(boolean brief) {
            Map<String, Integer> lines = new TreeMap<>();
            int count = 1 + random.nextInt(LINES_MAX);
            while (lines.size() < count) {
                lines.put(sku(), 1 + random.nextInt(QUANTITY_MAX));
            }
            String json = lines.entrySet().stream()
                    .map(line -> "{\"sku\":\"" + line.getKey() + "\",\"quantity\":" + line.getValue() + "}")
                    .collect(Collectors.joining(
                            ",", "{\"lines\":[", "],\"ttlSeconds\":" + (brief ? BRIEF_TTL_S : TTL_S) + "}"));
            ask(new Request("POST", "/v1/reservations", key(), json), answer -> {
                if (answer.code().equals("insufficient-stock")) {
                    return;
                }
                if (expected(answer, "reserve", 201)) {
                    String hold = answer.json().path("id").asText();
                    told.held(hold, lines, brief);
                    if (!brief) {
                        open.add(hold);
                    }
                }
            });
        }

        private void settle(String how, HoldState state) {
            String hold = open.remove(random.nextInt(open.size()));
            ask(new Request("POST", "/v1/reservations/" + hold + "/" + how, key(), ""), answer -> {
                if (expected(answer, how + " " + hold, 200)) {
                    told.settled(hold, state);
                }
            });
        }

        private void look() {
            String sku = sku();
            ask(Request.get("/v1/inventory/" + sku), answer -> expected(answer, "look at " + sku, 200));
        }

        private void add() {
            if (cart.isEmpty()) {
                return;
            }
            String into = cart;
            String sku = sku();
            String json = "{\"sku\":\"" + sku + "\",\"quantity\":1}";
            ask(new Request("POST", "/v1/carts/" + into + "/lines", key(), json), answer -> {
                if (expected(answer, "add " + sku + " to " + into, 200)) {
                    told.added(into, sku, 1);
                }
            });
        }

        private boolean expected(Answer answer, String what, int status) {
            if (answer.status() != status) {
                wrong.add(what + " was answered " + answer);
            }
            return answer.status() == status;
        }

        private String sku() {
            return skus.get(random.nextInt(skus.size()));
        }

        private String key() {
            return id + "-" + number + "-" + asked++;
        }
    }
}
