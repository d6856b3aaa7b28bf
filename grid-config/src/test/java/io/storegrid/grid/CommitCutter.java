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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to PostgreSQL that can lose the answer to a COMMIT: what the client sends arrives, the server commits, and the
 * connection is cut before the client hears of it. The one fault that no error code tells from "not done".
 */
final class CommitCutter implements AutoCloseable {

    /** The tag of the server's answer; the client may have sent the name of a prepared statement only. */
    private static final byte[] COMMIT = "COMMIT\0".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    private final String url;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toCut = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private volatile boolean refuseAfterCut;
    private volatile boolean refusing;

    CommitCutter(DatabaseSettings behind) throws IOException {
        URI uri = URI.create(behind.url().substring("jdbc:".length()));
        server = new InetSocketAddress(uri.getHost(), uri.getPort());
        url = "jdbc:postgresql://127.0.0.1:" + door.getLocalPort() + uri.getPath();
        daemon(this::accept);
    }

    /** The same database, through this. */
    DatabaseSettings settings(DatabaseSettings behind) {
        return new DatabaseSettings(url, behind.user(), behind.password());
    }

    /** Cuts the answers to the next {@code count} COMMITs. */
    void cut(int count) {
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
    int cuts() {
        return cuts.get();
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
                client.close();
                continue;
            }
            Socket behind = new Socket();
            behind.connect(server, 2_000);
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
                if (answers && committed(buffer, length) && toCut.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    // The server has answered, so it has committed. Nobody will hear of it.
                    cuts.incrementAndGet();
                    if (refuseAfterCut) {
                        refusing = true;
                        for (Socket socket : open) {
                            socket.close();
                        }
                    }
                    return;
                }
                out.write(buffer, 0, length);
                out.flush();
            }
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static boolean committed(byte[] buffer, int length) {
        outer:
        for (int i = 0; i + COMMIT.length <= length; i++) {
            for (int j = 0; j < COMMIT.length; j++) {
                if (buffer[i + j] != COMMIT[j]) {
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
                "commit-cutter");
        thread.setDaemon(true);
        thread.start();
    }
}
