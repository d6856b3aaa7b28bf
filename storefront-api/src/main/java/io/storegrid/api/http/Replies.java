package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.json.JsonText;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes what succeeded. Thread-safe. */
public final class Replies {

    /** {@code Cache-Control} for what anyone may keep for a minute: lists of the catalogue. */
    public static final String FOR_A_MINUTE = "public, max-age=60";

    /** {@code Cache-Control} for what may be kept but must be asked for each time: one product. */
    public static final String ASK_FIRST = "no-cache";

    /** {@code Cache-Control} for what changes by the moment or is somebody's own. */
    public static final String NEVER = "no-store";

    private static final Logger LOG = LoggerFactory.getLogger(Replies.class);

    private Replies() {}

    /** {@code view} as JSON, to be called last. */
    public static void json(Context ctx, int status, String cacheControl, Object view) {
        bytes(ctx, status, cacheControl, JsonText.of(view));
    }

    /**
     * JSON that is rendered already, to be called last. Written straight to the response: given a result, Javalin compares its ETag
     * with If-None-Match and answers 304 of its own accord, also where price or stock moved under the same version.
     */
    public static void bytes(Context ctx, int status, String cacheControl, byte[] json) {
        ctx.status(status).contentType("application/json").header("Cache-Control", cacheControl);
        try {
            ctx.outputStream().write(json);
        } catch (IOException e) {
            // Nobody is left to be told; the server closes the connection.
            LOG.debug("Reply broke off [path={}]", ctx.path(), e);
        }
    }
}
