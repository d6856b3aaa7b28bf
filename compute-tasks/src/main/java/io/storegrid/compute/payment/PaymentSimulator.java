package io.storegrid.compute.payment;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.storegrid.compute.Threads;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A payment provider that moves no real money, over real HTTP on loopback: the protocol and the rules of docs/payments.md, set
 * for each payment by its method. It keeps its books in memory and forgets them when it ends. Thread-safe.
 *
 * <p>As part of a node it ends with it; where the provider must outlive nodes, {@link #main} runs one alone.
 */
public final class PaymentSimulator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PaymentSimulator.class);
    private static final int THREADS = 4;

    /** How often a callback is tried; with the pauses some ten seconds, the time of a node's restart. */
    private static final int POSTS_MAX = 8;

    private static final long POST_PAUSE_MS = 100;
    private static final long POST_PAUSE_MAX_MS = 4_000;
    private static final Duration POST_TIMEOUT = Duration.ofSeconds(2);

    /** How long a silent connection is kept: longer than any caller's patience. */
    private static final long SILENCE_SECONDS = 120;

    private static final int OK = 200;
    private static final int SUCCESS_END = 300;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final int NOT_ALLOWED = 405;
    private static final Pattern PATH = Pattern.compile("/charges(?:/([A-Za-z0-9_-]{16,64})(/refund|/cancel)?)?");
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";
    private static final String PORT_OPTION = "--port=";

    static {
        // The JDK's server writes head and body one after the other, and without this the body waits 40 ms for an
        // acknowledgement that the other side puts off. It can be set for all servers of the process only, and early.
        if (System.getProperty(NO_DELAY) == null) {
            System.setProperty(NO_DELAY, "true");
        }
    }

    private final HttpServer server;
    private final boolean trusting;
    private final ExecutorService executor =
            Executors.newFixedThreadPool(THREADS, Threads.daemons("payment-simulator"));
    private final ScheduledExecutorService timer = Threads.timer("payment-simulator-timer");
    private final ConcurrentMap<String, SimulatedAccount> accounts = new ConcurrentHashMap<>();

    /** Orders that had their one declined try, and the reference it was under. */
    private final ConcurrentMap<String, String> declinedOnce = new ConcurrentHashMap<>();

    private final Set<HttpExchange> silent = ConcurrentHashMap.newKeySet();

    /** For the callbacks; null when closed, see {@link HttpPaymentProvider}. */
    private volatile @Nullable HttpClient client;

    private PaymentSimulator(int port, boolean trusting) throws IOException {
        this.trusting = trusting;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(POST_TIMEOUT)
                .executor(executor)
                .build();
    }

    /**
     * A simulator that serves.
     *
     * @param port on loopback; 0 for any free one
     */
    public static PaymentSimulator start(int port) throws IOException {
        return start(new PaymentSimulator(port, false));
    }

    /** One that gives back what it does not know: it may have known it before the node was started again. */
    static PaymentSimulator startTrusting() throws IOException {
        return start(new PaymentSimulator(0, true));
    }

    private static PaymentSimulator start(PaymentSimulator simulator) {
        // The server's own thread is of the kind of the one that starts it, and must not keep a process alive.
        Thread starter = Threads.daemons("payment-simulator-start").newThread(simulator.server::start);
        starter.start();
        try {
            starter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return simulator;
    }

    /** Serves until the process is ended; says where on the standard output. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        int port = 0;
        for (String argument : arguments) {
            if (!argument.startsWith(PORT_OPTION)) {
                throw new IllegalArgumentException("The only option is --port=<number> [given=" + argument + "]");
            }
            port = Integer.parseInt(argument.substring(PORT_OPTION.length()));
        }
        try (PaymentSimulator simulator = start(port)) {
            System.out.println("payment simulator: " + simulator.url());
            new CountDownLatch(1).await();
        }
    }

    /** Where it is asked, without a slash at the end. */
    public URI url() {
        String host = server.getAddress().getAddress().getHostAddress();
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":"
                + server.getAddress().getPort());
    }

    /** What is known of a reference; null for nothing. */
    public @Nullable SimulatedPayment payment(String reference) {
        SimulatedAccount account = accounts.get(reference);
        return account == null ? null : account.view();
    }

    /** All that is known, by reference. */
    public List<SimulatedPayment> payments() {
        return accounts.values().stream()
                .map(SimulatedAccount::view)
                .sorted(Comparator.comparing(SimulatedPayment::reference))
                .toList();
    }

    private void handle(HttpExchange exchange) {
        try {
            byte[] body = body(exchange);
            Matcher path = PATH.matcher(exchange.getRequestURI().getRawPath());
            if (body.length > LimitedBody.SIZE_MAX || !path.matches()) {
                fail(exchange, body.length > LimitedBody.SIZE_MAX ? BAD_REQUEST : NOT_FOUND, "nothing is here");
                return;
            }
            String reference = path.group(1);
            if ("GET".equals(exchange.getRequestMethod()) && path.group(2) == null) {
                show(exchange, reference);
                return;
            }
            PaymentOperation operation = operation(exchange.getRequestMethod(), path.group(2));
            if (operation == null || reference == null) {
                fail(exchange, NOT_ALLOWED, "not with this method");
                return;
            }
            PaymentRequest request;
            try {
                request = PaymentJson.readRequest(reference, body);
            } catch (IOException e) {
                fail(exchange, BAD_REQUEST, "not a request: " + e.getMessage());
                return;
            }
            answer(exchange, operation, request);
        } catch (IOException e) {
            // Whoever asked is gone.
            exchange.close();
        } catch (RuntimeException e) {
            LOG.error("The payment simulator failed", e);
            exchange.close();
        }
    }

    private static byte[] body(HttpExchange exchange) throws IOException {
        try (InputStream in = exchange.getRequestBody()) {
            return in.readNBytes(LimitedBody.SIZE_MAX + 1);
        }
    }

    private static @Nullable PaymentOperation operation(String httpMethod, @Nullable String suffix) {
        for (PaymentOperation operation : PaymentOperation.values()) {
            if (operation.httpMethod().equals(httpMethod) && operation.suffix().equals(suffix == null ? "" : suffix)) {
                return operation;
            }
        }
        return null;
    }

    private void answer(HttpExchange exchange, PaymentOperation operation, PaymentRequest request) throws IOException {
        SimulatedAccount account =
                accounts.computeIfAbsent(request.reference(), reference -> new SimulatedAccount(request, trusting));
        SimulatedAccount.Reply reply = switch (operation) {
            case CHARGE ->
                account.charge(
                        request, declinedBefore(account), (delayMs, decision) -> later(account, delayMs, decision));
            case REFUND -> account.refund(request);
            case CANCEL -> account.cancel(request);
        };
        if (reply instanceof SimulatedAccount.Say say) {
            send(exchange, OK, PaymentJson.write(say.answer()));
            for (int post = 1; post <= say.posts(); post++) {
                post(account, say.answer(), "-" + post);
            }
        } else if (reply instanceof SimulatedAccount.SayLater later) {
            var unused = later.answer().thenAcceptAsync(answer -> sendLate(exchange, answer), executor);
        } else if (reply instanceof SimulatedAccount.Fail failure) {
            fail(exchange, failure.status(), failure.detail());
        } else if (reply instanceof SimulatedAccount.HangUp) {
            exchange.close();
        } else {
            silent.add(exchange);
            var unused = timer.schedule(() -> hangUp(exchange), SILENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private boolean declinedBefore(SimulatedAccount account) {
        PaymentRequest request = account.request();
        if (!account.declinesOnce()) {
            return false;
        }
        String first = declinedOnce.putIfAbsent(request.orderId(), request.reference());
        return first != null && !first.equals(request.reference());
    }

    /** What is decided later is posted, unless it was cancelled meanwhile, which whoever cancelled knows. */
    private void later(SimulatedAccount account, int delayMs, Runnable decision) {
        var unused = timer.schedule(
                () -> {
                    decision.run();
                    PaymentAnswer answer = account.answer();
                    if (account.postsDecision()
                            && (answer.result() == Result.APPROVED || answer.result() == Result.DECLINED)) {
                        post(account, answer, "-1");
                    }
                },
                delayMs,
                TimeUnit.MILLISECONDS);
    }

    private void hangUp(HttpExchange exchange) {
        silent.remove(exchange);
        exchange.close();
    }

    private void post(SimulatedAccount account, PaymentAnswer answer, String keySuffix) {
        URI to = account.request().callbackUrl();
        if (to == null) {
            return;
        }
        String reference = account.request().reference();
        HttpRequest request = HttpRequest.newBuilder(to)
                .timeout(POST_TIMEOUT)
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", reference + keySuffix)
                .POST(HttpRequest.BodyPublishers.ofByteArray(
                        PaymentJson.writeCallback(reference, answer.result(), answer.amount())))
                .build();
        post(request, new AtomicInteger(), POST_PAUSE_MS);
    }

    /** Any answer but a success is a reason to try again: the other side may not know the order yet, or be starting. */
    private void post(HttpRequest request, AtomicInteger tries, long pauseMs) {
        HttpClient http = client;
        if (http == null) {
            return;
        }
        var unused = http.sendAsync(request, HttpResponse.BodyHandlers.discarding())
                .whenComplete((response, failure) -> {
                    boolean taken =
                            response != null && response.statusCode() >= OK && response.statusCode() < SUCCESS_END;
                    if (taken) {
                        return;
                    }
                    Object cause = response == null ? failure : response.statusCode();
                    if (tries.incrementAndGet() < POSTS_MAX) {
                        postAgain(request, tries, pauseMs);
                    } else {
                        LOG.warn("A payment's callback was not taken [to={}, cause={}]", request.uri(), cause);
                    }
                });
    }

    private void postAgain(HttpRequest request, AtomicInteger tries, long pauseMs) {
        long nextPauseMs = Math.min(2 * pauseMs, POST_PAUSE_MAX_MS);
        var unused = timer.schedule(() -> post(request, tries, nextPauseMs), pauseMs, TimeUnit.MILLISECONDS);
    }

    private void show(HttpExchange exchange, @Nullable String reference) throws IOException {
        if (reference == null) {
            ArrayNode all = PaymentJson.newArray();
            payments().forEach(payment -> all.add(json(payment)));
            send(exchange, OK, PaymentJson.bytes(all));
            return;
        }
        SimulatedPayment payment = payment(reference);
        if (payment == null) {
            fail(exchange, NOT_FOUND, "no such payment");
        } else {
            send(exchange, OK, PaymentJson.bytes(json(payment)));
        }
    }

    private static ObjectNode json(SimulatedPayment payment) {
        ObjectNode json = PaymentJson.newObject();
        json.put("reference", payment.reference());
        json.put("orderId", payment.orderId());
        json.put("method", payment.method());
        json.put("state", payment.state().name());
        PaymentJson.write(json, "taken", payment.taken());
        PaymentJson.write(json, "refunded", payment.refunded());
        json.put("charges", payment.charges());
        json.put("refunds", payment.refunds());
        json.put("cancels", payment.cancels());
        return json;
    }

    private static void fail(HttpExchange exchange, int status, String detail) throws IOException {
        send(exchange, status, PaymentJson.bytes(PaymentJson.newObject().put("detail", detail)));
    }

    private static void sendLate(HttpExchange exchange, PaymentAnswer answer) {
        try {
            send(exchange, OK, PaymentJson.write(answer));
        } catch (IOException e) {
            // Whoever asked did not wait for it.
            exchange.close();
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        client = null;
        timer.shutdownNow();
        silent.forEach(this::hangUp);
        server.stop(0);
        executor.shutdownNow();
    }
}
