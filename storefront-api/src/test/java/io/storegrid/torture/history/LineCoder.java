package io.storegrid.torture.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.storegrid.torture.history.TwoWayCoder.Model;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Codes lines of JSON, both ways, as what differs from what {@link Foresight} expects. Whatever the line says and however wrong
 * the expectation is, what is read is what was written, byte for byte: expectations only make it short. See
 * {@link CompactHistory}.
 */
final class LineCoder {

    /** What comes next. */
    private enum Piece {
        /** The file ends. */
        END,
        /** An event as {@link HistoryWriter} writes it. */
        EVENT,
        /** A line of any bytes. */
        RAW,
        /** The last line, of any bytes and without its line feed. */
        RAW_UNFINISHED
    }

    private enum Type {
        OBJECT,
        ARRAY,
        TEXT,
        NUMBER,
        TRUE,
        FALSE,
        NULL,
        /** A number that is no {@code long}, as text. */
        OTHER
    }

    private enum TextForm {
        WORD,
        KNOWN_ID,
        NEW_ID,
        DIGEST
    }

    /** What a model is for; it is one of its path, this, and the expectation's condition. */
    private enum Use {
        RANK,
        TYPE,
        SIZE,
        SAME_NAMES,
        NAME,
        BASE,
        WORD,
        TEXT_FORM,
        TEXT_LENGTH,
        ID,
        SUFFIX
    }

    /** A place in a line, such as {@code HOLD.row.state}, and all that was learnt about it. */
    private static final class Place {
        private final String path;
        private final Map<String, Place> members = new HashMap<>();
        private final Map<Use, Map<Object, Model>> models = new HashMap<>();
        private final Map<Object, List<String>> names = new HashMap<>();
        private final Vocabulary<String> vocabulary = new Vocabulary<>();
        private final Vocabulary<JsonNode> numbers = new Vocabulary<>();
        private long last;
        private double spentBits;

        Place(String path) {
            this.path = path;
        }

        Place member(String name) {
            return members.computeIfAbsent(name, any -> new Place(path + "." + name));
        }

        Model numbers(Use use, Object condition) {
            return model(use, condition, Model::ofNumbers);
        }

        Model flags(Use use, Object condition) {
            return model(use, condition, Model::ofFlags);
        }

        private Model model(Use use, Object condition, Supplier<Model> fresh) {
            return models.computeIfAbsent(use, any -> new HashMap<>()).computeIfAbsent(condition, any -> fresh.get());
        }
    }

    /** Things numbered in the order of their first occurrence. */
    private static final class Vocabulary<T> {
        private final Map<T, Integer> numbers = new HashMap<>();
        private final List<T> things = new ArrayList<>();

        int number(@Nullable T thing) {
            return thing == null ? -1 : numbers.getOrDefault(thing, -1);
        }

        void add(T thing) {
            if (numbers.putIfAbsent(thing, things.size()) == null) {
                things.add(thing);
            }
        }
    }

    /** A UUIDv7 behind a word, with or without a partition behind it: the store's ids. */
    private static final Pattern ID =
            Pattern.compile("([a-z]{1,8}_)([0-9a-f]{12})7([0-9a-f]{3})([89ab][0-9a-f]{15})(|[0-9a-f]{4})");

    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{16}");
    private static final List<Piece> PIECES = List.of(Piece.values());
    private static final List<Type> TYPES = List.of(Type.values());
    private static final List<TextForm> TEXT_FORMS = List.of(TextForm.values());
    private static final int HEX = 16;
    private static final int HEX_BITS = 4;
    private static final int HIGH_RANDOM_BITS = 12;
    private static final int LOW_RANDOM_BITS = 62;
    private static final long VARIANT = 2L << LOW_RANDOM_BITS;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final int BYTE = 8;
    private static final int BYTE_MASK = 0xFF;
    private static final int LENGTH_SHIFT = 16;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final TwoWayCoder coder;
    private final Foresight foresight = new Foresight();
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Vocabulary<String> ids = new Vocabulary<>();
    private final Place lines = new Place("line");
    private final Map<Integer, Model> characters = new HashMap<>();
    private final CRC32 sum = new CRC32();

    LineCoder(TwoWayCoder coder) {
        this.coder = coder;
    }

