package io.storegrid.api.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 over what makes two requests equal under one idempotency key: method, path and the body's bytes. */
public final class Fingerprints {

    private Fingerprints() {}

    /** A digest that has taken method and path in and waits for the body. */
    public static MessageDigest begun(Context ctx) {
        MessageDigest digest = sha256();
        digest.update(ctx.method().name().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        digest.update(ctx.path().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
        return digest;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
