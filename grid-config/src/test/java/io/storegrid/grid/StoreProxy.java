package io.storegrid.grid;

import io.storegrid.persistence.DatabaseSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A way to PostgreSQL that can be made a bad one: it loses the answer to a COMMIT, refuses, breaks off, swallows, or is slow.
 * A lost answer is the one fault that no error code tells from "not done": what the client sent has arrived, the server has
 * committed, and the connection is cut before the client hears of it. Thread-safe.
 */
public final class StoreProxy implements AutoCloseable {

    /** The tag of the server's answer; the client may have sent the name of a prepared statement only. */
    private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private static final int CONNECT_MS = 2_000;
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ServerSocket door;
    private final InetSocketAddress server;
    private final String url;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toCut = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicReference<byte @Nullable []> breakAt = new AtomicReference<>();
    private volatile boolean refuseAfterCut;
    private volatile boolean refusing;
    private volatile boolean swallowing;
    private volatile long commitDelayMs;

    /** On loopback. */
    public StoreProxy(DatabaseSettings behind) throws IOException {
        this(InetAddress.getLoopbackAddress(), behind);
    }

    /** @param at an address of this machine; the port is a free one */
    public StoreProxy(InetAddress at, DatabaseSettings behind) throws IOException {
        door = new ServerSocket(0, 50, at);
        URI uri = URI.create(behind.url().substring("jdbc:".length()));
        server = new InetSocketAddress(uri.getHost(), uri.getPort());
        url = "jdbc:postgresql://" + at.getHostAddress() + ":" + door.getLocalPort() + uri.getPath();
        daemon(this::accept);
    }

    /** The same database, through this. */
    public DatabaseSettings settings(DatabaseSettings behind) {
        return new DatabaseSettings(url, behind.user(), behind.password());
    }

    /** Cuts the answers to the next {@code count} COMMITs. */
    public void cut(int count) {
        toCut.set(count);
    }

    /** From the next cut on, cuts every other connection too and takes no new one, until told otherwise. */
    void refuseAfterCut(boolean refuse) {
        refuseAfterCut = refuse;
        if (!refuse) {
            refusing = false;
        }
    }

    /** Answers that were cut so far. */
    public int cuts() {
        return cuts.get();
    }

    /** Whether nobody comes in; those who are in are put out. */
    public void refuse(boolean refuse) {
        refusing = refuse;
        if (refuse) {
            reset();
        }
    }

    /** Breaks off every connection, at once and without a word (RST). */
    public void reset() {
        open.forEach(StoreProxy::breakOff);
    }

    private static void breakOff(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            // Closed by its own thread in this moment: that is what was wanted.
            return;
        }
    }

    /** Breaks off the next connection whose client sends {@code text}, before the server hears of it. */
    void breakAt(String text) {
        breakAt.set(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Whether a connection is still to be broken off. */
    boolean toBreak() {
        return breakAt.get() != null;
    }

    /** Whether what comes is kept back, in both directions; it goes on its way when this ends. */
    public void swallow(boolean swallow) {
        swallowing = swallow;
    }

    /** How long each answer to a COMMIT is kept back; 0 for not at all. */
    public void slowCommits(long delayMs) {
        commitDelayMs = delayMs;
    }

    @Override
    public void close() throws IOException {
        door.close();
        for (Socket socket : open) {
            socket.close();
        }
    }

    private void accept() throws IOException {
        while (!door.isClosed()) {
            Socket client = door.accept();
            if (refusing) {
                client.setSoLinger(true, 0);
                client.close();
                continue;
            }
            Socket behind = new Socket();
            try {
                behind.connect(server, CONNECT_MS);
            } catch (IOException e) {
                // The server is away, and so is this way to it.
                client.close();
                continue;
            }
            client.setTcpNoDelay(true);
            behind.setTcpNoDelay(true);
            open.add(client);
            open.add(behind);
            daemon(() -> pump(client, behind, false));
            daemon(() -> pump(behind, client, true));
        }
    }

    private void pump(Socket from, Socket to, boolean answers) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int length;
            while ((length = in.read(buffer)) >= 0) {
                byte[] fatal = breakAt.get();
                if (!answers
                        && fatal != null
                        && contains(buffer, length, fatal)
                        && breakAt.compareAndSet(fatal, null)) {
                    return;
                }
                if (answers && contains(buffer, length, COMMIT)) {
                    if (toCut.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        // The server has answered, so it has committed. Nobody will hear of it.
                        cuts.incrementAndGet();
                        if (refuseAfterCut) {
                            refuse(true);
                        }
                        return;
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(commitDelayMs));
                }
                while (swallowing && !to.isClosed()) {
                    LockSupport.parkNanos(LOOK_AGAIN_NANOS);
                }
                out.write(buffer, 0, length);
                out.flush();
            }
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static boolean contains(byte[] buffer, int length, byte[] text) {
        outer:
        for (int i = 0; i + text.length <= length; i++) {
            for (int j = 0; j < text.length; j++) {
                if (buffer[i + j] != text[j]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // The end of a connection, ours or theirs: what the test is about shows elsewhere.
                    }
                },
                "store-proxy");
        thread.setDaemon(true);
        thread.start();
    }
}
