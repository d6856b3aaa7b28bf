package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problems;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Sku;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of one request, read strictly: a parameter that is unknown, repeated or no UTF-8 is refused with 400. A
 * parameter with an empty value counts as absent, because that is what an empty field of a search form sends.
 */
public final class QueryParameters {

    /** Items a page when the caller does not say. */
    public static final int LIMIT_DEFAULT = 50;

    /** Items a page at most. */
    public static final int LIMIT_MAX = 200;

    private static final int TEXT_LENGTH_MAX = 200;
    private static final int NANOS_A_MICRO = 1_000;

    private static final Pattern MOMENT =
            Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(?:\\.\\d{1,9})?(?:Z|[+-]\\d{2}:\\d{2})");

    private final Map<String, String> values;

    private QueryParameters(Map<String, String> values) {
        this.values = values;
    }

    /** The parameters of {@code ctx}, which may only have {@code known} ones. */
    public static QueryParameters of(Context ctx, String... known) {
        return of(ctx.queryString(), known);
    }

    /** The parameters in {@code query}, the raw text behind the question mark; null for none. */
    static QueryParameters of(@Nullable String query, String... known) {
        Map<String, String> values = new LinkedHashMap<>();
        if (query != null && !query.isEmpty()) {
            Set<String> names = Set.of(known);
            for (String pair : query.split("&", -1)) {
                if (pair.isEmpty()) {
                    continue;
                }
                int equals = pair.indexOf('=');
                String name = decoded(equals < 0 ? pair : pair.substring(0, equals), "query");
                if (!names.contains(name)) {
                    throw Problems.invalidParameter(
                                    name,
                                    names.isEmpty() ? "is not known here" : "is not one of " + String.join(", ", known))
                            .exception();
                }
                String value = equals < 0 ? "" : decoded(pair.substring(equals + 1), name);
                if (values.put(name, value) != null) {
                    throw Problems.invalidParameter(name, "appears more than once")
                            .exception();
                }
            }
        }
        return new QueryParameters(values);
    }

    /** A text of at most 200 characters without control characters; null when absent. */
    public @Nullable String text(String name) {
        String value = values.get(name);
        if (value == null || value.isBlank()) {
            return null;
        }
        if (value.codePointCount(0, value.length()) > TEXT_LENGTH_MAX
                || value.chars().anyMatch(Character::isISOControl)) {
            throw Problems.invalidParameter(
                            name,
                            "must have at most " + TEXT_LENGTH_MAX + " characters, none of them control characters")
                    .exception();
        }
        return value;
    }

    /** A moment in RFC 3339, microseconds since the epoch, digits behind the sixth left out; empty when absent. */
    public OptionalLong moment(String name) {
        String value = raw(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        if (MOMENT.matcher(value).matches()) {
            try {
                Instant instant = OffsetDateTime.parse(value).toInstant();
                return OptionalLong.of(
                        TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / NANOS_A_MICRO);
            } catch (DateTimeParseException e) {
                throw notAMoment(name);
            }
        }
        throw notAMoment(name);
    }

    private static RuntimeException notAMoment(String name) {
        return Problems.invalidParameter(
                        name, "must be a time such as 2026-03-30T18:00:00Z; the + of an offset is sent as %2B")
                .exception();
    }

    /** The value as sent; null when absent. */
    public @Nullable String raw(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Items a page, 1…200. */
    public int limit() {
        String value = raw("limit");
        if (value == null) {
            return LIMIT_DEFAULT;
        }
        boolean digits = value.length() <= 3 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        int limit = digits ? Integer.parseInt(value) : 0;
        if (limit < 1 || limit > LIMIT_MAX) {
            throw Problems.invalidParameter("limit", "must be 1 to " + LIMIT_MAX)
                    .exception();
        }
        return limit;
    }

    /** SKUs separated by commas, each once, in the order given; empty when absent. */
    public List<String> skus() {
        String value = raw("skus");
        if (value == null) {
            return List.of();
        }
        String[] named = value.split(",", -1);
        if (named.length > Limits.READ_SKUS_MAX) {
            throw Problems.invalidParameter("skus", "must name at most " + Limits.READ_SKUS_MAX)
                    .exception();
        }
        Set<String> skus = new LinkedHashSet<>(List.of(named));
        for (String sku : skus) {
            if (!Sku.isValid(sku)) {
                throw Problems.invalidParameter("skus", "must be SKUs of the form " + Sku.FORM + " between commas")
                        .exception();
            }
        }
        return new ArrayList<>(skus);
    }

    /** The value that {@code choices} has for the parameter; {@code otherwise} when absent. */
    public <T> T choice(String name, Map<String, T> choices, T otherwise) {
        String value = raw(name);
        if (value == null) {
            return otherwise;
        }
        T chosen = choices.get(value);
        if (chosen == null) {
            throw Problems.invalidParameter(
                            name,
                            "must be one of "
                                    + String.join(
                                            ", ",
                                            choices.keySet().stream().sorted().toList()))
                    .exception();
        }
        return chosen;
    }

    private static String decoded(String text, String name) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '+') {
                bytes.write(' ');
            } else if (c == '%') {
                int high = digit(text, i + 1);
                int low = digit(text, i + 2);
                if (high < 0 || low < 0) {
                    throw Problems.invalidParameter(name, "is not percent-encoded UTF-8")
                            .exception();
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw Problems.invalidParameter(name, "is not percent-encoded UTF-8")
                    .exception();
        }
    }

    private static int digit(String text, int at) {
        return at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
    }
}
