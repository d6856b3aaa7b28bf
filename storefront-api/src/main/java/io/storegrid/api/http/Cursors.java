package io.storegrid.api.http;

import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.domain.LedgerMark;
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
 * <p>Layout: version (1), digest of the query (8), length of the sort value (2), sort value, SKU, digest of all that (8). In a
 * ledger: version (1), digest of the SKU (8), the next entry's version and the stock that it left (24), digest of all that.
 */
public final class Cursors {

    private static final byte VERSION = 1;
    private static final int DIGEST_BYTES = 8;
    private static final int HEADER_BYTES = 1 + DIGEST_BYTES + Short.BYTES;
    private static final int LEDGER_BYTES = 1 + DIGEST_BYTES + 3 * Long.BYTES;

    /** A price, or another number, as we write it; more digits would be none that a {@code long} has. */
    private static final Pattern PRICE = Pattern.compile("0|[1-9][0-9]{0,17}");

    /** Holds the longest place there is, 600 UTF-16 units of a title and a SKU, and leaves room in the request's line. */
    private static final int TEXT_LENGTH_MAX = 2_560;

    private Cursors() {}

    /**
     * A place in a list: behind the item with this sort value and key.
     *
     * @param value what the list is sorted by, as text
     * @param key what tells items of one value apart
     */
    public record Place(String value, String key) {}

    /** The text for {@code position} in {@code query}. */
    public static String of(ProductQuery query, ProductQuery.Position position) {
        return of(parts(query), position.value(), position.sku());
    }

    /**
     * The text for a place in the list that {@code query} asks for.
     *
     * @param query everything that says which list it is, in a fixed order
     */
    public static String of(List<String> query, String sortValue, String key) {
        byte[] value = sortValue.getBytes(StandardCharsets.UTF_8);
        byte[] last = key.getBytes(StandardCharsets.UTF_8);
        byte[] body = ByteBuffer.allocate(HEADER_BYTES + value.length + last.length)
                .put(VERSION)
                .put(digest(query))
                .putShort((short) value.length)
                .put(value)
                .put(last)
                .array();
        return sealed(body);
    }

    /** The position that {@code cursor} stands for; 400 when it was changed or belongs to another query. */
    public static ProductQuery.Position position(ProductQuery query, String cursor) {
        Place place = place(parts(query), cursor);
        if (!sorts(query.sort(), place.value())) {
            throw invalid();
        }
        return new ProductQuery.Position(place.value(), place.key());
    }

    /** The place that {@code cursor} stands for; 400 when it was changed or belongs to another query. */
    public static Place place(List<String> query, String cursor) {
        ByteBuffer in = opened(cursor, digest(query));
        int valueLength = in.getShort();
        if (valueLength < 0 || valueLength > in.remaining()) {
            throw invalid();
        }
        byte[] value = new byte[valueLength];
        in.get(value);
        byte[] key = new byte[in.remaining()];
        in.get(key);
        return new Place(new String(value, StandardCharsets.UTF_8), new String(key, StandardCharsets.UTF_8));
    }

    /** The number that a sort value is; 400 when it is none. */
    public static long number(String value) {
        if (!PRICE.matcher(value).matches()) {
            throw invalid();
        }
        return Long.parseLong(value);
    }

    /** The text for the place behind which a page of {@code sku}'s ledger begins. */
    public static String ofLedger(String sku, LedgerMark mark) {
        byte[] body = ByteBuffer.allocate(LEDGER_BYTES)
                .put(VERSION)
                .put(ledgerDigest(sku))
                .putLong(mark.version())
                .putLong(mark.onHand())
                .putLong(mark.reserved())
                .array();
        return sealed(body);
    }

    /** The place that {@code cursor} stands for; 400 when it was changed or belongs to another SKU or list. */
    public static LedgerMark ledgerMark(String sku, String cursor) {
        ByteBuffer in = opened(cursor, ledgerDigest(sku));
        if (in.remaining() != LEDGER_BYTES - 1 - DIGEST_BYTES) {
            throw invalid();
        }
        LedgerMark mark = new LedgerMark(in.getLong(), in.getLong(), in.getLong());
        if (mark.version() < 1) {
            throw invalid();
        }
        return mark;
    }

    /** {@code body} and its checksum as text. */
    private static String sealed(byte[] body) {
        byte[] all = Arrays.copyOf(body, body.length + DIGEST_BYTES);
        System.arraycopy(checksum(body), 0, all, body.length, DIGEST_BYTES);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    }

    /** What stands behind version and list of a cursor that nobody changed and that is of the list {@code of}; 400 otherwise. */
    private static ByteBuffer opened(String cursor, byte[] of) {
        byte[] all = bytes(cursor);
        byte[] body = Arrays.copyOf(all, all.length - DIGEST_BYTES);
        byte[] sum = Arrays.copyOfRange(all, body.length, all.length);
        ByteBuffer in = ByteBuffer.wrap(body);
        if (!Arrays.equals(sum, checksum(body)) || in.get() != VERSION) {
            throw invalid();
        }
        byte[] list = new byte[DIGEST_BYTES];
        in.get(list);
        if (!Arrays.equals(list, of)) {
            throw invalid();
        }
        return in;
    }

    private static byte[] ledgerDigest(String sku) {
        MessageDigest digest = Fingerprints.sha256();
        digest.update("ledger ".getBytes(StandardCharsets.UTF_8));
        return Arrays.copyOf(digest.digest(sku.getBytes(StandardCharsets.UTF_8)), DIGEST_BYTES);
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

    private static List<String> parts(ProductQuery query) {
        return List.of(
                query.sort().name(),
                query.category() == null ? "-" : "=" + query.category(),
                query.text() == null ? "-" : "=" + query.text(),
                String.join(",", query.skus()));
    }

    private static byte[] digest(List<String> query) {
        MessageDigest digest = Fingerprints.sha256();
        for (String part : query) {
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
