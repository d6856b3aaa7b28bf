package io.storegrid.api.events;

import com.fasterxml.jackson.databind.util.RawValue;
import io.storegrid.api.json.JsonText;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.OrderEntry;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.StoreEvent;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Events as CloudEvents 1.0 in JSON, on one line. {@code source} and {@code id} together name an event; {@code sequence} is
 * the version of its aggregate, as the extension of that name has it: a text.
 */
public final class CloudEvents {

    private static final String MEDIA_TYPE = "application/json";

    private CloudEvents() {}

    /** An event of the outbox; its id is its position. */
    public static byte[] json(PublishedEvent event) {
        return json(
                event.position().text(),
                source(event.type(), event.subject()),
                event.type(),
                event.subject(),
                event.atMicros(),
                event.subjectSeq(),
                new RawValue(event.data().replace('\n', ' ').replace('\r', ' ')));
    }

    /** Stock as it is now, in the form of the event that made it so. */
    static byte[] json(InventoryItem item, long nowMicros) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("sku", item.sku());
        data.put("onHand", item.onHand());
        data.put("reserved", item.reserved());
        data.put("available", item.available());
        return json(
                "state-" + item.sku() + "-" + item.version(),
                source(StoreEvent.INVENTORY_CHANGED, item.sku()),
                StoreEvent.INVENTORY_CHANGED,
                item.sku(),
                nowMicros,
                item.version(),
                data);
    }

    /** One version of an order. */
    static byte[] json(String orderId, OrderEntry entry) {
        return json(
                orderId + "-" + entry.version(),
                source(entry.type(), orderId),
                entry.type(),
                orderId,
                entry.atMicros(),
                entry.version(),
                OrderEntryView.of(entry));
    }

    private static byte[] json(
            String id, String source, String type, String subject, long atMicros, long sequence, Object data) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("specversion", "1.0");
        event.put("id", id);
        event.put("source", source);
        event.put("type", type);
        event.put("subject", subject);
        event.put("time", JsonText.time(atMicros));
        event.put("datacontenttype", MEDIA_TYPE);
        event.put("sequence", Long.toString(sequence));
        event.put("data", data);
        return JsonText.of(event);
    }

    /** The path of the aggregate; ids and SKUs have no character that a path would have to escape. */
    private static String source(String type, String subject) {
        return switch (PublishedEvent.family(type)) {
            case "order" -> "/v1/orders/" + subject;
            case "product" -> "/v1/products/" + subject;
            case "reservation" -> "/v1/reservations/" + subject;
            default -> "/v1/inventory/" + subject;
        };
    }
}
