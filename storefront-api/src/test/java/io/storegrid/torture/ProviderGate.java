package io.storegrid.torture;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.storegrid.compute.payment.PaymentSimulator;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands between nodes and the payment simulator, and can keep one call: before the simulator hears of it, or after it did
 * what it was asked, with nobody told. Or it lets nobody through. Close it.
 */
final class ProviderGate implements AutoCloseable {

    /** Where a call is kept. */
    enum Moment {
        UNHEARD,
        DONE
    }

    /** One call to be kept. */
    private static final class Trap {

        private final String end;
        private final Moment moment;
        private final CountDownLatch caught = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        Trap(String end, Moment moment) {
            this.end = end;
            this.moment = moment;
        }
    }

    private final PaymentSimulator simulator;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private volatile @Nullable Trap trap;
    private volatile boolean away;

    /** For nodes on this machine's loopback. */
    ProviderGate(PaymentSimulator simulator) throws IOException {
        this(simulator, InetAddress.getLoopbackAddress());
    }

    /** @param host an address of this machine that nodes reach */
    ProviderGate(PaymentSimulator simulator, InetAddress host) throws IOException {
        this.simulator = simulator;
        server = HttpServer.create(new InetSocketAddress(host, 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::pass);
        server.start();
    }

    String url() {
        return "http://" + server.getAddress().getAddress().getHostAddress() + ":"
                + server.getAddress().getPort();
    }

    /** Keeps the next call whose path ends so; a charge's path ends in no word. */
    void keepNext(String end, Moment moment) {
        trap = new Trap(end, moment);
    }

    /** Waits until a call is kept. */
    void awaitKept() throws InterruptedException {
        Trap set = trap;
        if (set == null || !set.caught.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no call to the provider was kept");
        }
    }

    /** Drops the kept call unanswered. */
    void drop() {
        Trap set = trap;
        trap = null;
        if (set != null) {
            set.released.countDown();
        }
    }

    /** Whether nobody gets through: calls break off, those that wait for their answer as well. */
    void away(boolean now) {
        away = now;
    }

    private void pass(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (away) {
                return;
            }
            Trap set = trap;
            boolean kept = set != null && set.caught.getCount() > 0 && fits(set, exchange);
            if (kept && set != null && set.moment == Moment.UNHEARD) {
                keep(set);
                return;
            }
            byte[] body = exchange.getRequestBody().readAllBytes();
            HttpResponse<byte[]> answer = http.send(
                    HttpRequest.newBuilder(URI.create(simulator.url().toString()
                                    + exchange.getRequestURI().getPath()))
                            .timeout(java.time.Duration.ofSeconds(10))
                            .header("Content-Type", "application/json")
                            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            if (kept && set != null) {
                keep(set);
                return;
            }
            if (away) {
                return;
            }
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
            exchange.getResponseBody().write(answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean fits(Trap set, HttpExchange exchange) {
        String path = exchange.getRequestURI().getPath();
        return set.end.isEmpty() ? !path.endsWith("/refund") && !path.endsWith("/cancel") : path.endsWith(set.end);
    }

    private static void keep(Trap set) throws InterruptedException {
        set.caught.countDown();
        set.released.await(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
