package io.storegrid.api.webhooks;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import io.storegrid.domain.Webhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A webhook's other end on this machine, that answers as a test wants. Close it. */
final class Receiver implements AutoCloseable {

    /** One request that arrived. */
    record Got(String id, String timestamp, String signature, String type, String body) {}

    /** What becomes of a request. */
    interface Answer {
        void to(HttpExchange exchange, Got got) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Got> got = new CopyOnWriteArrayList<>();
    private volatile Answer answer = (exchange, request) -> status(exchange, 204);

    Receiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var headers = exchange.getRequestHeaders();
            Got request = new Got(
                    headers.getFirst("webhook-id"),
                    headers.getFirst("webhook-timestamp"),
                    headers.getFirst("webhook-signature"),
                    headers.getFirst("Content-Type"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8));
            got.add(request);
            answer.to(exchange, request);
        }
    }

    void answers(Answer now) {
        answer = now;
    }

    static void status(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    List<Got> got() {
        return got;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    int port() {
        return server.getAddress().getPort();
    }

    static Webhook webhook(String url) {
        return new Webhook(
                "whk_" + "0".repeat(32), url, List.of(), null, new byte[32], Webhook.State.ACTIVE, null, 0, 0);
    }

    static PublishedEvent event(long version) {
        return PublishedEvent.of(
                new StoreEvent("order.created", "ord_1", version, "{\"id\":\"ord_1\"}"),
                new EventPosition(7, version),
                1_700_000_000_000_000L);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
