package io.storegrid.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A caller that does what the contract asks of one: it knows several nodes, and whatever is no definitive answer (no
 * connection, no answer in time, 503, 409 {@code idempotency-in-progress}) has it repeat the same request under the same key
 * at the next node, until its patience ends. A node that did not answer is left alone for a moment, as a balancer would.
 *
 * <p>Thread-safe.
 */
final class GoodClient {

    /** After this a request without an answer has failed. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** Long enough for every answer of a node that works, short enough to leave time for others. */
    private static final Duration ATTEMPT_MAX = Duration.ofSeconds(3);

    private static final Duration CONNECT_MAX = Duration.ofSeconds(1);
    private static final Duration SHUNNED = Duration.ofSeconds(1);
    private static final long PAUSE_FIRST_MS = 5;
    private static final long PAUSE_MAX_MS = 80;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /**
     * One request, the same at every attempt.
     *
     * @param key the idempotency key; empty for none
     * @param json the body; empty for none
     */
    record Request(String method, String path, String key, String json) {

        static Request get(String path) {
            return new Request("GET", path, "", "");
        }
    }

    /** What came back. */
    record Answer(int status, String body) {

        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + body, e);
            }
        }

        /** Whether what was asked for was done. */
        boolean done() {
            return status / 100 == 2;
        }

        /** The problem code; empty when there is none. */
        String code() {
            return status < 400 ? "" : json().path("code").asText();
        }

        /** Why the request should be repeated; empty when this is the definitive answer. */
        private String again() {
            return switch (status) {
                case 429, 503 -> status + " " + code();
                case 409 -> code().equals("idempotency-in-progress") ? status + " " + code() : "";
                default -> "";
            };
        }
    }

    private final Supplier<List<URI>> nodes;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();
    private final ConcurrentMap<URI, Long> shunnedSince = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, LongAdder> repeats = new ConcurrentHashMap<>();
    private final LongAdder attempts = new LongAdder();
    private final AtomicInteger turn = new AtomicInteger();

    /** @param nodes asked for each attempt; must not be empty */
    GoodClient(Supplier<List<URI>> nodes) {
        this.nodes = nodes;
    }

    /** The definitive answer; none when there was none within {@code patience}. */
    Optional<Answer> ask(Request request, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        int first = turn.getAndIncrement();
        long pauseMs = PAUSE_FIRST_MS;
        for (int attempt = 0; ; attempt++) {
            long leftNanos = deadline - System.nanoTime();
            if (leftNanos <= 0) {
                return Optional.empty();
            }
            URI node = choose(first + attempt);
            attempts.increment();
            String why;
            try {
                HttpResponse<String> response = http.send(
                        built(node, request, Duration.ofNanos(Math.min(leftNanos, ATTEMPT_MAX.toNanos()))),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                Answer answer = new Answer(response.statusCode(), response.body());
                why = answer.again();
                if (why.isEmpty()) {
                    return Optional.of(answer);
                }
            } catch (IOException e) {
                why = e.getClass().getSimpleName();
                shunnedSince.put(node, System.nanoTime());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
            repeats.computeIfAbsent(why, any -> new LongAdder()).increment();
            if (attempt > 0) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMs));
                pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
            }
        }
    }

    long attempts() {
        return attempts.sum();
    }

    /** How often a request had to be repeated, by reason. */
    Map<String, Long> repeats() {
        Map<String, Long> counts = new TreeMap<>();
        repeats.forEach((why, count) -> counts.put(why, count.sum()));
        return counts;
    }

    private URI choose(int from) {
        List<URI> all = nodes.get();
        for (int i = 0; i < all.size(); i++) {
            URI node = all.get(Math.floorMod(from + i, all.size()));
            Long since = shunnedSince.get(node);
            if (since == null || System.nanoTime() - since > SHUNNED.toNanos()) {
                return node;
            }
        }
        return all.get(Math.floorMod(from, all.size()));
    }

    private static HttpRequest built(URI node, Request request, Duration timeout) {
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(node.resolve(request.path())).timeout(timeout);
        if (!request.key().isEmpty()) {
            builder.header("Idempotency-Key", request.key());
        }
        if (!request.json().isEmpty()) {
            builder.header("Content-Type", "application/json");
        }
        return builder.method(
                        request.method(),
                        request.json().isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(request.json()))
                .build();
    }
}
