package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.json.JsonText;

/** Writes what succeeded. Thread-safe. */
public final class Replies {

    /** {@code Cache-Control} for what anyone may keep for a minute: lists of the catalogue. */
    public static final String FOR_A_MINUTE = "public, max-age=60";

    /** {@code Cache-Control} for what may be kept but must be asked for each time: one product. */
    public static final String ASK_FIRST = "no-cache";

    /** {@code Cache-Control} for what changes by the moment or is somebody's own. */
    public static final String NEVER = "no-store";

    private Replies() {}

    /** {@code view} as JSON. */
    public static void json(Context ctx, int status, String cacheControl, Object view) {
        ctx.status(status)
                .contentType("application/json")
                .header("Cache-Control", cacheControl)
                .result(JsonText.of(view));
    }
}