    /**
     * Codes one line.
     *
     * @param line with its line feed, where it has one; null to write that there is none, ignored when reading
     * @return the line; null when there is none
     * @throws IOException also when what was read is not what was written
     */
    byte @Nullable [] line(byte @Nullable [] line) throws IOException {
        JsonNode event = line == null ? null : event(line);
        Piece wanted = event != null
                ? Piece.EVENT
                : line == null ? Piece.END : finished(line) ? Piece.RAW : Piece.RAW_UNFINISHED;
        double before = coder.spentBits();
        Piece piece = oneOf(PIECES, lines.numbers(Use.TYPE, ""), wanted);
        lines.spentBits += coder.spentBits() - before;
        byte[] coded = switch (piece) {
            case END -> null;
            case EVENT -> bytes(event(event));
            case RAW, RAW_UNFINISHED -> raw(line == null ? new byte[0] : line, piece == Piece.RAW);
        };
        if (coded != null) {
            sum.update(coded);
        } else if (coder.noise(Integer.SIZE, sum.getValue()) != sum.getValue()) {
            throw new IOException("a compact history that is damaged: its sum is wrong");
        }
        return coded;
    }

    private <T> T oneOf(List<T> all, Model model, T wanted) throws IOException {
        return all.get((int) coder.number(model, all.indexOf(wanted)));
    }

    private static boolean finished(byte[] line) {
        return line.length > 0 && line[line.length - 1] == '\n';
    }

    /** What the line says if it is written as an event is, to the byte. */
    private static @Nullable JsonNode event(byte[] line) {
        try {
            JsonNode event = HistoryWriter.MAPPER.readTree(line);
            return event != null
                            && event.isObject()
                            && event.size() == 2
                            && event.fieldNames().next().equals("event")
                            && event.path("event").isTextual()
                            && event.path("of").isObject()
                            && Arrays.equals(bytes(event), line)
                    ? event
                    : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static byte[] bytes(JsonNode event) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(HistoryWriter.MAPPER.writeValueAsBytes(event));
        bytes.write('\n');
        return bytes.toByteArray();
    }

    private byte[] raw(byte[] line, boolean lineFeed) throws IOException {
        int length = (int) coder.number(lines.numbers(Use.SIZE, ""), line.length - (lineFeed ? 1 : 0));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int previous = 0;
        for (int i = 0; i < length; i++) {
            previous = character(previous, i < line.length ? line[i] & BYTE_MASK : 0);
            bytes.write(previous);
        }
        if (lineFeed) {
            bytes.write('\n');
        }
        return bytes.toByteArray();
    }

    private JsonNode event(@Nullable JsonNode line) throws IOException {
        double before = coder.spentBits();
        String name = word(
                lines,
                foresight.nextLine(),
                line == null ? null : line.path("event").asText());
        lines.spentBits += coder.spentBits() - before;
        foresight.begin(name);
        Place place = places.computeIfAbsent(name, Place::new);
        JsonNode of = value(place, line == null ? null : line.path("of"), null);
        foresight.learn(of);
        ObjectNode event = NODES.objectNode();
        event.put("event", name);
        event.set("of", of);
        return event;
    }

    /**
     * @param value to be written; null when reading
     * @param like what stands at the same place in what the surrounding value is expected to be; null for nothing
     */
    private JsonNode value(Place place, @Nullable JsonNode value, @Nullable JsonNode like) throws IOException {
        double before = coder.spentBits();
        Expectation expected = foresight.expect(place.path);
        if (like != null && expected.candidates().isEmpty()) {
            expected.of(like);
        }
        JsonNode known = candidate(place, value, expected);
        place.spentBits += coder.spentBits() - before;
        JsonNode coded = known == null ? unexpected(place, value, expected) : known;
        foresight.saw(place.path, coded);
        return coded;
    }

    private @Nullable JsonNode candidate(Place place, @Nullable JsonNode value, Expectation expected)
            throws IOException {
        List<JsonNode> candidates = expected.candidates();
        if (candidates.isEmpty()) {
            return null;
        }
        int rank = 0;
        // The last rank says that it is none of them.
        while (value != null && rank < candidates.size() && !same(candidates.get(rank), value)) {
            rank++;
        }
        boolean none = value != null && rank == candidates.size();
        rank = (int) coder.number(place.numbers(Use.RANK, expected.condition()), none ? -1 : rank);
        return rank < 0 ? null : candidates.get(rank);
    }

    /** Equal, also in the order of members, which {@code equals} does not look at. */
    private static boolean same(JsonNode one, JsonNode other) {
        if (!one.equals(other)) {
            return false;
        }
        Iterator<String> names = one.fieldNames();
        Iterator<String> otherNames = other.fieldNames();
        while (names.hasNext()) {
            String name = names.next();
            if (!name.equals(otherNames.next()) || !same(one.path(name), other.path(name))) {
                return false;
            }
        }
        for (int i = 0; one.isArray() && i < one.size(); i++) {
            if (!same(one.path(i), other.path(i))) {
                return false;
            }
        }
        return true;
    }

    private JsonNode unexpected(Place place, @Nullable JsonNode value, Expectation expected) throws IOException {
        double before = coder.spentBits();
        Object condition = expected.condition();
        Type type = oneOf(TYPES, place.numbers(Use.TYPE, condition), value == null ? Type.NULL : type(value));
        JsonNode coded = switch (type) {
            case TRUE -> BooleanNode.TRUE;
            case FALSE -> BooleanNode.FALSE;
            case NULL -> NullNode.instance;
            case NUMBER -> number(place, value, expected);
            case TEXT -> TextNode.valueOf(text(place, value == null ? null : value.asText(), expected));
            case OTHER -> HistoryWriter.MAPPER.readTree(word(place, "", value == null ? null : value.toString()));
            case OBJECT, ARRAY -> null;
        };
        place.spentBits += coder.spentBits() - before;
        if (coded != null) {
            return coded;
        }
        return type == Type.OBJECT ? object(place, value, expected) : array(place, value, condition);
    }

    private static Type type(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> Type.OBJECT;
            case ARRAY -> Type.ARRAY;
            case STRING -> Type.TEXT;
            case BOOLEAN -> value.booleanValue() ? Type.TRUE : Type.FALSE;
            case NULL -> Type.NULL;
            default -> value.isInt() || value.isLong() ? Type.NUMBER : Type.OTHER;
        };
    }

