package io.storegrid.persistence;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Payment;
import io.storegrid.domain.PaymentState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parts of an order's rows that are JSON. */
final class OrderRow {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private OrderRow() {}

    /** {@code [[sku, title, quantity, unitPriceMinor], …]}. */
    static String lines(Order order) {
        return text(linesNode(order));
    }

    static List<OrderLine> lines(String json) {
        return lines(parse(json));
    }

    static @Nullable String address(Map<String, String> address) {
        if (address.isEmpty()) {
            return null;
        }
        return text(MAPPER.valueToTree(address));
    }

    static Map<String, String> address(@Nullable String json) {
        Map<String, String> address = new TreeMap<>();
        if (json != null) {
            parse(json)
                    .properties()
                    .forEach(part -> address.put(part.getKey(), part.getValue().asText()));
        }
        return address;
    }

    static void write(JsonGenerator json, Order order) throws IOException {
        Payment payment = order.payment();
        json.writeStartObject();
        json.writeStringField("id", order.id());
        json.writeStringField("state", order.state().name());
        json.writeStringField("cartId", order.cartId());
        json.writeStringField("reservationId", order.reservationId());
        json.writeFieldName("lines");
        json.writeRawValue(lines(order));
        json.writeNumberField("totalMinor", order.total().amountMinor());
        json.writeStringField("currency", order.total().currency());
        json.writeStringField("payment", payment.state().name());
        json.writeStringField("method", payment.method());
        json.writeStringField("reference", payment.reference());
        Money received = payment.received();
        if (received != null) {
            json.writeNumberField("receivedMinor", received.amountMinor());
        }
        if (order.checkoutKey() != null) {
            json.writeStringField("checkoutKey", order.checkoutKey());
        }
        json.writeNumberField("version", order.version());
        json.writeNumberField("createdAt", order.createdAtMicros());
        json.writeNumberField("updatedAt", order.updatedAtMicros());
        json.writeNumberField("payBy", order.payByMicros());
        json.writeEndObject();
    }

    static Order read(JsonNode node) {
        String currency = node.get("currency").asText();
        JsonNode received = node.path("receivedMinor");
        JsonNode key = node.path("checkoutKey");
        return new Order(
                node.get("id").asText(),
                OrderState.valueOf(node.get("state").asText()),
                node.get("cartId").asText(),
                node.get("reservationId").asText(),
                lines(node.get("lines")),
                new Money(node.get("totalMinor").asLong(), currency),
                new Payment(
                        PaymentState.valueOf(node.get("payment").asText()),
                        node.get("method").asText(),
                        node.get("reference").asText(),
                        received.isMissingNode() ? null : new Money(received.asLong(), currency)),
                key.isMissingNode() ? null : key.asText(),
                node.get("version").asLong(),
                node.get("createdAt").asLong(),
                node.get("updatedAt").asLong(),
                node.get("payBy").asLong());
    }

    private static ArrayNode linesNode(Order order) {
        ArrayNode lines = JsonNodeFactory.instance.arrayNode();
        for (OrderLine line : order.lines()) {
            lines.addArray()
                    .add(line.sku())
                    .add(line.title())
                    .add(line.quantity())
                    .add(line.unitPriceMinor());
        }
        return lines;
    }

    private static List<OrderLine> lines(JsonNode array) {
        List<OrderLine> lines = new ArrayList<>();
        for (JsonNode line : array) {
            lines.add(new OrderLine(
                    line.get(0).asText(),
                    line.get(1).asText(),
                    line.get(2).asInt(),
                    line.get(3).asLong()));
        }
        return lines;
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("an order's row could not be written: " + e.getMessage());
        }
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("an order's row holds no JSON: " + e.getMessage());
        }
    }
}
