package io.storegrid.api.catalogue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.gateway.ImportLineParser.ParsedLine;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Product;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProductJsonTest {

    private static final String NEEDED =
            "\"sku\":\"QUI-001\",\"title\":\"Quindim\",\"category\":\"Doces\",\"price\":{\"amountMinor\":850,\"currency\":\"BRL\"}";

    private final ProductJson json = new ProductJson();

    private ParsedLine parse(String text) {
        return json.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsALine() {
        ParsedLine line =
                parse("{" + NEEDED + ",\"description\":\"De coco.\\nFresco.\",\"attributes\":{\"peso\":\"60 g\"},"
                        + "\"mediaUrls\":[\"/m/q.webp\",\"https://cdn.example/q.webp\"],\"onHand\":12}");
        Product product = Objects.requireNonNull(line.product());
        assertEquals("QUI-001", product.sku());
        assertEquals("De coco.\nFresco.", product.description());
        assertEquals("60 g", product.attributes().get("peso"));
        assertEquals(List.of("/m/q.webp", "https://cdn.example/q.webp"), product.mediaUrls());
        assertEquals(12, line.onHand());
        assertEquals(-1, parse("{" + NEEDED + "}").onHand());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}{}", "{\"sku\":\"A\",\"sku\":\"A\"}", "\u0000"})
    void refusesLinesThatAreNoJson(String text) {
        ParsedLine line = parse(text);
        assertNull(line.product());
        assertEquals("malformed-json", line.code());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"onHand\":-1",
                "\"onHand\":1.0",
                "\"onHand\":1000000001",
                "\"onHand\":\"5\"",
                "\"stock\":5",
                "\"mediaUrls\":[\"http:///x\"]",
                "\"mediaUrls\":[\"https://user:secret@host/x\"]",
                "\"mediaUrls\":[\"/a b\"]",
                "\"mediaUrls\":[\"relative\"]",
                "\"mediaUrls\":[\"/\\\\elsewhere\"]",
                "\"attributes\":{\"\":\"x\"}",
                "\"attributes\":{\"a\\u0007\":\"x\"}",
                "\"description\":\"a\\u0000\""
            })
    void refusesMembers(String member) {
        ParsedLine line = parse("{" + NEEDED + "," + member + "}");
        assertNull(line.product(), member);
        assertEquals("validation-failed", line.code());
        assertTrue(line.detail().startsWith("/"), line.detail());
    }

    @Test
    void keepsEveryLimit() {
        assertLimit("title", Limits.TITLE_LENGTH_MAX);
        assertLimit("category", Limits.CATEGORY_LENGTH_MAX);
        assertLimit("description", Limits.DESCRIPTION_LENGTH_MAX);
        assertLimit("sku", Limits.SKU_LENGTH_MAX);
        assertNotNull(
                parse(with("attributes", attributes(Limits.ATTRIBUTES_MAX))).product());
        assertNull(
                parse(with("attributes", attributes(Limits.ATTRIBUTES_MAX + 1))).product());
        assertNotNull(parse(with("mediaUrls", urls(Limits.MEDIA_URLS_MAX))).product());
        assertNull(parse(with("mediaUrls", urls(Limits.MEDIA_URLS_MAX + 1))).product());
        assertNotNull(parse(with("price", price(Limits.PRICE_MINOR_MAX))).product());
        assertNull(parse(with("price", price(Limits.PRICE_MINOR_MAX + 1))).product());
    }

    @Test
    void saysAllThatIsWrongInOneLine() {
        assertEquals(
                "/sku is required; /title must be text, not an integer; /category is required; /price is required",
                parse("{\"title\":1}").detail());
        assertEquals("the line must be an object, not an array", parse("[]").detail());
    }

    private void assertLimit(String member, int max) {
        assertNotNull(parse(with(member, "\"" + "x".repeat(max) + "\"")).product(), member);
        assertNull(parse(with(member, "\"" + "x".repeat(max + 1) + "\"")).product(), member);
    }

    private static String with(String member, String value) {
        StringBuilder line = new StringBuilder("{\"" + member + "\":" + value);
        if (!member.equals("sku")) {
            line.append(",\"sku\":\"A\"");
        }
        if (!member.equals("title")) {
            line.append(",\"title\":\"t\"");
        }
        if (!member.equals("category")) {
            line.append(",\"category\":\"c\"");
        }
        if (!member.equals("price")) {
            line.append(",\"price\":").append(price(1));
        }
        return line.append('}').toString();
    }

    private static String attributes(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"a" + i + "\":\"v\"")
                .collect(Collectors.joining(",", "{", "}"));
    }

    private static String urls(int count) {
        return IntStream.range(0, count).mapToObj(i -> "\"/m/" + i + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    private static String price(long amount) {
        return "{\"amountMinor\":" + amount + ",\"currency\":\"BRL\"}";
    }
}
