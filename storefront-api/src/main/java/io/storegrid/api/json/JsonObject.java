package io.storegrid.api.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the members of one JSON object, one by one, by name. Whatever is wrong is noted with its pointer and a harmless
 * stand-in is returned, so that one reading finds all errors; {@link #done} notes the members that nobody took.
 *
 * <p>A member that may be absent may be {@code null} too: both mean the same. For one thread.
 */
public final class JsonObject {

    private final Map<?, ?> members;
    private final String pointer;
    private final FieldErrors errors;
    private final Set<String> taken = new HashSet<>();
    private final boolean readable;

    private JsonObject(Map<?, ?> members, String pointer, FieldErrors errors, boolean readable) {
        this.members = members;
        this.pointer = pointer;
        this.errors = errors;
        this.readable = readable;
    }

    /** The object that {@code document} is; an empty one, with an error noted, when it is something else. */
    public static JsonObject of(Object document, FieldErrors errors) {
        return at(document, "", errors);
    }

    /** An object without members, for a body that may be left out. */
    public static JsonObject empty(FieldErrors errors) {
        return new JsonObject(Map.of(), "", errors, true);
    }

    private static JsonObject at(Object value, String pointer, FieldErrors errors) {
        if (value instanceof Map<?, ?> members) {
            return new JsonObject(members, pointer, errors, true);
        }
        errors.add(pointer, "must be an object, not " + describe(value));
        return new JsonObject(Map.of(), pointer, errors, false);
    }

    /** Whether the member is there and not null. */
    public boolean has(String name) {
        Object value = members.get(name);
        return value != null && value != StrictJson.Odd.NULL;
    }

    /** Where this member is, as a JSON Pointer. */
    public String pointer(String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** Takes this member for known although nobody asks for it. */
    public @Nullable String skip(String name) {
        taken.add(name);
        return null;
    }

    /** Notes an error of this member. */
    public void refuse(String name, String detail) {
        errors.add(pointer(name), detail);
    }

    /** A line of text of {@code min} to {@code max} characters that says something; empty when refused. */
    public String line(String name, int min, int max) {
        String text = required(name) instanceof String s ? s : "";
        return checkedText(name, text, min, max, false);
    }

    /** Like {@link #line}; null when absent. */
    public @Nullable String optionalLine(String name, int min, int max) {
        return has(name) ? line(name, min, max) : skip(name);
    }

    /** Text of up to {@code max} characters in which lines may end and tabs occur; empty when absent or refused. */
    public String optionalProse(String name, int max) {
        if (!has(name)) {
            taken.add(name);
            return "";
        }
        String text = required(name) instanceof String s ? s : "";
        return checkedText(name, text, 0, max, true);
    }

    /** An integer of {@code min} to {@code max}; {@code min} when refused. */
    public long integer(String name, long min, long max) {
        Object value = required(name);
        if (value == null) {
            return min;
        }
        if (!(value instanceof Long number)) {
            refuse(name, "must be an integer of " + min + " to " + max + ", not " + describe(value));
            return min;
        }
        if (number < min || number > max) {
            refuse(name, "must be " + min + " to " + max + ", is " + number);
            return min;
        }
        return number;
    }

    /** Like {@link #integer}; {@code otherwise} when absent. */
    public long optionalInteger(String name, long min, long max, long otherwise) {
        if (!has(name)) {
            taken.add(name);
            return otherwise;
        }
        return integer(name, min, max);
    }

    /** The object in this member; an empty one when absent, with an error noted, or refused. */
    public JsonObject object(String name) {
        Object value = required(name);
        return value == null
                ? new JsonObject(Map.of(), pointer(name), errors, false)
                : at(value, pointer(name), errors);
    }

    /** The objects in this member's array of {@code min} to {@code max} items. */
    public List<JsonObject> objects(String name, int min, int max) {
        List<JsonObject> objects = new ArrayList<>();
        int index = 0;
        for (Object item : items(name, min, max)) {
            objects.add(at(item, pointer(name) + "/" + index++, errors));
        }
        return objects;
    }

    /** Like {@link #objects}; empty when absent. */
    public List<JsonObject> optionalObjects(String name, int max) {
        if (!has(name)) {
            taken.add(name);
            return List.of();
        }
        return objects(name, 0, max);
    }

    /** The lines of text in this member's array of up to {@code max} items; empty when absent. */
    public List<String> optionalLines(String name, int max, int lengthMax) {
        if (!has(name)) {
            taken.add(name);
            return List.of();
        }
        List<String> lines = new ArrayList<>();
        int index = 0;
        for (Object item : items(name, 0, max)) {
            String at = pointer(name) + "/" + index++;
            if (item instanceof String text) {
                String fault = faultOf(text, 1, lengthMax, false);
                if (fault == null) {
                    lines.add(text);
                } else {
                    errors.add(at, fault);
                }
            } else {
                errors.add(at, "must be text, not " + describe(item));
            }
        }
        return lines;
    }

    /** The names and texts in this member's object of up to {@code max} members; empty when absent. */
    public Map<String, String> optionalTexts(String name, int max, int nameLengthMax, int textLengthMax) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!has(name)) {
            taken.add(name);
            return texts;
        }
        JsonObject object = object(name);
        if (object.members.size() > max) {
            refuse(name, "has " + object.members.size() + " members, at most " + max + " are allowed");
            return texts;
        }
        for (Object key : object.members.keySet()) {
            String member = (String) key;
            String fault = faultOf(member, 1, nameLengthMax, false);
            if (fault != null) {
                object.refuse(member, "has a name that " + fault);
            }
            texts.put(member, object.line(member, 0, textLengthMax));
        }
        return texts;
    }

    /** Notes every member that was not taken. */
    public void done() {
        if (!readable) {
            return;
        }
        for (Object name : members.keySet()) {
            if (!taken.contains((String) name)) {
                refuse((String) name, "is not a member that is known here");
            }
        }
    }

    private List<?> items(String name, int min, int max) {
        Object value = required(name);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items)) {
            refuse(name, "must be an array, not " + describe(value));
            return List.of();
        }
        if (items.size() < min || items.size() > max) {
            refuse(name, "must have " + min + " to " + max + " items, has " + items.size());
            return List.of();
        }
        return items;
    }

    private @Nullable Object required(String name) {
        taken.add(name);
        if (has(name)) {
            return members.get(name);
        }
        if (readable) {
            refuse(name, "is required");
        }
        return null;
    }

    private String checkedText(String name, String text, int min, int max, boolean prose) {
        Object value = members.get(name);
        if (!has(name)) {
            return "";
        }
        if (!(value instanceof String)) {
            refuse(name, "must be text, not " + describe(value));
            return "";
        }
        String fault = faultOf(text, min, max, prose);
        if (fault != null) {
            refuse(name, fault);
            return "";
        }
        return text;
    }

    private static @Nullable String faultOf(String text, int min, int max, boolean prose) {
        int length = text.codePointCount(0, text.length());
        if (length < min || length > max) {
            return "must have " + min + " to " + max + " characters, has " + length;
        }
        if (min > 0 && text.isBlank()) {
            return "must not be blank";
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) && !(prose && (c == '\n' || c == '\t'))) {
                return String.format("must not have control characters, has U+%04X", (int) c);
            }
            if (Character.isSurrogate(c)) {
                if (Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1))) {
                    i++;
                } else {
                    return String.format("must not have half a character, has U+%04X", (int) c);
                }
            }
        }
        return null;
    }

    private static String describe(@Nullable Object value) {
        if (value instanceof StrictJson.Odd odd) {
            return odd.description();
        }
        if (value instanceof String) {
            return "text";
        }
        if (value instanceof Long) {
            return "an integer";
        }
        if (value instanceof Boolean) {
            return "a boolean";
        }
        return value instanceof List ? "an array" : "an object";
    }
}
