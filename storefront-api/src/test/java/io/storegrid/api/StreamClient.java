package io.storegrid.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A client of one stream, on a bare socket: it reads when it is told to, and shows every field of a message. For one thread. */
public final class StreamClient implements AutoCloseable {

    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket;
    private final BufferedReader in;
    private final int status;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final StringBuilder line = new StringBuilder();
    private long chunk;
    private boolean begun;

    /** One message; its id is empty when it has none. */
    public record Message(String id, String event, String data) {}

    /** Opens a stream and reads the head of the reply. */
    public static StreamClient open(int port, String target, String... headers) throws IOException {
        Socket socket = new Socket();
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        return new StreamClient(socket, target, headers);
    }

    /** As the other, with a small window, so that a client that does not read is full soon. */
    public static StreamClient openNarrow(int port, String target, String... headers) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        return new StreamClient(socket, target, headers);
    }

    private StreamClient(Socket socket, String target, String... sent) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(TIMEOUT_MS);
        StringBuilder request = new StringBuilder("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n");
        for (String header : sent) {
            request.append(header).append("\r\n");
        }
        socket.getOutputStream().write(request.append("\r\n").toString().getBytes(UTF_8));
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
        status = Integer.parseInt(in.readLine().split(" ", 3)[1]);
        for (String header = in.readLine(); !header.isEmpty(); header = in.readLine()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).trim());
        }
    }

    public int status() {
        return status;
    }

    public String header(String name) {
        return headers.getOrDefault(name, "");
    }

    /** The next block of lines, a message or a sign of life; an event is empty when it is the latter. */
    public Message block() throws IOException {
        String id = "";
        String event = "";
        String data = "";
        for (String text = text(); !text.isEmpty(); text = text()) {
            if (text.startsWith("id: ")) {
                id = text.substring(4);
            } else if (text.startsWith("event: ")) {
                event = text.substring(7);
            } else if (text.startsWith("data: ")) {
                data = text.substring(6);
            }
        }
        return new Message(id, event, data);
    }

    /** The next message. */
    public Message message() throws IOException {
        Message message = block();
        while (message.event().isEmpty()) {
            message = block();
        }
        return message;
    }

    /** Messages until one of type {@code event}, that one last. */
    public List<Message> until(String event) throws IOException {
        List<Message> messages = new ArrayList<>();
        do {
            messages.add(message());
        } while (!messages.get(messages.size() - 1).event().equals(event));
        return messages;
    }

    /** Whether nothing but signs of life comes for {@code ms}. */
    public boolean silentFor(int ms) throws IOException {
        socket.setSoTimeout(ms);
        try {
            return block().event().isEmpty();
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            socket.setSoTimeout(TIMEOUT_MS);
        }
    }

    /** Reads to the end of the stream; true when it ended in order. */
    public boolean ends() {
        try {
            while (true) {
                text();
            }
        } catch (EndOfStream e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static final class EndOfStream extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private String text() throws IOException {
        line.setLength(0);
        while (true) {
            if (chunk == 0) {
                // The end of the chunk's line comes with the next chunk, so nobody waits for it before.
                String size = begun ? in.readLine() + in.readLine() : in.readLine();
                begun = true;
                if (size == null || size.contains("null")) {
                    throw new IOException("broken off");
                }
                chunk = Long.parseLong(size.trim(), 16);
                if (chunk == 0) {
                    throw new EndOfStream();
                }
            }
            int c = in.read();
            if (c < 0) {
                throw new IOException("broken off");
            }
            // Characters count as the bytes they are.
            chunk -= c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            if (c == '\n') {
                return line.toString();
            }
            line.append((char) c);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
