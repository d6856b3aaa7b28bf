package io.storegrid.api.http;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Unguessable digits for ids. Thread-safe. */
public final class Entropy {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int BYTES = 16;

    private Entropy() {}

    /** 128 random bits as 32 lower-case hexadecimal digits. */
    public static String digits() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
