package io.storegrid.persistence;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The parts of a product's row that are JSON. */
final class ProductRow {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ProductRow() {}

    static String attributes(Product product) {
        return json(product.attributes());
    }

    static String mediaUrls(Product product) {
        return json(product.mediaUrls());
    }

    static Map<String, String> attributes(String json) {
        Map<String, String> attributes = new TreeMap<>();
        parse(json)
                .properties()
                .forEach(
                        entry -> attributes.put(entry.getKey(), entry.getValue().asText()));
        return attributes;
    }

    static List<String> mediaUrls(String json) {
        List<String> urls = new ArrayList<>();
        parse(json).forEach(url -> urls.add(url.asText()));
        return urls;
    }

    static void write(JsonGenerator json, Product product) throws IOException {
        json.writeStartObject();
        json.writeStringField("sku", product.sku());
        json.writeStringField("title", product.title());
        json.writeStringField("description", product.description());
        json.writeStringField("category", product.category());
        json.writeNumberField("priceMinor", product.price().amountMinor());
        json.writeStringField("currency", product.price().currency());
        json.writeFieldName("attributes");
        json.writeRawValue(attributes(product));
        json.writeFieldName("mediaUrls");
        json.writeRawValue(mediaUrls(product));
        if (product.maxPerOrder() != 0) {
            json.writeNumberField("maxPerOrder", product.maxPerOrder());
        }
        json.writeBooleanField("archived", product.archived());
        json.writeNumberField("version", product.version());
        json.writeNumberField("updatedAt", product.updatedAtMicros());
        json.writeEndObject();
    }

    static Product read(JsonNode node) {
        return new Product(
                node.get("sku").asText(),
                node.get("title").asText(),
                node.get("description").asText(),
                node.get("category").asText(),
                new Money(node.get("priceMinor").asLong(), node.get("currency").asText()),
                attributes(node.get("attributes").toString()),
                mediaUrls(node.get("mediaUrls").toString()),
                node.path("maxPerOrder").asInt(),
                node.get("archived").asBoolean(),
                node.get("version").asLong(),
                node.get("updatedAt").asLong());
    }

    private static String json(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("a product's row could not be written: " + e.getMessage());
        }
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvariantViolation("a product's row holds no JSON: " + e.getMessage());
        }
    }
}
