package io.storegrid.compute.payment;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Answers one request after the other as it was told, the last answer for ever, and keeps what was asked. */
final class ScriptedServer implements AutoCloseable {

    record Asked(
            String method,
            String path,
            @Nullable String authorization,
            @Nullable String key,
            String body) {}

    /** @param length of the body as the header says; more than there is makes whoever reads wait */
    record Told(int status, String body, int length) {}

    private final HttpServer server;
    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final Queue<Told> script = new ConcurrentLinkedQueue<>();
    private final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

    ScriptedServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    ScriptedServer then(int status, String body) {
        script.add(new Told(status, body, body.getBytes(StandardCharsets.UTF_8).length));
        return this;
    }

    ScriptedServer thenHalfOf(String body) {
        script.add(new Told(200, body, 2 * body.length()));
        return this;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** The next request that nobody looked at yet; null after the deadline. */
    @Nullable
    Asked next() throws InterruptedException {
        return asked.poll(Patience.DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    int askedButNotSeen() {
        return asked.size();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Told told;
        synchronized (script) {
            told = script.size() > 1 ? script.remove() : script.element();
        }
        asked.add(new Asked(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                body));
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        exchange.sendResponseHeaders(told.status(), told.length() == 0 ? -1 : told.length());
        exchange.getResponseBody().write(told.body().getBytes(StandardCharsets.UTF_8));
        if (told.length() > told.body().length()) {
            exchange.getResponseBody().flush();
        } else {
            exchange.close();
        }
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
