package io.storegrid.api.http;

import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.gateway.ProductQuery;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Turns a place in a list into an opaque text and back. The text carries a version, the query it belongs to and a
 * checksum, so that a changed cursor, or one of another query, is refused instead of leading somewhere else.
 *
 * <p>The checksum guards against mistakes, not against a determined forger: a cursor gives access to nothing that the
 * same query without a cursor would not. So it needs no secret, and every node can read every node's cursors.
 *
 * <p>Layout: version (1), digest of the query (8), length of the sort value (2), sort value, SKU, digest of all that (8).
 */
public final class Cursors {

    private static final byte VERSION = 1;
    private static final int DIGEST_BYTES = 8;
    private static final int HEADER_BYTES = 1 + DIGEST_BYTES + Short.BYTES;

    /** A price as we write it; more digits would be none that a {@code long} has. */
    private static final Pattern PRICE = Pattern.compile("0|[1-9][0-9]{0,17}");

    /** Holds the longest place there is, 600 UTF-16 units of a title and a SKU, and leaves room in the request's line. */
    private static final int TEXT_LENGTH_MAX = 2_560;

    private Cursors() {}

    /** The text for {@code position} in {@code query}. */
    public static String of(ProductQuery query, ProductQuery.Position position) {
        byte[] value = position.value().getBytes(StandardCharsets.UTF_8);
        byte[] sku = position.sku().getBytes(StandardCharsets.UTF_8);
        byte[] body = ByteBuffer.allocate(HEADER_BYTES + value.length + sku.length)
                .put(VERSION)
                .put(digest(query))
                .putShort((short) value.length)
                .put(value)
                .put(sku)
                .array();
        byte[] all = Arrays.copyOf(body, body.length + DIGEST_BYTES);
        System.arraycopy(checksum(body), 0, all, body.length, DIGEST_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /** The position that {@code cursor} stands for; 400 when it was changed or belongs to another query. */
    public static ProductQuery.Position position(ProductQuery query, String cursor) {
        byte[] all = bytes(cursor);
        byte[] body = Arrays.copyOf(all, all.length - DIGEST_BYTES);
        byte[] sum = Arrays.copyOfRange(all, body.length, all.length);
        ByteBuffer in = ByteBuffer.wrap(body);
        if (!Arrays.equals(sum, checksum(body)) || in.get() != VERSION) {
            throw invalid();
        }
        byte[] of = new byte[DIGEST_BYTES];
        in.get(of);
        int valueLength = in.getShort();
        if (!Arrays.equals(of, digest(query)) || valueLength < 0 || valueLength > in.remaining()) {
            throw invalid();
        }
        byte[] value = new byte[valueLength];
        in.get(value);
        byte[] sku = new byte[in.remaining()];
        in.get(sku);
        ProductQuery.Position position = new ProductQuery.Position(
                new String(value, StandardCharsets.UTF_8), new String(sku, StandardCharsets.UTF_8));
        if (!sorts(query.sort(), position.value())) {
            throw invalid();
        }
        return position;
    }

    /** Whether the catalogue can look for {@code value}: a checksum that anybody can compute vouches for nothing. */
    private static boolean sorts(ProductQuery.Sort sort, String value) {
        return switch (sort) {
            case SKU, TITLE -> true;
            case PRICE_ASCENDING, PRICE_DESCENDING -> PRICE.matcher(value).matches();
        };
    }

    private static byte[] bytes(String cursor) {
        if (cursor.length() > TEXT_LENGTH_MAX) {
            throw invalid();
        }
        try {
            byte[] all = Base64.getUrlDecoder().decode(cursor);
            // The decoder overlooks padding and unused bits; only the text that we would write is ours.
            boolean ours = all.length >= HEADER_BYTES + DIGEST_BYTES
                    && Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(all)
                            .equals(cursor);
            if (ours) {
                return all;
            }
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        throw invalid();
    }

    private static byte[] digest(ProductQuery query) {
        MessageDigest digest = Fingerprints.sha256();
        List<String> parts = List.of(
                query.sort().name(),
                query.category() == null ? "-" : "=" + query.category(),
                query.text() == null ? "-" : "=" + query.text(),
                String.join(",", query.skus()));
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return Arrays.copyOf(digest.digest(), DIGEST_BYTES);
    }

    private static byte[] checksum(byte[] body) {
        MessageDigest digest = Fingerprints.sha256();
        digest.update("storegrid cursor".getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(body), DIGEST_BYTES);
    }

    private static RuntimeException invalid() {
        return Problem.of(ProblemCode.INVALID_CURSOR).exception();
    }
}
