package io.storegrid.api.launch;

import io.javalin.util.JavalinBindException;
import io.storegrid.grid.NodeSettings;
import io.storegrid.grid.Role;
import io.storegrid.grid.StoregridNode;
import io.storegrid.persistence.StartupFailure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order in which the parts of a node start, and the opposite order in which they stop: HTTP drains first, PostgreSQL
 * goes last. A stop ends within {@link #STOP_LIMIT} whatever hangs; what is cut off then is safe, because an answer that
 * was given is committed.
 */
final class Lifecycle implements AutoCloseable {

    /** The longest a stop takes; short of the 5 s that we promise. */
    private static final Duration STOP_LIMIT = Duration.ofMillis(4_600);

    /** One for each lane, and some for plain puts and warm-up. */
    private static final int WRITER_CONNECTIONS = 4;

    private static final int READER_CONNECTIONS = 16;
    private static final int CUT_OFF = 1;
    private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

    private final NodeSettings settings;
    private final Console console;
    private final Thread starter = Thread.currentThread();
    private volatile boolean starting;
    private volatile boolean stopping;
    private @Nullable StoregridNode node;
    private @Nullable Store store;

    Lifecycle(NodeSettings settings, Console console) {
        this.settings = settings;
        this.console = console;
    }

    /** Whether the process was told to stop. */
    boolean stopping() {
        return stopping;
    }

    /** Has every end of the JVM, Ctrl-C and SIGTERM included, stop the node in order. */
    void stopWithJvm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopForGood, "storegrid-stop"));
    }

    /** Starts everything; {@link StartupFailure} when something outside stands in the way. */
    void start() {
        starting = true;
        try {
            long begin = System.nanoTime();
            requireFreeHttpPort();
            StoregridNode started = StoregridNode.start(
                    settings, WRITER_CONNECTIONS, READER_CONNECTIONS, console::step, this::endAfterFailure);
            node = started;
            Store opened = new Store(started, console, this::endInOrder);
            store = opened;
            opened.start();
            ConsoleGate.open(true);
            console.print(greeting(started, opened, Duration.ofNanos(System.nanoTime() - begin)));
            Thread teller = new Thread(() -> tellUntilReady(opened), "storegrid-readiness");
            teller.setDaemon(true);
            teller.start();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupFailure("Told to stop while starting", e);
        } catch (JavalinBindException e) {
            throw portTaken(e);
        } finally {
            starting = false;
        }
    }

    private static void tellUntilReady(Store opened) {
        try {
            opened.tellUntilReady();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // The grid went away under the question; whoever ended it says so.
            LOG.debug("The readiness is not told any more", e);
        }
    }

    private void requireFreeHttpPort() {
        if (settings.httpPort() == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getAllByName(settings.httpHost())[0], settings.httpPort()));
        } catch (IOException e) {
            throw portTaken(e);
        }
    }

    private StartupFailure portTaken(Exception cause) {
        return new StartupFailure(
                "The HTTP port cannot be used, name another one with --http-port [address=" + settings.httpHost()
                        + ", port=" + settings.httpPort() + ", cause=" + cause.getMessage() + "]",
                cause);
    }

    private String greeting(StoregridNode started, Store opened, Duration took) {
        String up = "\nStoregrid is up after %.1f s. Ctrl-C stops it.".formatted(took.toMillis() / 1_000.0);
        // Whoever keeps no data is found by nobody.
        String found = settings.role() == Role.API ? String.join(",", settings.join()) : started.address();
        String more = "\n  One more node: the same jar with " + (found.isEmpty() ? "these options" : "--join=" + found)
                + " --http-port=0";
        String url = "http://%s:%d".formatted(reachable(settings.httpHost()), opened.port());
        if (settings.role() == Role.DATA) {
            return up + "\n\n  Health " + url + "/health/ready\n" + more;
        }
        String tryIt = opened.anySku().map(sku -> """

                          Reserve one:
                            curl -i %s/v1/reservations -H 'Content-Type: application/json' \\
                              -H "Idempotency-Key: $(date +%%s%%N)" -d '{"lines":[{"sku":"%s","quantity":1}]}'
                        """.formatted(url, sku)).orElse("");
        return up + "\n\n  API    " + url + "/v1/products\n  Docs   " + url + "/docs\n" + tryIt + more;
    }

    private static String reachable(String host) {
        return host.equals("127.0.0.1") || host.equals("0.0.0.0") ? "localhost" : host;
    }

    private void endInOrder() {
        new Thread(() -> System.exit(0), "storegrid-end").start();
    }

    /** Called by the grid on a thread of its own, which must not wait for the grid's end. */
    private void endAfterFailure(String reason) {
        if (stopping) {
            return;
        }
        console.problems(java.util.List.of("This node cannot go on and stops; start it again [cause=" + reason + "]"));
        new Thread(() -> System.exit(Main.FAILED), "storegrid-end").start();
    }

    private void stopForGood() {
        stopping = true;
        ConsoleGate.open(false);
        Thread watch = new Thread(this::cutOff, "storegrid-stop-limit");
        watch.setDaemon(true);
        watch.start();
        if (starting) {
            // The starter cleans up after itself when it is interrupted.
            starter.interrupt();
            try {
                starter.join(STOP_LIMIT.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        close();
    }

    private void cutOff() {
        try {
            Thread.sleep(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        LOG.warn("The stop took longer than {} ms and was cut off", STOP_LIMIT.toMillis());
        Runtime.getRuntime().halt(CUT_OFF);
    }

    @Override
    public synchronized void close() {
        StoregridNode running = node;
        if (running != null) {
            node = null;
            console.print("");
            console.step("stopping");
            Store opened = store;
            if (opened != null) {
                opened.close();
            }
            running.close();
            console.step("stopped; everything that was acknowledged is in PostgreSQL");
        }
    }
}
