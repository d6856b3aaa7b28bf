package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.json.FieldErrors;
import io.storegrid.api.json.JsonObject;
import io.storegrid.api.json.MalformedJson;
import io.storegrid.api.json.StrictJson;
import io.storegrid.api.problem.Problem;
import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.jetty.http.HttpException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes bodies off the wire, within bounds, and hands them to the strict reader. Thread-safe. */
public final class RequestBodies {

    /** Bytes of a JSON body; a cart of a hundred lines has some six thousand. */
    public static final int JSON_BYTES_MAX = 1 << 20;

    /** The attribute of the servlet context that says, as a {@link BooleanSupplier}, whether its server is stopping. */
    public static final String STOPPING = RequestBodies.class.getName() + ".stopping";

    private static final int DISCARD_BYTES_MAX = 4 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(RequestBodies.class);

    /** Request attribute: bytes of body that were read, a {@link Long}. */
    static final String BYTES_READ = "storegrid.body-bytes";

    private static final Set<String> JSON = Set.of("application/json");

    private RequestBodies() {}

    /** A JSON body's bytes; one is needed. */
    public static byte[] json(Context ctx) {
        requireMediaType(ctx, JSON);
        byte[] body = read(ctx);
        if (body.length == 0) {
            throw Problem.of(ProblemCode.MALFORMED_JSON, "The body is empty.").exception();
        }
        return body;
    }

    /** A JSON body's bytes; none when the request has no body. */
    public static byte[] optionalJson(Context ctx) {
        byte[] body = read(ctx);
        if (body.length > 0) {
            requireMediaType(ctx, JSON);
        }
        return body;
    }

    /** No bytes; refuses a request that has a body where none is meant. */
    public static byte[] none(Context ctx) {
        byte[] body = read(ctx);
        if (body.length > 0) {
            throw Problem.of(ProblemCode.MALFORMED_REQUEST, "This request takes no body.")
                    .exception();
        }
        return body;
    }

    /**
     * What {@code reading} makes of the body's one object; an absent body is an object without members.
     *
     * @throws io.storegrid.api.problem.ProblemException 400 or 422, with all errors of the body
     */
    public static <T> T parsed(byte[] body, Function<JsonObject, T> reading) {
        FieldErrors errors = new FieldErrors();
        JsonObject object;
        if (body.length == 0) {
            object = JsonObject.empty(errors);
        } else {
            try {
                object = JsonObject.of(StrictJson.parse(body), errors);
            } catch (MalformedJson e) {
                throw Problem.of(ProblemCode.MALFORMED_JSON, e.detail()).exception();
            }
        }
        T read = reading.apply(object);
        object.done();
        if (!errors.isEmpty()) {
            throw Problems.validationFailed(errors).exception();
        }
        return read;
    }

    /** Refuses a body that is not of one of {@code accepted}, not in UTF-8, or compressed. */
    public static void requireMediaType(Context ctx, Set<String> accepted) {
        String encoding = ctx.header("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            throw unsupported("Content-Encoding " + encoding + " is not taken.");
        }
        String header = ctx.header("Content-Type");
        if (header == null) {
            throw unsupported("A Content-Type is needed: one of " + accepted + ".");
        }
        String[] parts = header.split(";", -1);
        if (!accepted.contains(parts[0].trim().toLowerCase(Locale.ROOT))) {
            throw unsupported("Content-Type " + parts[0].trim() + " is not one of " + accepted + ".");
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].trim().toLowerCase(Locale.ROOT).replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                throw unsupported("Only UTF-8 is taken.");
            }
        }
    }

    /** Refuses a body that says it is longer than {@code bytesMax} before a byte of it is read. */
    public static void requireLength(Context ctx, long bytesMax) {
        if (ctx.req().getContentLengthLong() > bytesMax) {
            throw tooLarge(ctx, bytesMax);
        }
    }

    /** The refusal of a body of more than {@code bytesMax}. */
    public static RuntimeException tooLarge(Context ctx, long bytesMax) {
        ctx.header("Connection", "close");
        discardLittle(ctx);
        return Problem.of(ProblemCode.PAYLOAD_TOO_LARGE, "The body has more than " + bytesMax + " bytes.")
                .with("maxBytes", bytesMax)
                .exception();
    }

    /**
     * Reads away the rest of a body when that is little: a connection that is closed over unread bytes is reset, and a client
     * that is still sending would lose the very answer that tells it why.
     */
    private static void discardLittle(Context ctx) {
        if (ctx.req().getContentLengthLong() > DISCARD_BYTES_MAX || ctx.header("Expect") != null) {
            return;
        }
        byte[] buffer = new byte[8 * 1024];
        try {
            InputStream rest = ctx.req().getInputStream();
            int left = DISCARD_BYTES_MAX;
            int length = 0;
            while (left > 0 && length >= 0) {
                length = rest.read(buffer);
                left -= length;
            }
        } catch (IOException e) {
            LOG.debug("The rest of a body that is too large could not be read away", e);
        }
    }

    /** The answer to a body that could not be read to its end: badly framed, too slow, or its caller went away. */
    public static RuntimeException brokenOff(Context ctx, IOException e) {
        ctx.header("Connection", "close");
        boolean badlyFramed = e instanceof HttpException || e.getCause() instanceof HttpException;
        if (!badlyFramed
                && ctx.req().getServletContext().getAttribute(STOPPING) instanceof BooleanSupplier stopping
                && stopping.getAsBoolean()) {
            // A server that stops gives a connection up soon that is silent for a moment: not its caller's doing.
            return Problem.of(ProblemCode.DRAINING).exception();
        }
        return Problem.of(badlyFramed ? ProblemCode.MALFORMED_REQUEST : ProblemCode.REQUEST_TIMEOUT)
                .exception();
    }

    private static byte[] read(Context ctx) {
        requireLength(ctx, JSON_BYTES_MAX);
        byte[] body;
        try (InputStream in = ctx.req().getInputStream()) {
            body = in.readNBytes(JSON_BYTES_MAX + 1);
        } catch (IOException e) {
            throw brokenOff(ctx, e);
        }
        ctx.attribute(BYTES_READ, (long) body.length);
        if (body.length > JSON_BYTES_MAX) {
            throw tooLarge(ctx, JSON_BYTES_MAX);
        }
        return body;
    }

    private static RuntimeException unsupported(String detail) {
        return Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE, detail).exception();
    }
}
