package io.storegrid.api.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What replies told of the store, so that later requests hit something. For one thread. */
final class Known {

    /** Of each kind; the oldest are forgotten, so that requests meet things in every state. */
    private static final int KEPT_MAX = 60;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final Random random;
    private final Map<String, List<String>> kinds = new TreeMap<>();
    private final Map<String, String> tags = new HashMap<>();

    Known(Random random) {
        this.random = random;
    }

    /** One of the things of that kind; null when none is known. */
    @Nullable
    String any(String kind) {
        List<String> all = kinds.getOrDefault(kind, List.of());
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    /** The last tag seen under {@code path}. */
    @Nullable
    String tag(String path) {
        return tags.get(path);
    }

    void add(String kind, String value) {
        List<String> all = kinds.computeIfAbsent(kind, name -> new ArrayList<>());
        if (!value.isEmpty() && !all.contains(value)) {
            all.add(value);
            if (all.size() > KEPT_MAX) {
                all.remove(0);
            }
        }
    }

    /** Whether these are lines of a cart that can be bought. */
    private static boolean full(JsonNode lines) {
        for (JsonNode line : lines) {
            if (!line.path("inStock").asBoolean()) {
                return false;
            }
        }
        return !lines.isEmpty();
    }

    void learn(WireRequest request, WireReply reply) {
        String path = request.path();
        if (tags.size() > 10 * KEPT_MAX) {
            tags.clear();
        }
        reply.header("etag").ifPresent(tag -> tags.put(path, tag));
        if (reply.status() < 200
                || reply.status() >= 300
                || !reply.header("content-type").orElse("").startsWith("application/json")) {
            return;
        }
        JsonNode body;
        try {
            body = MAPPER.readTree(reply.body());
        } catch (IOException e) {
            // The check has said so already.
            return;
        }
        String id = body.path("id").asText();
        if (id.indexOf('_') > 0) {
            add(id.substring(0, id.indexOf('_')), id);
        }
        if (id.startsWith("cart_") && full(body.path("lines"))) {
            add("full", id);
        }
        if (id.startsWith("ord_")) {
            // In the one state it is in now: only some can be sent on their way, or taken back.
            kinds.values().forEach(all -> all.remove(id));
            add("ord", id);
            add(body.path("state").asText(), id);
        }
        if (id.startsWith("ord_") && body.at("/payment/reference").isTextual()) {
            add("payment", id + " " + body.at("/payment/reference").asText());
        }
        if (id.startsWith("cart_") && body.path("customerId").isTextual()) {
            String customer = body.path("customerId").asText();
            // As it goes into a path without being escaped.
            if (customer.chars().allMatch(c -> c < 0x80 && Character.isLetterOrDigit(c))) {
                add("customer", customer);
            }
        }
        if (path.equals("/v1/products")) {
            body.path("items").forEach(item -> add("sku", item.path("sku").asText()));
            if (body.path("page").has("nextCursor")) {
                add(
                        "page",
                        request.target() + "\n" + body.at("/page/nextCursor").asText());
            }
        } else if (path.startsWith("/v1/products/")) {
            add("sku", body.path("sku").asText());
        } else if (path.equals("/v1/categories")) {
            body.path("items").forEach(item -> add("category", item.path("name").asText()));
        }
    }
}
