package io.storegrid.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the store's answers must say: each check takes an answer and gives {@link #SOUND}, or what is wrong in words.
 * Nothing but text in and text out, so that each can be shown a planted lie.
 */
final class Books {

    static final String SOUND = "sound";

    private static final ObjectMapper JSON = new ObjectMapper();

    private Books() {}

    /** {@code /v1/admin/invariants}: all were checked, all hold. */
    static String invariants(String body) {
        JsonNode answer = parse(body);
        List<String> wrong = new ArrayList<>();
        for (JsonNode item : answer.path("items")) {
            if (item.path("violations").asLong(-1) != 0) {
                wrong.add(item.path("name").asText() + " (" + item.path("claim").asText() + ") has "
                        + item.path("violations") + " violations, such as " + item.path("examples"));
            }
        }
        if (answer.path("items").isEmpty()) {
            wrong.add("no invariant was checked");
        }
        if (!answer.path("hold").asBoolean() && wrong.isEmpty()) {
            wrong.add("the invariants do not hold");
        }
        return verdict(wrong);
    }

    /** {@code /v1/admin/reconcile}: no copy in the grid is ahead of the database. */
    static String reconciled(String body) {
        JsonNode answer = parse(body);
        List<String> wrong = new ArrayList<>();
        expect(wrong, "ahead", 0, answer.path("ahead").asLong(-1));
        if (answer.path("compared").asLong() <= 0) {
            wrong.add("nothing was compared");
        }
        return verdict(wrong);
    }

    /**
     * {@code /v1/inventory/{sku}} after a drop: as many were sold as there were, or as many as wanted one, and each sold
     * unit is held.
     *
     * @param units put up for sale
     * @param asked shoppers who wanted one each
     * @param sold of them who were told that it is theirs
     * @param refused of them who were told that it is sold out
     */
    static String drop(String body, long units, long asked, long sold, long refused) {
        JsonNode stock = parse(body);
        long due = Math.min(units, asked);
        List<String> wrong = new ArrayList<>();
        expect(wrong, "sold", due, sold);
        expect(wrong, "refused", asked - due, refused);
        expect(wrong, "reserved", due, stock.path("reserved").asLong(-1));
        expect(wrong, "available", units - due, stock.path("available").asLong(-1));
        expect(wrong, "onHand", units, stock.path("onHand").asLong(-1));
        return verdict(wrong);
    }

    /** {@code /v1/inventory/{sku}}: about this SKU, and it adds up. */
    static String stock(String body, String sku) {
        JsonNode stock = parse(body);
        long onHand = stock.path("onHand").asLong(-1);
        long reserved = stock.path("reserved").asLong(-1);
        List<String> wrong = new ArrayList<>();
        if (!stock.path("sku").asText().equals(sku)) {
            wrong.add("asked for " + sku + " and got " + stock.path("sku"));
        }
        if (reserved < 0 || reserved > onHand) {
            wrong.add("reserved is " + reserved + " of " + onHand);
        }
        expect(wrong, "available", onHand - reserved, stock.path("available").asLong(-1));
        return verdict(wrong);
    }

    /** {@code /v1/reservations/{id}}: the state and the lines that were promised. */
    static String reservation(String body, Tally.Promise promise) {
        JsonNode reservation = parse(body);
        List<String> wrong = new ArrayList<>();
        if (!reservation.path("id").asText().equals(promise.reservationId())) {
            wrong.add("asked for " + promise.reservationId() + " and got " + reservation.path("id"));
        }
        if (!reservation.path("state").asText().equals(promise.state())) {
            wrong.add("state is " + reservation.path("state").asText("missing") + ", not " + promise.state());
        }
        lines(wrong, reservation, promise.lines());
        return verdict(wrong);
    }

    /** {@code /v1/carts/{id}}: exactly the lines that the shopper put there. */
    static String cart(String body, Map<String, Integer> lines) {
        List<String> wrong = new ArrayList<>();
        lines(wrong, parse(body), lines);
        return verdict(wrong);
    }

    /** A page of {@code /v1/products}: something, not too much, and of this category unless that is empty. */
    static String page(String body, int limit, String category) {
        JsonNode items = parse(body).path("items");
        List<String> wrong = new ArrayList<>();
        if (items.isEmpty() || items.size() > limit) {
            wrong.add("the page has " + items.size() + " products, asked for " + limit);
        }
        for (JsonNode item : items) {
            if (!category.isEmpty() && !item.path("category").asText().equals(category)) {
                wrong.add(item.path("sku").asText() + " is of " + item.path("category") + ", not of " + category);
            }
        }
        return verdict(wrong);
    }

    static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no JSON: " + body, e);
        }
    }

    private static void lines(List<String> wrong, JsonNode answer, Map<String, Integer> promised) {
        Map<String, Integer> lines = new TreeMap<>();
        answer.path("lines")
                .forEach(line -> lines.merge(
                        line.path("sku").asText(), line.path("quantity").asInt(), Integer::sum));
        if (!lines.equals(promised)) {
            wrong.add("lines are " + lines + ", not " + new TreeMap<>(promised));
        }
    }

    private static void expect(List<String> wrong, String what, long due, long found) {
        if (due != found) {
            wrong.add(what + " is " + found + ", not " + due);
        }
    }

    private static String verdict(List<String> wrong) {
        return wrong.isEmpty() ? SOUND : String.join("; ", wrong);
    }
}
