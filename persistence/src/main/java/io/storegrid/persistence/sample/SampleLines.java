package io.storegrid.persistence.sample;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The form of a sample line: one JSON object as the import takes it, members always in the same order. Reads only what it
 * wrote itself; lines of strangers are parsed by the HTTP side, strictly.
 */
final class SampleLines {

    private static final ObjectMapper JSON = new ObjectMapper();

    private SampleLines() {}

    /** UTF-8, without a line end. */
    static byte[] write(SampleItem item) {
        Product product = item.product();
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("sku", product.sku());
            json.writeStringField("title", product.title());
            json.writeStringField("description", product.description());
            json.writeStringField("category", product.category());
            json.writeObjectFieldStart("price");
            json.writeNumberField("amountMinor", product.price().amountMinor());
            json.writeStringField("currency", product.price().currency());
            json.writeEndObject();
            json.writeObjectFieldStart("attributes");
            for (Map.Entry<String, String> attribute : product.attributes().entrySet()) {
                json.writeStringField(attribute.getKey(), attribute.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("mediaUrls");
            for (String url : product.mediaUrls()) {
                json.writeString(url);
            }
            json.writeEndArray();
            json.writeNumberField("onHand", item.onHand());
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    static SampleItem read(String line) throws IOException {
        JsonNode json = JSON.readTree(line);
        Map<String, String> attributes = new TreeMap<>();
        json.required("attributes")
                .properties()
                .forEach(
                        entry -> attributes.put(entry.getKey(), entry.getValue().textValue()));
        List<String> mediaUrls = new ArrayList<>();
        json.required("mediaUrls").forEach(url -> mediaUrls.add(url.textValue()));
        JsonNode price = json.required("price");
        Product product = new Product(
                json.required("sku").textValue(),
                json.required("title").textValue(),
                json.required("description").textValue(),
                json.required("category").textValue(),
                new Money(
                        price.required("amountMinor").longValue(),
                        price.required("currency").textValue()),
                attributes,
                mediaUrls,
                0,
                false,
                0,
                0);
        return new SampleItem(product, json.required("onHand").longValue());
    }
}
