package io.storegrid.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads one JSON document (RFC 8259) and nothing else: UTF-8 only, no member twice, nothing behind the document, at most
 * {@link #DEPTH_MAX} levels.
 *
 * <p>The result is made of {@link Map}, {@link List}, {@link String}, {@link Long}, {@link Boolean} and {@link Odd}. A
 * number with a fraction or an exponent stays apart from an integer of the same value, so that {@code 1.0} and {@code
 * 1e3} can be refused where a count is meant. Thread-safe.
 */
public final class StrictJson {

    /** Levels of nesting; the deepest body of the contract has four. */
    public static final int DEPTH_MAX = 16;

    /** Digits and sign of any {@code long}; longer integers are never converted, whatever their length. */
    private static final int LONG_DIGITS_MAX = 20;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(DEPTH_MAX)
                    // The size of the body is the bound; a long number is a refusal with a pointer, not a malformed
                    // body.
                    .maxNumberLength(Integer.MAX_VALUE)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** A value that no member of the contract takes, kept apart so that the refusal can say what it was. */
    public enum Odd {
        NULL("null"),
        FRACTION("a number with a fraction or an exponent"),
        HUGE("an integer beyond 64 bits");

        private final String description;

        Odd(String description) {
            this.description = description;
        }

        /** What it is, for people. */
        public String description() {
            return description;
        }
    }

    private StrictJson() {}

    /** The document in {@code utf8}. */
    public static Object parse(byte[] utf8) throws MalformedJson {
        CharBuffer text = decode(utf8);
        try (JsonParser parser = FACTORY.createParser(text.array(), text.arrayOffset(), text.length())) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new MalformedJson("The body is empty.");
            }
            Object document = value(parser, first);
            if (parser.nextToken() != null) {
                throw new MalformedJson("Something follows the document" + at(parser) + ".");
            }
            return document;
        } catch (JsonProcessingException e) {
            throw new MalformedJson(firstLine(e.getOriginalMessage()) + at(e));
        } catch (IOException e) {
            throw new IllegalStateException("reading from memory failed", e);
        }
    }

    private static CharBuffer decode(byte[] utf8) throws MalformedJson {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new MalformedJson("The body is not UTF-8.");
        }
    }

    private static Object value(JsonParser parser, JsonToken token) throws IOException, MalformedJson {
        return switch (token) {
            case START_OBJECT -> object(parser);
            case START_ARRAY -> array(parser);
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> Odd.NULL;
            case VALUE_NUMBER_FLOAT -> Odd.FRACTION;
            case VALUE_NUMBER_INT -> integer(parser);
            default -> throw new MalformedJson("Unexpected " + token + at(parser) + ".");
        };
    }

    private static Object integer(JsonParser parser) throws IOException {
        if (parser.getTextLength() > LONG_DIGITS_MAX) {
            return Odd.HUGE;
        }
        try {
            return Long.valueOf(parser.getText());
        } catch (NumberFormatException e) {
            return Odd.HUGE;
        }
    }

    private static Map<String, Object> object(JsonParser parser) throws IOException, MalformedJson {
        Map<String, Object> members = new LinkedHashMap<>();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            if (members.put(name, value(parser, parser.nextToken())) != null) {
                throw new MalformedJson("Member '" + name + "' appears twice" + at(parser) + ".");
            }
        }
        return members;
    }

    private static List<Object> array(JsonParser parser) throws IOException, MalformedJson {
        List<Object> items = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            items.add(value(parser, token));
        }
        return items;
    }

    private static String at(JsonParser parser) {
        return " (line " + parser.currentLocation().getLineNr() + ", column "
                + parser.currentLocation().getColumnNr() + ")";
    }

    private static String at(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static String firstLine(String message) {
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }
}
