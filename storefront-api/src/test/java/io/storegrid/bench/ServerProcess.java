package io.storegrid.bench;

import io.storegrid.api.ApiClient;
import io.storegrid.api.launch.PackagedNode;
import io.storegrid.persistence.DatabaseSettings;
import io.storegrid.persistence.TestDatabase;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * A server under measurement: a JVM of its own, so that its CPU can be told from the client's, and a database of its own on
 * the PostgreSQL of this JVM. Both kinds run on the same JDK with the same heap. Close to end it.
 */
final class ServerProcess implements AutoCloseable {

    private static final int HEAP_MB = 512;
    private static final int END_SECONDS = 10;

    private final String name;
    private final long pid;
    private final int port;
    private final TestDatabase database;
    private final Runnable end;
    private final Thread hook;

    private ServerProcess(String name, long pid, int port, TestDatabase database, Runnable end) {
        this.name = name;
        this.pid = pid;
        this.port = port;
        this.database = database;
        // A run that is broken off leaves nobody behind either.
        this.end = end;
        this.hook = new Thread(end, name + "-end");
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** The packaged node, on a database that {@code rows} has filled. */
    static ServerProcess node(Path directory, Consumer<TestDatabase> rows) {
        TestDatabase database = TestDatabase.create();
        rows.accept(database);
        DatabaseSettings settings = database.settings();
        try {
            PackagedNode node = PackagedNode.awaitUp(PackagedNode.launchWith(
                    Path.of("target", "test-classes").toAbsolutePath(),
                    directory,
                    HEAP_MB,
                    List.of(
                            "--name=bench",
                            "--http-port=0",
                            "--discovery-port=" + PackagedNode.freePort(),
                            "--sample=never",
                            "--payment-provider=" + InstantPayments.NAME,
                            "--db-url=" + settings.url(),
                            "--db-user=" + settings.user())));
            return new ServerProcess("storegrid", node.pid(), node.port(), database, node::close);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * {@link BareServer}, on a database that {@code rows} has filled.
     *
     * @param burnMicros CPU that each request wastes; 0 for a fair baseline
     */
    static ServerProcess bare(Consumer<TestDatabase> rows, long burnMicros) {
        TestDatabase database = TestDatabase.create();
        rows.accept(database);
        DatabaseSettings settings = database.settings();
        try {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx" + HEAP_MB + "m",
                            "-Dlogback.configurationFile=logback-bench.xml",
                            "-classpath",
                            classPath(),
                            BareServer.class.getName(),
                            settings.url(),
                            String.valueOf(settings.user()),
                            Long.toString(burnMicros))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            // Its only line; it ends by itself when its input does.
            String said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))
                    .readLine();
            if (said == null) {
                throw new IllegalStateException("the bare server did not start");
            }
            return new ServerProcess("bare", process.pid(), Integer.parseInt(said), database, () -> end(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This JVM's, without Ignite: its JDBC driver registers itself and fails where java.base is not opened to it. */
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !Path.of(entry).getFileName().toString().startsWith("ignite-core"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static void end(Process process) {
        process.destroyForcibly();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String name() {
        return name;
    }

    long pid() {
        return pid;
    }

    int port() {
        return port;
    }

    TestDatabase database() {
        return database;
    }

    /** A caller for what is not measured. */
    ApiClient api() {
        return new ApiClient(port);
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        end.run();
        database.close();
    }
}