    /** As Jackson reads it: the smallest type that holds it. */
    static JsonNode number(long value) {
        return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
    }

    private JsonNode number(Place place, @Nullable JsonNode value, Expectation expected) throws IOException {
        if (expected.few()) {
            int known = place.numbers.number(value);
            known = (int) coder.number(place.numbers(Use.WORD, expected.condition()), known + 1) - 1;
            if (known >= 0) {
                return place.numbers.things.get(known);
            }
        }
        long base = expected.nearOr(place.last);
        long away = coder.number(
                place.numbers(Use.BASE, expected.condition()), (value == null ? 0 : value.asLong()) - base);
        place.last = base + away;
        JsonNode coded = number(place.last);
        place.numbers.add(coded);
        return coded;
    }

    private JsonNode array(Place place, @Nullable JsonNode value, Object condition) throws IOException {
        int size = (int) coder.number(place.numbers(Use.SIZE, condition), value == null ? 0 : value.size());
        ArrayNode array = NODES.arrayNode();
        for (int i = 0; i < size; i++) {
            array.add(value(place.member("each"), value == null ? null : value.path(i), null));
        }
        return array;
    }

    private JsonNode object(Place place, @Nullable JsonNode value, Expectation expected) throws IOException {
        double before = coder.spentBits();
        List<String> names = names(place, value, expected);
        place.spentBits += coder.spentBits() - before;
        List<String> order = new ArrayList<>(names);
        order.sort(Comparator.comparingInt(Foresight::turn));
        JsonNode like =
                expected.candidates().isEmpty() ? null : expected.candidates().get(0);
        Map<String, JsonNode> members = new HashMap<>();
        for (String name : order) {
            if (expected.table()) {
                foresight.row(name);
            }
            members.put(
                    name,
                    value(
                            place.member(expected.table() ? "*" : name),
                            value == null ? null : value.path(name),
                            like == null ? null : like.get(name)));
        }
        ObjectNode object = NODES.objectNode();
        for (String name : names) {
            object.set(name, members.get(name));
        }
        return object;
    }

