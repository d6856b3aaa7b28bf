package io.storegrid.api.contract;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a node on this machine that sends {@link WireRequest}s as they are; a client that keeps its caller from
 * mistakes would keep them from the server too. Opened when needed, kept as long as the server keeps it. For one thread.
 */
public final class WireConnection implements AutoCloseable {

    private static final int TIMEOUT_MS = 30_000;

    private final int port;
    private @Nullable Socket socket;
    private InputStream in = InputStream.nullInputStream();

    public WireConnection(int port) {
        this.port = port;
    }

    /** Sends a request and returns its reply. A kept connection that the server had closed meanwhile is opened again, once. */
    public WireReply exchange(WireRequest request) throws IOException {
        boolean kept = socket != null;
        try {
            return once(request);
        } catch (IOException e) {
            drop();
            if (!kept) {
                throw e;
            }
            return once(request);
        }
    }

    private WireReply once(WireRequest request) throws IOException {
        Socket open = socket;
        if (open == null) {
            open = new Socket(InetAddress.getLoopbackAddress(), port);
            open.setSoTimeout(TIMEOUT_MS);
            open.setTcpNoDelay(true);
            in = new BufferedInputStream(open.getInputStream());
            socket = open;
        }
        try {
            open.getOutputStream().write(request.bytes());
            open.getOutputStream().flush();
        } catch (IOException e) {
            // A server that refuses early may close before all was sent; its reply may be there all the same.
            if (in.available() == 0) {
                throw e;
            }
        }
        WireReply reply = read(request.method().equals("HEAD"));
        if (reply.header("connection").orElse("").equalsIgnoreCase("close")) {
            drop();
        }
        return reply;
    }

    private WireReply read(boolean head) throws IOException {
        String[] first = line().split(" ", 3);
        int status = Integer.parseInt(first[1]);
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.computeIfAbsent(line.substring(0, colon).toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                    .add(line.substring(colon + 1).trim());
        }
        if (status == 100) {
            return read(head);
        }
        byte[] body = head || status == 204 || status == 304 ? new byte[0] : body(headers);
        if (body.length > 0
                && headers.getOrDefault("content-encoding", List.of()).contains("gzip")) {
            body = new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes();
        }
        return new WireReply(status, headers, body);
    }

    private byte[] body(Map<String, List<String>> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", List.of()).contains("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                int length = Integer.parseInt(line(), 16);
                body.writeBytes(exactly(length));
                line();
                if (length == 0) {
                    return body.toByteArray();
                }
            }
        }
        List<String> length = headers.get("content-length");
        return length == null ? in.readAllBytes() : exactly(Integer.parseInt(length.get(0)));
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the reply ends after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection ended in the head of a reply");
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        drop();
    }

    /** Ends the connection; the next request opens another. */
    void drop() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
