package io.storegrid.api.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * One HTTP/1.1 request as it goes over the wire. Not checked in any way: whatever a program could send can be said here.
 * Immutable.
 */
public final class WireRequest {

    private static final int CHUNK_BYTES = 1_000;
    private static final int SHOWN_MAX = 2_000;

    /** One line of the head. */
    public record Header(String name, String value) {}

    private final String method;
    private final String target;
    private final List<Header> headers;
    private final byte[] body;
    private final boolean chunked;

    /**
     * @param target path and query, encoded
     * @param headers in order, repeated ones too; Host and the framing of the body are added
     * @param body not to be changed
     * @param chunked whether the body goes in chunks, without its length
     */
    public WireRequest(String method, String target, List<Header> headers, byte[] body, boolean chunked) {
        this.method = method;
        this.target = target;
        this.headers = List.copyOf(headers);
        this.body = body;
        this.chunked = chunked;
    }

    public String method() {
        return method;
    }

    /** Path and query, encoded. */
    public String target() {
        return target;
    }

    /** The path without the query. */
    public String path() {
        int end = target.indexOf('?');
        return end < 0 ? target : target.substring(0, end);
    }

    byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 + body.length);
        write(bytes, method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n");
        for (Header header : headers) {
            write(bytes, header.name() + ": " + header.value() + "\r\n");
        }
        if (chunked) {
            write(bytes, "Transfer-Encoding: chunked\r\n\r\n");
            for (int from = 0; from < body.length; from += CHUNK_BYTES) {
                int length = Math.min(CHUNK_BYTES, body.length - from);
                write(bytes, Integer.toHexString(length) + "\r\n");
                bytes.write(body, from, length);
                write(bytes, "\r\n");
            }
            write(bytes, "0\r\n\r\n");
        } else {
            // Said for an empty body too where one may be: a proxy does so, and the server must not care.
            boolean said = body.length > 0 || method.startsWith("P");
            write(bytes, said ? "Content-Length: " + body.length + "\r\n\r\n" : "\r\n");
            bytes.writeBytes(body);
        }
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, String text) {
        bytes.writeBytes(text.getBytes(ISO_8859_1));
    }

    /** The head and the beginning of the body; what is no visible ASCII stands as an escape. */
    @Override
    public String toString() {
        StringBuilder shown = new StringBuilder();
        for (byte one : bytes()) {
            if (shown.length() > SHOWN_MAX) {
                return shown.append("…").toString();
            }
            if (one == '\n' || (one >= ' ' && one <= '~')) {
                shown.append((char) one);
            } else if (one != '\r') {
                shown.append(String.format("\\x%02x", one & 0xff));
            }
        }
        return shown.toString();
    }
}