    private List<String> names(Place place, @Nullable JsonNode value, Expectation expected) throws IOException {
        List<String> names = new ArrayList<>();
        if (value != null) {
            value.fieldNames().forEachRemaining(names::add);
        }
        List<String> before =
                expected.names() != null ? expected.names() : place.names.getOrDefault(expected.condition(), List.of());
        if (coder.flag(place.flags(Use.SAME_NAMES, expected.condition()), names.equals(before))) {
            return before;
        }
        int size = (int) coder.number(place.numbers(Use.SIZE, expected.condition()), names.size());
        List<String> coded = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            String previous = coded.isEmpty() ? "" : coded.get(i - 1);
            coded.add(word(place, previous, i < names.size() ? names.get(i) : null));
        }
        if (!expected.table()) {
            place.names.put(expected.condition(), coded);
        }
        return coded;
    }

    private String text(Place place, @Nullable String value, Expectation expected) throws IOException {
        Matcher id = ID.matcher(value == null ? "" : value);
        TextForm wanted = TextForm.WORD;
        if (value != null) {
            if (ids.number(value) >= 0) {
                wanted = TextForm.KNOWN_ID;
            } else if (id.matches()) {
                wanted = TextForm.NEW_ID;
            } else if (DIGEST.matcher(value).matches()) {
                wanted = TextForm.DIGEST;
            }
        }
        Object condition = expected.condition();
        TextForm form = oneOf(TEXT_FORMS, place.numbers(Use.TEXT_FORM, condition), wanted);
        return switch (form) {
            case WORD -> word(place, condition, value);
            case KNOWN_ID -> {
                int back = (int)
                        coder.number(place.numbers(Use.ID, condition), ids.things.size() - (long) ids.number(value));
                yield ids.things.get(ids.things.size() - back);
            }
            case NEW_ID -> id(place, id, expected);
            case DIGEST -> {
                long digest = value == null ? 0 : Long.parseUnsignedLong(value, HEX);
                long high = coder.noise(Integer.SIZE, digest >>> Integer.SIZE);
                yield hex(high << Integer.SIZE | coder.noise(Integer.SIZE, digest & 0xFFFF_FFFFL), HEX);
            }
        };
    }

    /** Its moment, which is near another one; its randomness, which cannot be shortened; its partition, which is one of few. */
    private String id(Place place, Matcher id, Expectation expected) throws IOException {
        boolean writes = coder.writes();
        String prefix = word(place, expected.condition(), writes ? id.group(1) : null);
        long near = expected.nearOr(place.last) / MICROS_PER_MILLI;
        long millis = near
                + coder.number(place.numbers(Use.ID, prefix), writes ? Long.parseLong(id.group(2), HEX) - near : 0);
        place.last = millis * MICROS_PER_MILLI;
        long high = coder.noise(HIGH_RANDOM_BITS, writes ? Long.parseLong(id.group(3), HEX) : 0);
        long low = coder.noise(
                LOW_RANDOM_BITS, writes ? Long.parseUnsignedLong(id.group(4), HEX) & (1L << LOW_RANDOM_BITS) - 1 : 0);
        String suffix = word(place.member("suffix"), expected.suffix(), writes ? id.group(5) : null);
        String coded = prefix + hex(millis, HIGH_RANDOM_BITS) + "7" + hex(high, HIGH_RANDOM_BITS / HEX_BITS)
                + hex(low | VARIANT, HEX) + suffix;
        ids.add(coded);
        return coded;
    }

    private static String hex(long value, int digits) {
        String hex = Long.toHexString(value);
        return "0".repeat(digits - hex.length()) + hex;
    }

    /** One of the place's words, or a new one. */
    private String word(Place place, Object condition, @Nullable String value) throws IOException {
        int known = (int) coder.number(place.numbers(Use.WORD, condition), place.vocabulary.number(value) + 1L) - 1;
        if (known >= 0) {
            return place.vocabulary.things.get(known);
        }
        int length = (int) coder.number(place.numbers(Use.TEXT_LENGTH, ""), value == null ? 0 : value.length());
        StringBuilder text = new StringBuilder();
        int previous = 0;
        for (int i = 0; i < length; i++) {
            int wanted = value == null ? 0 : value.charAt(i);
            int high = character(1 << LENGTH_SHIFT | previous, wanted >>> BYTE);
            previous = character(previous, wanted & BYTE_MASK);
            text.append((char) (high << BYTE | previous));
        }
        place.vocabulary.add(text.toString());
        return text.toString();
    }

    private int character(int condition, int value) throws IOException {
        return coder.octet(characters.computeIfAbsent(condition, any -> Model.ofOctets()), value);
    }

    /** Bytes by place, of what was written until now. */
    Map<String, Long> spentBytes() {
        Map<String, Long> spent = new TreeMap<>();
        spent(lines, spent);
        places.values().forEach(place -> spent(place, spent));
        return spent;
    }

    private static void spent(Place place, Map<String, Long> spent) {
        spent.put(place.path, Math.round(place.spentBits / BYTE));
        place.members.values().forEach(member -> spent(member, spent));
    }
}
