package io.storegrid.torture.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.OrderState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One definitive answer: a success or a refusal.
 *
 * @param attempt the sending that it answers
 * @param replayed whether the node said that it comes from the record of an earlier request
 * @param digest of what equal answers have in common: the body without the request's id, and of a cart without what the
 *     catalogue and the stock of the moment add to it
 * @param reservation the hold's id, of an order the id of the hold that it pays for; empty for none
 * @param state the hold's state, also where it is the reason of a refusal
 * @param createdMicros of the hold or the order; 0 for none
 * @param expiresMicros of the hold; 0 for none
 * @param cart the cart's id, of a hold or an order the id of the cart that it was made for; empty for none
 * @param adjustment the adjustment's id; empty for none
 * @param version of the hold, the cart or the order; 0 for none
 * @param lines units by SKU, of a hold, a cart or an order
 * @param stock by SKU
 * @param shortages by SKU, of a refusal for want of stock
 * @param order the order's id, also where it is the reason of a refusal; empty for none
 * @param orderState the order's state, also where it is the reason of a refusal
 */
public record Answer(
        Attempt attempt,
        boolean replayed,
        String digest,
        String reservation,
        @Nullable HoldState state,
        long createdMicros,
        long expiresMicros,
        String cart,
        String adjustment,
        long version,
        SortedMap<String, Integer> lines,
        SortedMap<String, Stock> stock,
        SortedMap<String, Shortage> shortages,
        String order,
        @Nullable OrderState orderState) {

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();
    private static final List<String> OF_THE_MOMENT = List.of("requestId", "total", "reservationId");
    private static final List<String> OF_THE_MOMENT_IN_A_LINE =
            List.of("title", "unitPrice", "lineTotal", "available", "inStock");
    private static final int DIGEST_CHARS = 16;

    /** Units of one SKU. */
    public record Stock(long onHand, long reserved, long version) {}

    /** Why a request was refused for want of one SKU. */
    public record Shortage(long requested, long available) {}

    public Answer {
        lines = Collections.unmodifiableSortedMap(new TreeMap<>(lines));
        stock = Collections.unmodifiableSortedMap(new TreeMap<>(stock));
        shortages = Collections.unmodifiableSortedMap(new TreeMap<>(shortages));
        // Histories that were written before there were orders have no such member.
        order = Objects.requireNonNullElse(order, "");
    }

    /** One that is about no order. */
    public Answer(
            Attempt attempt,
            boolean replayed,
            String digest,
            String reservation,
            @Nullable HoldState state,
            long createdMicros,
            long expiresMicros,
            String cart,
            String adjustment,
            long version,
            SortedMap<String, Integer> lines,
            SortedMap<String, Stock> stock,
            SortedMap<String, Shortage> shortages) {
        this(
                attempt,
                replayed,
                digest,
                reservation,
                state,
                createdMicros,
                expiresMicros,
                cart,
                adjustment,
                version,
                lines,
                stock,
                shortages,
                "",
                null);
    }

    /** HTTP's status. */
    public int status() {
        return attempt.status();
    }

    /** The problem code; empty for a success. */
    public String code() {
        return attempt.code();
    }

    /** Whether what was asked for was done. */
    public boolean done() {
        return attempt.status() / 100 == 2;
    }

    /**
     * Reads a response as the REST contract describes it.
     *
     * @param replayed whether it had {@code Idempotency-Replayed: true}
     * @param body JSON; empty for none
     */
    public static Answer of(Attempt attempt, boolean replayed, String body) {
        JsonNode json;
        try {
            json = MAPPER.readTree(body.isEmpty() ? "{}" : body);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + body, e);
        }
        String id = json.path("id").asText();
        SortedMap<String, Integer> lines = new TreeMap<>();
        json.path("lines")
                .forEach(line -> lines.merge(
                        line.path("sku").asText(), line.path("quantity").asInt(), Integer::sum));
        SortedMap<String, Shortage> shortages = new TreeMap<>();
        json.path("shortages")
                .forEach(shortage -> shortages.put(
                        shortage.path("sku").asText(),
                        new Shortage(
                                shortage.path("requested").asLong(),
                                shortage.path("available").asLong())));
        boolean ofACart = id.startsWith("cart_");
        String order = id.startsWith("ord_") ? id : json.path("orderId").asText();
        String state = json.path("state").asText();
        return new Answer(
                attempt,
                replayed,
                digest(json),
                id.startsWith("rsv_") ? id : json.path("reservationId").asText(),
                order.isEmpty() && !state.isEmpty() ? HoldState.valueOf(state) : null,
                micros(json.path("createdAt")),
                micros(json.path("expiresAt")),
                ofACart ? id : json.path("cartId").asText(),
                json.path("adjustmentId").asText(),
                json.has("onHand") ? 0 : json.path("version").asLong(),
                lines,
                stock(json.has("inventory") ? json.path("inventory") : json),
                shortages,
                order,
                order.isEmpty() || state.isEmpty() ? null : OrderState.valueOf(state));
    }

    private static SortedMap<String, Stock> stock(JsonNode item) {
        SortedMap<String, Stock> stock = new TreeMap<>();
        if (item.has("onHand")) {
            stock.put(
                    item.path("sku").asText(),
                    new Stock(
                            item.path("onHand").asLong(),
                            item.path("reserved").asLong(),
                            item.path("version").asLong()));
        }
        return stock;
    }

    private static long micros(JsonNode time) {
        return time.isTextual() ? ChronoUnit.MICROS.between(Instant.EPOCH, Instant.parse(time.asText())) : 0;
    }

    private static String digest(JsonNode json) {
        JsonNode kept = json.deepCopy();
        if (kept instanceof ObjectNode object) {
            object.remove(OF_THE_MOMENT);
            if (object.path("id").asText().startsWith("cart_")) {
                object.path("lines").forEach(line -> {
                    if (line instanceof ObjectNode one) {
                        one.remove(OF_THE_MOMENT_IN_A_LINE);
                    }
                });
            }
        }
        try {
            // Through a map: the order of members is no part of an answer.
            String text = MAPPER.writeValueAsString(kept.isObject() ? MAPPER.convertValue(kept, Map.class) : kept);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARS);
        } catch (IOException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("no digest of " + json, e);
        }
    }
}
