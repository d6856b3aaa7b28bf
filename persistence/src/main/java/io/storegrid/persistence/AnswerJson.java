package io.storegrid.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The form in which an {@link Answer} lies in the idempotency record: JSON, so that an operator can read it and a later
 * version of ours too. Members that are absent are null; unknown ones are skipped.
 *
 * <p>Not recorded are the refused lines of an import, whose commands carry no key (its journal keeps them), and whether an
 * answer is a replay, which is said of the reading and not of the record.
 */
public final class AnswerJson {

    private static final JsonFactory FACTORY = new JsonFactory();
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private AnswerJson() {}

    /** The answer as one line of JSON, without its outcome, which has a column of its own. */
    public static String write(Answer answer) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("at", answer.atMicros());
            if (answer.ref() != null) {
                json.writeStringField("ref", answer.ref());
            }
            if (answer.currentVersion() != 0) {
                json.writeNumberField("currentVersion", answer.currentVersion());
            }
            if (!answer.shortages().isEmpty()) {
                json.writeArrayFieldStart("shortages");
                for (Shortage shortage : answer.shortages()) {
                    json.writeStartArray();
                    json.writeString(shortage.sku());
                    json.writeNumber(shortage.requested());
                    json.writeNumber(shortage.available());
                    json.writeEndArray();
                }
                json.writeEndArray();
            }
            Reservation reservation = answer.reservation();
            if (reservation != null) {
                write(json, reservation);
            }
            InventoryItem item = answer.inventory();
            if (item != null) {
                json.writeObjectFieldStart("inventory");
                json.writeStringField("sku", item.sku());
                json.writeNumberField("onHand", item.onHand());
                json.writeNumberField("reserved", item.reserved());
                json.writeNumberField("version", item.version());
                json.writeEndObject();
            }
            Cart cart = answer.cart();
            if (cart != null) {
                write(json, cart);
            }
            Order order = answer.order();
            if (order != null) {
                json.writeFieldName("order");
                OrderRow.write(json, order);
            }
            Product product = answer.product();
            if (product != null) {
                json.writeFieldName("product");
                ProductRow.write(json, product);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new InvariantViolation("an answer could not be written to memory: " + e.getMessage());
        }
        return text.toString();
    }

    /** The answer that {@link #write} wrote. */
    public static Answer read(String outcome, String body) {
        JsonNode root;
        try {
            root = MAPPER.readTree(body);
        } catch (IOException e) {
            throw new InvariantViolation("an idempotency record holds no answer: " + e.getMessage());
        }
        Answer answer = Answer.of(Outcome.valueOf(outcome), root.path("at").asLong())
                .withRef(text(root, "ref"))
                .withCurrentVersion(root.path("currentVersion").asLong());
        List<Shortage> shortages = new ArrayList<>();
        for (JsonNode shortage : root.path("shortages")) {
            shortages.add(new Shortage(
                    shortage.get(0).asText(),
                    shortage.get(1).asLong(),
                    shortage.get(2).asLong()));
        }
        answer = answer.withShortages(shortages);
        if (root.has("reservation")) {
            answer = answer.withReservation(reservation(root.get("reservation")));
        }
        if (root.has("inventory")) {
            JsonNode item = root.get("inventory");
            answer = answer.withInventory(new InventoryItem(
                    item.get("sku").asText(),
                    item.get("onHand").asLong(),
                    item.get("reserved").asLong(),
                    item.get("version").asLong()));
        }
        if (root.has("cart")) {
            answer = answer.withCart(cart(root.get("cart")));
        }
        if (root.has("order")) {
            answer = answer.withOrder(OrderRow.read(root.get("order")));
        }
        if (root.has("product")) {
            answer = answer.withProduct(ProductRow.read(root.get("product")));
        }
        return answer;
    }

    private static void write(JsonGenerator json, Reservation reservation) throws IOException {
        json.writeObjectFieldStart("reservation");
        json.writeStringField("id", reservation.id());
        json.writeStringField("state", reservation.state().name());
        if (reservation.cartId() != null) {
            json.writeStringField("cartId", reservation.cartId());
        }
        if (reservation.orderId() != null) {
            json.writeStringField("orderId", reservation.orderId());
        }
        json.writeNumberField("createdAt", reservation.createdAtMicros());
        json.writeNumberField("expiresAt", reservation.expiresAtMicros());
        json.writeNumberField("version", reservation.version());
        json.writeArrayFieldStart("lines");
        for (ReservationLine line : reservation.lines()) {
            json.writeStartArray();
            json.writeString(line.sku());
            json.writeNumber(line.quantity());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static Reservation reservation(JsonNode node) {
        List<ReservationLine> lines = new ArrayList<>();
        for (JsonNode line : node.path("lines")) {
            lines.add(new ReservationLine(line.get(0).asText(), line.get(1).asInt()));
        }
        return new Reservation(
                node.get("id").asText(),
                HoldState.valueOf(node.get("state").asText()),
                text(node, "cartId"),
                text(node, "orderId"),
                lines,
                node.get("createdAt").asLong(),
                node.get("expiresAt").asLong(),
                node.get("version").asLong());
    }

    private static void write(JsonGenerator json, Cart cart) throws IOException {
        json.writeObjectFieldStart("cart");
        json.writeStringField("id", cart.id());
        json.writeBooleanField("deleted", cart.deleted());
        json.writeStringField("currency", cart.currency());
        if (cart.customerId() != null) {
            json.writeStringField("customerId", cart.customerId());
        }
        if (cart.reservationId() != null) {
            json.writeStringField("reservationId", cart.reservationId());
        }
        if (cart.holdRenewals() != 0) {
            json.writeNumberField("holdRenewals", cart.holdRenewals());
        }
        if (cart.orderId() != null) {
            json.writeStringField("orderId", cart.orderId());
        }
        json.writeNumberField("version", cart.version());
        json.writeNumberField("createdAt", cart.createdAtMicros());
        json.writeNumberField("updatedAt", cart.updatedAtMicros());
        json.writeNumberField("expiresAt", cart.expiresAtMicros());
        json.writeArrayFieldStart("lines");
        for (CartLine line : cart.lines()) {
            json.writeStartArray();
            json.writeString(line.sku());
            json.writeNumber(line.quantity());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static Cart cart(JsonNode node) {
        List<CartLine> lines = new ArrayList<>();
        for (JsonNode line : node.path("lines")) {
            lines.add(new CartLine(line.get(0).asText(), line.get(1).asInt()));
        }
        return new Cart(
                node.get("id").asText(),
                node.get("deleted").asBoolean(),
                node.get("currency").asText(),
                text(node, "customerId"),
                lines,
                text(node, "reservationId"),
                node.path("holdRenewals").asInt(),
                text(node, "orderId"),
                node.get("version").asLong(),
                node.get("createdAt").asLong(),
                node.get("updatedAt").asLong(),
                node.get("expiresAt").asLong());
    }

    private static @Nullable String text(JsonNode node, String member) {
        JsonNode value = node.path(member);
        return value.isMissingNode() || value instanceof NullNode ? null : value.asText();
    }
}
