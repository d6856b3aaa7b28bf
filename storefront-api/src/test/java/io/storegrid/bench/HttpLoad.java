package io.storegrid.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * HTTP/1.1 clients that each keep one connection and wait for the answer before they ask again. All of them are one thread
 * with one selector, and requests come as finished bytes: on a machine of few cores the client must leave the cores to the
 * server. Understands answers with a length and answers in chunks without trailers. Not thread-safe.
 */
final class HttpLoad implements AutoCloseable {

    private static final long SILENCE_MS = 10_000;
    private static final int REPLY_BYTES_MAX = 256 * 1024;
    private static final int STATUS_AT = "HTTP/1.1 ".length();

    private final Selector selector;
    private final List<Client> clients = new ArrayList<>();

    /** Connects {@code connections} clients to a port of this machine. */
    HttpLoad(int port, int connections) {
        try {
            selector = Selector.open();
            for (int i = 0; i < connections; i++) {
                SocketChannel channel =
                        SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                channel.configureBlocking(false);
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
                Client client = new Client(channel);
                channel.register(selector, SelectionKey.OP_READ, client);
                clients.add(client);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Sends {@code operations} requests; returns when all are answered.
     *
     * @throws IllegalStateException when an answer has another status, or does not come: then nothing was measured
     */
    ClosedLoop.Run run(Supplier<byte[]> requests, int status, int operations) {
        return new Running(requests, status, operations).run();
    }

    @Override
    public void close() {
        try {
            for (Client client : clients) {
                client.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One run. */
    private final class Running {

        private final Supplier<byte[]> requests;
        private final int status;
        private final long[] nanos;
        private int asked;
        private int answered;

        Running(Supplier<byte[]> requests, int status, int operations) {
            this.requests = requests;
            this.status = status;
            this.nanos = new long[operations];
        }

        ClosedLoop.Run run() {
            long start = System.nanoTime();
            try {
                for (Client client : clients) {
                    ask(client);
                }
                while (answered < nanos.length) {
                    if (selector.select(this::readable, SILENCE_MS) == 0) {
                        throw new IllegalStateException(
                                "no answer in " + SILENCE_MS + " ms [answered=" + answered + ", asked=" + asked + "]");
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            long wall = System.nanoTime() - start;
            Arrays.sort(nanos);
            return new ClosedLoop.Run(nanos.length, 0, wall, nanos);
        }

        private void ask(Client client) throws IOException {
            if (asked < nanos.length) {
                asked++;
                client.send(requests.get());
            }
        }

        private void readable(SelectionKey key) {
            Client client = (Client) key.attachment();
            try {
                if (!client.receive()) {
                    return;
                }
                if (client.status != status) {
                    throw new IllegalStateException(
                            "An answer that was not expected [expected=" + status + "]: " + client.text());
                }
                nanos[answered++] = System.nanoTime() - client.askedNanos;
                ask(client);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** One connection and what has come in of one answer. */
    private static final class Client {

        private final SocketChannel channel;
        private final ByteBuffer in = ByteBuffer.allocate(REPLY_BYTES_MAX);
        private long askedNanos;
        private int status;
        /** Where the body begins; 0 while the head is not complete. */
        private int bodyAt;
        /** Bytes of the body; below 0 for chunks. */
        private int length;
        /** Where the first chunk begins that is not complete. */
        private int chunkAt;

        Client(SocketChannel channel) {
            this.channel = channel;
        }

        void send(byte[] request) throws IOException {
            in.clear();
            bodyAt = 0;
            askedNanos = System.nanoTime();
            ByteBuffer out = ByteBuffer.wrap(request);
            while (out.hasRemaining()) {
                // A request is smaller than an empty send buffer, so this goes round once.
                channel.write(out);
            }
        }

        /** Reads what has come; whether the answer is complete. */
        boolean receive() throws IOException {
            if (channel.read(in) <= 0) {
                throw new IllegalStateException(
                        in.hasRemaining() ? "the server hung up: " + text() : "an answer that is too long");
            }
            return (bodyAt > 0 || head()) && (length >= 0 ? in.position() >= bodyAt + length : chunks());
        }

        private boolean head() {
            byte[] bytes = in.array();
            for (int i = 3; i < in.position(); i++) {
                if (bytes[i] == '\n' && bytes[i - 1] == '\r' && bytes[i - 2] == '\n') {
                    bodyAt = i + 1;
                    chunkAt = bodyAt;
                    String head = new String(bytes, 0, i - 1, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
                    status = Integer.parseInt(head, STATUS_AT, STATUS_AT + 3, 10);
                    length = length(head);
                    return true;
                }
            }
            return false;
        }

        private static int length(String head) {
            int at = head.indexOf("\r\ncontent-length:");
            if (at < 0) {
                if (!head.contains("\r\ntransfer-encoding: chunked")) {
                    throw new IllegalStateException("an answer without an end: " + head);
                }
                return -1;
            }
            int from = head.indexOf(':', at) + 1;
            return Integer.parseInt(
                    head.substring(from, head.indexOf('\r', from)).trim());
        }

        private boolean chunks() {
            byte[] bytes = in.array();
            int end = chunkAt;
            while (end < in.position()) {
                if (bytes[end++] != '\n') {
                    continue;
                }
                int size = Integer.parseInt(
                        new String(bytes, chunkAt, end - chunkAt, StandardCharsets.ISO_8859_1).trim(), 16);
                int next = end + size + 2;
                if (in.position() < next) {
                    return false;
                }
                if (size == 0) {
                    return true;
                }
                chunkAt = next;
                end = next;
            }
            return false;
        }

        String text() {
            return new String(in.array(), 0, in.position(), StandardCharsets.UTF_8);
        }
    }
}
