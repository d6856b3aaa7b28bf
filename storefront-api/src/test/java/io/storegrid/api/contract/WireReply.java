package io.storegrid.api.contract;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One HTTP/1.1 reply as it came over the wire. Immutable. */
public final class WireReply {

    private static final int SHOWN_MAX = 2_000;

    private final int status;
    private final Map<String, List<String>> headers;
    private final byte[] body;

    /**
     * @param headers values by lower-case name, in order
     * @param body not to be changed
     */
    public WireReply(int status, Map<String, List<String>> headers, byte[] body) {
        this.status = status;
        this.headers = headers;
        this.body = body;
    }

    public int status() {
        return status;
    }

    /** Not to be changed. */
    byte[] body() {
        return body;
    }

    /** The first value of a header. */
    public Optional<String> header(String name) {
        return headers.getOrDefault(name, List.of()).stream().findFirst();
    }

    /** The body as text. */
    public String text() {
        return new String(body, UTF_8);
    }

    @Override
    public String toString() {
        String text = text();
        return status + " " + headers + "\n" + (text.length() > SHOWN_MAX ? text.substring(0, SHOWN_MAX) + "…" : text);
    }
}
