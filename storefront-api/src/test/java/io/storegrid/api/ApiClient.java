package io.storegrid.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A caller of one node's API, for tests. Every request has a deadline of 20 s, and every reply knows its body as text and
 * as JSON. Thread-safe.
 *
 * <p>{@code api.post("/v1/carts").json("{}").header("X", "y").send()}; {@link Call#key()} adds a fresh idempotency key.
 */
public final class ApiClient {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final int port;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(DEADLINE)
            .build();

    public ApiClient(int port) {
        this.port = port;
    }

    /** What came back. */
    public record Reply(int status, String body, HttpResponse<byte[]> http) {

        public JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new UncheckedIOException("not JSON: " + body, e);
            }
        }

        /** The problem code; empty when the body has none. */
        public String code() {
            return json().path("code").asText();
        }

        public String etag() {
            return header("ETag").orElseThrow();
        }

        public Optional<String> header(String name) {
            return http.headers().firstValue(name);
        }

        @Override
        public String toString() {
            return status + " " + http.headers().map() + " " + body;
        }
    }

    /** One request in the making. */
    public final class Call {

        private final String method;
        private final HttpRequest.Builder request;
        private HttpRequest.BodyPublisher body = HttpRequest.BodyPublishers.noBody();

        private Call(String method, String path) {
            this.method = method;
            this.request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                    .timeout(DEADLINE);
        }

        public Call header(String name, String value) {
            request.header(name, value);
            return this;
        }

        public Call headers(Map<String, String> headers) {
            headers.forEach(request::header);
            return this;
        }

        public Call key(String key) {
            return header("Idempotency-Key", key);
        }

        /** A key that no other call has. */
        public Call key() {
            return key(UUID.randomUUID().toString());
        }

        public Call ifMatch(String etag) {
            return header("If-Match", etag);
        }

        public Call ifNew() {
            return header("If-None-Match", "*");
        }

        public Call json(String text) {
            return body("application/json", text.getBytes(StandardCharsets.UTF_8));
        }

        public Call body(String contentType, byte[] bytes) {
            body = HttpRequest.BodyPublishers.ofByteArray(bytes);
            return header("Content-Type", contentType);
        }

        /** A body of unknown length, sent in chunks. */
        public Call chunked(String contentType, InputStream bytes) {
            body = HttpRequest.BodyPublishers.ofInputStream(() -> bytes);
            return header("Content-Type", contentType);
        }

        public Reply send() {
            try {
                HttpResponse<byte[]> response =
                        client.send(request.method(method, body).build(), HttpResponse.BodyHandlers.ofByteArray());
                return new Reply(response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    public Call get(String path) {
        return new Call("GET", path);
    }

    public Call post(String path) {
        return new Call("POST", path);
    }

    public Call put(String path) {
        return new Call("PUT", path);
    }

    public Call delete(String path) {
        return new Call("DELETE", path);
    }

    public Call call(String method, String path) {
        return new Call(method, path);
    }

    /** Sends {@code bytes} as they are and returns all that comes back until the server closes or 10 s have passed. */
    public String raw(byte[] bytes) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes);
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@link #raw(byte[])} of ASCII text. */
    public String raw(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }
}
