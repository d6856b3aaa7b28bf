package io.storegrid.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/** SKUs that the target sells, read from its catalogue before the run. Immutable. */
final class SkuPool {

    private static final int PAGE_MAX = 200;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final List<String> skus;

    private SkuPool(List<String> skus) {
        this.skus = List.copyOf(skus);
    }

    /** Reads pages until there are {@code count} SKUs or the catalogue ends. */
    static SkuPool read(URI target, int count) {
        HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
        List<String> skus = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = page(http, target, Math.min(PAGE_MAX, count - skus.size()), cursor);
            page.path("items").forEach(item -> skus.add(item.path("sku").asText()));
            cursor = page.path("page").path("nextCursor").asText("");
        } while (!cursor.isEmpty() && skus.size() < count);
        if (skus.isEmpty()) {
            throw new IllegalStateException("The catalogue is empty [target=" + target + "]");
        }
        return new SkuPool(skus);
    }

    int size() {
        return skus.size();
    }

    /** A reservation of 1 to 4 different SKUs, 1 to 3 units each, as the API takes it. */
    String order() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int lines = Math.min(random.nextInt(1, 5), skus.size());
        Set<String> chosen = new LinkedHashSet<>();
        while (chosen.size() < lines) {
            chosen.add(skus.get(random.nextInt(skus.size())));
        }
        return chosen.stream()
                .map(sku -> "{\"sku\":\"" + sku + "\",\"quantity\":" + random.nextInt(1, 4) + "}")
                .collect(Collectors.joining(",", "{\"lines\":[", "]}"));
    }

    private static JsonNode page(HttpClient http, URI target, int limit, String cursor) {
        String query = "/v1/products?limit=" + limit
                + (cursor.isEmpty() ? "" : "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8));
        HttpRequest request =
                HttpRequest.newBuilder(target.resolve(query)).timeout(TIMEOUT).build();
        try {
            HttpResponse<byte[]> response = http.send(request, BodyHandlers.ofByteArray());
            if (response.statusCode() != 200) {
                throw new IllegalStateException(
                        "No catalogue [url=" + request.uri() + ", status=" + response.statusCode() + "]");
            }
            return new ObjectMapper().readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException("No store answers [target=" + target + "]", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
