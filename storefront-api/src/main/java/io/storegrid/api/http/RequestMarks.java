package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problems;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** The headers that every reply carries, whatever becomes of the request. Thread-safe. */
public final class RequestMarks {

    private static final String HEADER = "X-Request-Id";
    private static final int ID_LENGTH_MAX = 128;

    private final String nodeName;

    /** @param nodeName what {@code X-Served-By} says */
    public RequestMarks(String nodeName) {
        this.nodeName = VisibleAscii.of(nodeName);
    }

    /** The node's name as a header may carry it. */
    public String nodeName() {
        return nodeName;
    }

    /** Gives the request its id, the caller's own where that is fit to be echoed, and sets the headers. */
    public void set(Context ctx) {
        String sent = ctx.header(HEADER);
        boolean fit = sent != null && !sent.isEmpty() && sent.length() <= ID_LENGTH_MAX && VisibleAscii.only(sent);
        String id = fit ? sent : madeUp();
        ctx.attribute(Problems.REQUEST_ID, id);
        ctx.header(HEADER, id);
        ctx.header("X-Served-By", nodeName);
        ctx.header("X-Content-Type-Options", "nosniff");
    }

    /** Nothing hangs on it that somebody might guess, so a generator without locks will do. */
    private static String madeUp() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
