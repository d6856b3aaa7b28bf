package io.storegrid.persistence;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import java.io.IOException;
import java.io.StringWriter;
import org.jspecify.annotations.Nullable;

/** The data of events as JSON, in the words of the contract. There is no person in any. */
public final class EventData {

    private static final JsonFactory FACTORY = new JsonFactory();

    private EventData() {}

    /** @param detail for people; left out when null */
    public static String of(Order order, @Nullable String detail) {
        return object(json -> {
            json.writeStringField("orderId", order.id());
            json.writeStringField("state", order.state().name());
            json.writeStringField("cartId", order.cartId());
            json.writeStringField("reservationId", order.reservationId());
            json.writeArrayFieldStart("lines");
            for (OrderLine line : order.lines()) {
                json.writeStartObject();
                json.writeStringField("sku", line.sku());
                json.writeNumberField("quantity", line.quantity());
                money(
                        json,
                        "unitPrice",
                        new Money(line.unitPriceMinor(), order.total().currency()));
                json.writeEndObject();
            }
            json.writeEndArray();
            money(json, "total", order.total());
            json.writeStringField("paymentState", order.payment().state().name());
            if (detail != null) {
                json.writeStringField("detail", detail);
            }
        });
    }

    public static String ofPayment(Order order) {
        return object(json -> {
            json.writeStringField("orderId", order.id());
            json.writeStringField("state", order.payment().state().name());
            json.writeStringField("method", order.payment().method());
            money(json, "total", order.total());
            Money received = order.payment().received();
            if (received != null) {
                money(json, "received", received);
            }
        });
    }

    public static String of(Product product) {
        return object(json -> {
            json.writeStringField("sku", product.sku());
            json.writeStringField("title", product.title());
            json.writeStringField("category", product.category());
            money(json, "price", product.price());
            json.writeBooleanField("archived", product.archived());
        });
    }

    /** @param before the hold that ran out */
    public static String ofExpired(Reservation before) {
        return object(json -> {
            json.writeStringField("reservationId", before.id());
            if (before.cartId() != null) {
                json.writeStringField("cartId", before.cartId());
            }
            if (before.orderId() != null) {
                json.writeStringField("orderId", before.orderId());
            }
            json.writeArrayFieldStart("lines");
            for (ReservationLine line : before.lines()) {
                json.writeStartObject();
                json.writeStringField("sku", line.sku());
                json.writeNumberField("quantity", line.quantity());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private static String object(Members members) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new InvariantViolation("an event could not be written to memory: " + e.getMessage());
        }
        return text.toString();
    }

    private static void money(JsonGenerator json, String name, Money money) throws IOException {
        json.writeObjectFieldStart(name);
        json.writeNumberField("amountMinor", money.amountMinor());
        json.writeStringField("currency", money.currency());
        json.writeEndObject();
    }
}
