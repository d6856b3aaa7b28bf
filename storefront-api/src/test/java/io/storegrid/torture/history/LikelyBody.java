package io.storegrid.torture.history;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The response's body that an answer was probably read from, as far as {@link Answer#digest()} looks at it. A digest that is
 * right need not be stored; one that is not costs eight bytes. A copy of what responses looked like, on purpose: those that
 * were written down do not change when responses do.
 */
final class LikelyBody {

    private static final int DIGEST_CHARS = 16;

    private LikelyBody() {}

    /**
     * The digest of a hold or a cart; null of anything else.
     *
     * @param lines units by SKU; a cart's are in another order when they were not added in this one
     */
    static @Nullable String digest(
            String reservation,
            String state,
            String cart,
            long createdMicros,
            long expiresMicros,
            long cartLifeMicros,
            long version,
            JsonNode lines) {
        if (createdMicros == 0 || !lines.isObject()) {
            return null;
        }
        List<Map<String, Object>> units = new ArrayList<>();
        lines.fieldNames()
                .forEachRemaining(sku -> units.add(new TreeMap<>(
                        Map.of("sku", sku, "quantity", lines.path(sku).asInt()))));
        Map<String, Object> body = new TreeMap<>(Map.of(
                "createdAt",
                time(createdMicros),
                "expiresAt",
                time(expiresMicros),
                "version",
                version,
                "lines",
                units));
        if (state.isEmpty()) {
            body.put("id", cart);
            body.put("currency", "BRL");
            body.put("updatedAt", time(expiresMicros - cartLifeMicros));
        } else {
            body.put("id", reservation);
            body.put("state", state);
            if (!cart.isEmpty()) {
                body.put("cartId", cart);
            }
        }
        try {
            byte[] text = HistoryWriter.MAPPER.writeValueAsString(body).getBytes(StandardCharsets.UTF_8);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text);
            return HexFormat.of().formatHex(hash).substring(0, DIGEST_CHARS);
        } catch (JsonProcessingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException("no digest of " + body, e);
        }
    }

    private static String time(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).toString();
    }
}
