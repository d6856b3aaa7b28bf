package io.storegrid.api.launch;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The packaged jar as a process of its own, with all that it says in files. Close to kill it if it still runs. */
public final class PackagedNode implements AutoCloseable {

    static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final List<String> QUICK = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final Path JAR = Path.of("target", "storefront-api.jar").toAbsolutePath();
    private static final Pattern URL = Pattern.compile("(?:API|Health) +(http://[^/\\s]+)/");
    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    private final Process process;
    private final Path out;
    private final Path err;

    private PackagedNode(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Starts the jar without waiting for anything; what it says is kept in {@code directory}. */
    public static PackagedNode launch(Path directory, List<String> options) throws IOException {
        return launch(directory, quickly(), options);
    }

    /**
     * JVM options for nodes that live for seconds: what makes a JVM start sooner and small counts, and what makes it fast later
     * does not. Not for what is measured.
     */
    public static List<String> quickly() throws IOException {
        List<String> all = new ArrayList<>(QUICK);
        all.addAll(ClassArchive.options(JAR, QUICK));
        return all;
    }

    /** As the other, with a heap of {@code heapMb} megabytes at most. */
    public static PackagedNode launch(Path directory, int heapMb, List<String> options) throws IOException {
        return launch(directory, List.of("-Xmx" + heapMb + "m"), options);
    }

    /**
     * The jar with more classes behind its own, so not by {@code -jar}: what a manifest opens then has to be opened here, as it is
     * for this JVM.
     */
    public static PackagedNode launchWith(Path classes, Path directory, int heapMb, List<String> options)
            throws IOException {
        List<String> jvm = new ArrayList<>(List.of("-Xmx" + heapMb + "m"));
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(jvm::add);
        jvm.addAll(List.of("-cp", JAR + File.pathSeparator + classes, Main.class.getName()));
        return launch(List.of(), directory, jvm, List.of(), options);
    }

    /** As the other, with options of the JVM. */
    public static PackagedNode launch(Path directory, List<String> jvmOptions, List<String> options)
            throws IOException {
        return launch(List.of(), directory, jvmOptions, options);
    }

    /** As the other, by a command that starts what stands behind it, in its own place: it becomes the node. */
    public static PackagedNode launch(List<String> place, Path directory, List<String> jvmOptions, List<String> options)
            throws IOException {
        return launch(place, directory, jvmOptions, List.of("-jar", JAR.toString()), options);
    }

    private static PackagedNode launch(
            List<String> place, Path directory, List<String> jvmOptions, List<String> program, List<String> options)
            throws IOException {
        Path out = Files.createTempFile(directory, "node", ".out");
        Path err = Files.createTempFile(directory, "node", ".err");
        List<String> command = new ArrayList<>(place);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(program);
        command.addAll(options);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("STOREGRID_"));
        return new PackagedNode(builder.start(), out, err);
    }

    /** Starts a node and waits until it says that it is up. */
    public static PackagedNode start(Path directory, String... options) throws IOException {
        return awaitUp(launch(directory, List.of(options)));
    }

    /** Waits until a launched node says that it is up. */
    public static PackagedNode awaitUp(PackagedNode node) throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!node.said().contains("One more node")) {
            if (!node.process.isAlive() || System.nanoTime() - deadline > 0) {
                String all = node.said() + node.complained();
                node.close();
                throw new AssertionError("the node did not start: " + all);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        return node;
    }

    /**
     * Ends the PostgreSQL of {@code directory} that a killed node left running. A node that starts there would do so too; a
     * test that failed in between has none.
     */
    public static void endOrphan(Path directory) throws IOException {
        Path pidFile = directory.resolve("data/postgres/postmaster.pid");
        if (Files.exists(pidFile)) {
            long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).trim());
            ProcessHandle.of(pid).ifPresent(orphan -> {
                orphan.destroyForcibly();
                orphan.onExit().orTimeout(10, TimeUnit.SECONDS).join();
            });
        }
    }

    /** The number of the process. */
    public long pid() {
        return process.pid();
    }

    /** Whether the process lives. */
    public boolean alive() {
        return process.isAlive();
    }

    /** The port of the API. */
    public int port() throws IOException {
        return url().getPort();
    }

    /** The API's address, without a path. */
    public URI url() throws IOException {
        Matcher url = URL.matcher(said());
        if (!url.find()) {
            throw new AssertionError("no URL in: " + said());
        }
        return URI.create(url.group(1));
    }

    /** The exit code, once it has ended. */
    public OptionalInt ended() {
        return process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    String said() throws IOException {
        return Files.readString(out, StandardCharsets.UTF_8);
    }

    /** Standard error, without what a JDK from 24 on notes of every program that uses {@code sun.misc.Unsafe}. */
    public String complained() throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: ")
                        || !(line.contains("sun.misc.Unsafe") || line.contains("GridUnsafe")))
                .collect(Collectors.joining("\n"));
    }

    /** Waits for the end and returns the exit code. */
    public int exitCode(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + limit);
        }
        return process.exitValue();
    }

    /** Asks the node to stop, as {@code kill} does. */
    public void terminate() {
        process.destroy();
    }

    /** Kills the node so that it can clean up nothing. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    HttpResponse<String> post(String path, String key, String json) throws IOException, InterruptedException {
        return HTTP.send(
                request(path)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder request(String path) throws IOException {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
                .timeout(Duration.ofSeconds(15));
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A port that nobody listens on. */
    public static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    /** Ports that nobody listens on, all different. */
    public static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> probes = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                probes.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return probes.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket probe : probes) {
                probe.close();
            }
        }
    }
}
