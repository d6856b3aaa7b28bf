package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.domain.Limits;
import java.security.MessageDigest;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads {@code Idempotency-Key}: 1…255 visible ASCII characters, once. Thread-safe. */
public final class IdempotencyKeys {

    /** The header. */
    public static final String HEADER = "Idempotency-Key";

    private IdempotencyKeys() {}

    /** Refuses a request without a valid key, before its body is looked at. */
    public static void require(Context ctx) {
        if (text(ctx) == null) {
            throw required("The header " + HEADER + " is missing.");
        }
    }

    /** The request's key; one is needed. */
    public static CommandKey required(Context ctx, byte[] body) {
        CommandKey key = optional(ctx, body);
        if (key == null) {
            throw required("The header " + HEADER + " is missing.");
        }
        return key;
    }

    /** The request's key; null when it has none. One that is there must be valid. */
    public static @Nullable CommandKey optional(Context ctx, byte[] body) {
        String key = text(ctx);
        if (key == null) {
            return null;
        }
        MessageDigest digest = Fingerprints.begun(ctx);
        return new CommandKey(key, digest.digest(body));
    }

    /** The request's key with a digest that has taken the whole body in. */
    public static CommandKey required(Context ctx, MessageDigest digest) {
        String key = text(ctx);
        if (key == null) {
            throw required("The header " + HEADER + " is missing.");
        }
        return new CommandKey(key, digest.digest());
    }

    private static @Nullable String text(Context ctx) {
        List<String> sent = Collections.list(ctx.req().getHeaders(HEADER));
        if (sent.isEmpty()) {
            return null;
        }
        String key = sent.get(0);
        if (sent.size() > 1) {
            throw required("The header " + HEADER + " appears more than once.");
        }
        if (key.isEmpty() || key.length() > Limits.KEY_LENGTH_MAX || !VisibleAscii.only(key)) {
            throw required(
                    "The header " + HEADER + " must have 1 to " + Limits.KEY_LENGTH_MAX + " visible ASCII characters.");
        }
        return key;
    }

    private static RuntimeException required(String detail) {
        return Problem.of(ProblemCode.IDEMPOTENCY_KEY_REQUIRED, detail).exception();
    }
}
