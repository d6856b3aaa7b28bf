package io.storegrid.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Prepares the target before the run. Whatever goes wrong is an exception, so that nothing is measured then. */
final class StoreClient {

    private static final int PAGE_MAX = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    private final URI target;

    StoreClient(URI target) {
        this.target = target;
    }

    /** The first of the targets that is ready to serve. */
    static URI firstReady(List<URI> targets) {
        RuntimeException last = new IllegalStateException("no targets");
        for (URI target : targets) {
            try {
                StoreClient store = new StoreClient(target);
                store.send(store.get("/health/ready"));
                return target;
            } catch (UncheckedIOException | IllegalStateException e) {
                last = e;
            }
        }
        throw new IllegalStateException("None of the targets is ready " + targets, last);
    }

    /** A product as the simulations need it. */
    record Product(String sku, String title, String category) {}

    /** Reads pages until there are {@code count} products or the catalogue ends. */
    List<Product> catalogue(int count) {
        List<Product> products = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = send(get("/v1/products?limit=" + Math.min(PAGE_MAX, count - products.size())
                    + (cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8))));
            page.path("items")
                    .forEach(item -> products.add(new Product(
                            item.path("sku").asText(),
                            item.path("title").asText(),
                            item.path("category").asText())));
            cursor = page.path("page").path("nextCursor").asText("");
        } while (!cursor.isEmpty() && products.size() < count);
        if (products.isEmpty()) {
            throw new IllegalStateException("The catalogue is empty [target=" + target + "]");
        }
        return products;
    }

    /** Adds stock until {@code least} units of each SKU are available. A SKU that never had stock is left alone. */
    void restock(List<String> skus, int least) {
        for (int from = 0; from < skus.size(); from += PAGE_MAX) {
            List<String> some = skus.subList(from, Math.min(from + PAGE_MAX, skus.size()));
            for (JsonNode item :
                    send(get("/v1/inventory?skus=" + String.join(",", some))).path("items")) {
                long missing = least - item.path("available").asLong();
                if (missing > 0) {
                    send(json("/v1/inventory/" + item.path("sku").asText() + "/adjustments")
                            .header("Idempotency-Key", UUID.randomUUID().toString())
                            .POST(BodyPublishers.ofString(
                                    "{\"delta\":" + missing + ",\"reason\":\"Ensaio de carga\"}")));
                }
            }
        }
    }

    /** Puts a new product up for sale. */
    void offer(String sku, long onHand) {
        send(json("/v1/products/" + sku)
                .header("If-None-Match", "*")
                .PUT(BodyPublishers.ofString("{\"title\":\"Ovo de Páscoa, edição limitada\",\"category\":\"Ensaios\","
                        + "\"price\":{\"amountMinor\":8990,\"currency\":\"BRL\"}}")));
        send(json("/v1/inventory/" + sku)
                .header("If-None-Match", "*")
                .PUT(BodyPublishers.ofString("{\"onHand\":" + onHand + "}")));
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(target.resolve(path)).timeout(TIMEOUT);
    }

    private HttpRequest.Builder json(String path) {
        return get(path).header("Content-Type", "application/json");
    }

    private JsonNode send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException("The store refused [" + request.method() + " " + request.uri()
                        + ", status=" + response.statusCode() + "] "
                        + new String(response.body(), StandardCharsets.UTF_8));
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("No store answers [target=" + target + "]", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
