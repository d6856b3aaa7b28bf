package io.storegrid.compute.command;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Unguessable digits for ids that grow with time: a UUIDv7 without its dashes (RFC 9562). What was made at about the same
 * time lies together in PostgreSQL's indexes, so new rows go to their last pages; the 74 random bits are what cannot be
 * guessed. Thread-safe.
 */
public final class Entropy {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TIME_BYTES = 6;
    private static final int BYTES = 16;
    private static final int VERSION_AT = 6;
    private static final int VARIANT_AT = 8;

    private Entropy() {}

    /** Milliseconds since the epoch, version, variant and 74 random bits as 32 lower-case hexadecimal digits. */
    public static String digits() {
        return digits(System.currentTimeMillis());
    }

    static String digits(long millis) {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        for (int i = 0; i < TIME_BYTES; i++) {
            bytes[i] = (byte) (millis >>> ((TIME_BYTES - 1 - i) * Byte.SIZE));
        }
        bytes[VERSION_AT] = (byte) ((bytes[VERSION_AT] & 0x0f) | 0x70);
        bytes[VARIANT_AT] = (byte) ((bytes[VARIANT_AT] & 0x3f) | 0x80);
        return HexFormat.of().formatHex(bytes);
    }
}
