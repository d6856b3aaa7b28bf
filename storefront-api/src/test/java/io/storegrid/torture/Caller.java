package io.storegrid.torture;

import io.storegrid.torture.history.Answer;
import io.storegrid.torture.history.Attempt;
import io.storegrid.torture.history.HistoryWriter;
import io.storegrid.torture.history.Request;
import io.storegrid.torture.history.Request.Kind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests as the contract asks of a client, and writes every attempt down: what settles nothing is repeated under the
 * same key through the next node, until patience ends. Its own clock is wrong. For one thread.
 */
final class Caller {

    /** After this a request without an answer is given up, for now. */
    static final Duration PATIENCE = Duration.ofSeconds(25);

    private static final Duration ATTEMPT_MAX = Duration.ofSeconds(4);
    private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
    private static final long PAUSE_FIRST_MS = 10;
    private static final long PAUSE_MAX_MS = 250;

    /** A request that was sent. */
    record Sent(long id, Request request, @Nullable Answer answer) {

        /** Whether it was done. */
        boolean done() {
            return answer != null && answer.done();
        }
    }

    private record Http(String method, String path, String body) {}

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    private final Map<Integer, URI> urls;
    private final Clock clock;
    private final HistoryWriter history;
    private final int client;
    private final Duration clockError;
    private int turn;

    /**
     * @param urls of the nodes; asked for each attempt
     * @param clockError by how much this client's clock is wrong; told to nodes in a {@code Date} header
     */
    Caller(Map<Integer, URI> urls, Clock clock, HistoryWriter history, int client, Duration clockError) {
        this.urls = urls;
        this.clock = clock;
        this.history = history;
        this.client = client;
        this.clockError = clockError;
        this.turn = client;
    }

    /** Sends a new request. */
    Sent send(Request request) throws InterruptedException {
        long id = history.invoked(client, request, clock.micros());
        return repeat(new Sent(id, request, null), PATIENCE);
    }

    /** Sends a request that was sent before once more. */
    Sent repeat(Sent sent, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long pauseMs = PAUSE_FIRST_MS;
        while (true) {
            Optional<Answer> answer = attempt(sent);
            if (answer.isPresent()) {
                history.answered(sent.id(), answer.get());
                return new Sent(sent.id(), sent.request(), answer.get());
            }
            if (System.nanoTime() - deadline > 0) {
                history.gaveUp(sent.id(), clock.micros());
                return new Sent(sent.id(), sent.request(), null);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
            pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
        }
    }

    /** The definitive answer, which is not yet written down; without one the attempt is. */
    private Optional<Answer> attempt(Sent sent) throws InterruptedException {
        List<Map.Entry<Integer, URI>> nodes = new ArrayList<>(new TreeMap<>(urls).entrySet());
        if (nodes.isEmpty()) {
            return Optional.empty();
        }
        Map.Entry<Integer, URI> node = nodes.get(Math.floorMod(turn++, nodes.size()));
        String name = Nodes.name(node.getKey());
        long start = clock.micros();
        Attempt attempt;
        String body = "";
        boolean replayed = false;
        try {
            HttpResponse<String> response = http.send(
                    built(node.getValue(), sent.request()), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            body = response.body();
            int status = response.statusCode();
            replayed = response.headers()
                    .firstValue("Idempotency-Replayed")
                    .filter("true"::equals)
                    .isPresent();
            attempt = new Attempt(name, start, clock.micros(), status, status < 400 ? "" : code(body));
        } catch (IOException e) {
            attempt = new Attempt(name, start, clock.micros(), 0, e.getClass().getSimpleName());
        }
        if (attempt.definitive()) {
            return Optional.of(Answer.of(attempt, replayed, body));
        }
        history.attempted(sent.id(), attempt);
        return Optional.empty();
    }

    private static String code(String body) {
        int at = body.indexOf("\"code\":\"");
        return at < 0 ? "no-problem-document" : body.substring(at + 8, body.indexOf('"', at + 8));
    }

    private HttpRequest built(URI node, Request request) {
        Http plain = http(request);
        HttpRequest.Builder builder = HttpRequest.newBuilder(node.resolve(plain.path()))
                .timeout(ATTEMPT_MAX)
                .setHeader("Date", date());
        if (!request.key().isEmpty()) {
            builder.header("Idempotency-Key", request.key());
        }
        if (!plain.body().isEmpty()) {
            builder.header("Content-Type", "application/json");
        }
        return builder.method(
                        plain.method(),
                        plain.body().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(plain.body()))
                .build();
    }

    private String date() {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.now(ZoneOffset.UTC).plus(clockError));
    }

    private static Http http(Request request) {
        String hold = "/v1/reservations/" + request.target();
        String cart = "/v1/carts/" + request.target();
        String line = "{\"sku\":\"" + request.sku() + "\",\"quantity\":"
                + request.lines().getOrDefault(request.sku(), 0) + "}";
        String ttl = "{\"ttlSeconds\":" + request.ttlSeconds() + "}";
        return switch (request.kind()) {
            case RESERVE ->
                new Http(
                        "POST",
                        "/v1/reservations",
                        "{\"lines\":[" + lines(request) + "],\"ttlSeconds\":" + request.ttlSeconds() + "}");
            case CONFIRM -> new Http("POST", hold + "/confirm", "");
            case RELEASE -> new Http("POST", hold + "/release", "");
            case EXTEND -> new Http("POST", hold + "/extend", ttl);
            case ADJUST ->
                new Http(
                        "POST",
                        "/v1/inventory/" + request.sku() + "/adjustments",
                        "{\"delta\":" + request.delta() + ",\"reason\":\"reposicao\"}");
            case READ_CACHED -> new Http("GET", "/v1/inventory/" + request.sku(), "");
            case READ_FRESH -> new Http("GET", "/v1/inventory/" + request.sku() + "?consistency=fresh", "");
            case READ_HOLD -> new Http("GET", hold, "");
            case CREATE_CART -> new Http("POST", "/v1/carts", "{\"lines\":[" + lines(request) + "]}");
            case ADD_LINE -> new Http("POST", cart + "/lines", line);
            case SET_LINE ->
                new Http(
                        "PUT",
                        cart + "/lines/" + request.sku(),
                        "{\"quantity\":" + request.lines().getOrDefault(request.sku(), 0) + "}");
            case REMOVE_LINE -> new Http("DELETE", cart + "/lines/" + request.sku(), "");
            case RESERVE_CART -> new Http("PUT", cart + "/reservation", ttl);
            case CHECKOUT -> new Http("POST", cart + "/checkout", "{\"paymentMethod\":\"" + request.method() + "\"}");
            case CANCEL ->
                new Http("POST", "/v1/orders/" + request.target() + "/cancel", "{\"reason\":\"desistencia\"}");
        };
    }

    private static String lines(Request request) {
        return request.lines().entrySet().stream()
                .map(line -> "{\"sku\":\"" + line.getKey() + "\",\"quantity\":" + line.getValue() + "}")
                .collect(Collectors.joining(","));
    }

    /** Whether {@code kind} is repeated under its key when it was answered already, to compare the answers. */
    static boolean comparable(Kind kind) {
        return !kind.reads();
    }
}
