package io.storegrid.persistence;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL server of our own, as durable as any: its data lie beneath a directory, it listens on loopback only,
 * and it is a process beside this one, outside our process group, so a Ctrl-C at the console does not reach it before we
 * have finished with it.
 *
 * <p>Life: {@link #in} takes the directory (one living process at a time, kept by a file lock), {@link #start} and {@link
 * #stop} may alternate, {@link #close} stops and lets the directory go. A server that a killed process left behind is
 * stopped and started anew. {@link #kill}, {@link #pause} and {@link #resume} are there for fault drills.
 *
 * <p>Thread-safe; start and stop exclude each other.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    /** The database that {@link #start} makes sure of, and the role that owns it. */
    public static final String NAME = "storegrid";

    private static final Duration START_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration STOP_TIMEOUT = Duration.ofMillis(2_500);
    private static final Duration IMMEDIATE_STOP_TIMEOUT = Duration.ofMillis(1_500);
    private static final Duration LEFT_SESSIONS_LIMIT = Duration.ofSeconds(3);
    private static final int PID_FILE_PORT_LINE = 3;
    private static final Duration RETRY_PAUSE = Duration.ofMillis(150);
    private static final String LOOPBACK = "127.0.0.1";
    private static final long LOG_BYTES_MAX = 8L << 20;

    private final Path directory;
    private final Path data;
    private final Path log;
    private final Path portFile;
    private final ServerPrograms programs;
    private final Map<String, String> serverSettings;
    private final DirectoryLock lock;
    private int port;
    private long pid = -1;

    private EmbeddedDatabase(
            Path directory, ServerPrograms programs, Map<String, String> serverSettings, DirectoryLock lock) {
        this.directory = directory;
        this.data = directory.resolve("postgres");
        this.log = directory.resolve("logs").resolve("postgres.log");
        this.portFile = directory.resolve("postgres.port");
        this.programs = programs;
        this.serverSettings = serverSettings;
        this.lock = lock;
    }

    /** Takes {@code dataDirectory}, creating it if need be; the server's programs are unpacked beneath it. */
    public static EmbeddedDatabase in(Path dataDirectory) {
        return in(dataDirectory, dataDirectory.resolve("postgres-server"), Map.of());
    }

    /**
     * Takes {@code dataDirectory}, creating it if need be.
     *
     * @param programCache where the server's programs are unpacked; may be shared by any number of servers
     * @param settings of the server, on top of ours
     */
    public static EmbeddedDatabase in(Path dataDirectory, Path programCache, Map<String, String> settings) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        DirectoryLock lock = DirectoryLock.take(directory, "postgres.lock");
        try {
            ServerPrograms programs = ServerPrograms.in(programCache.toAbsolutePath());
            return new EmbeddedDatabase(directory, programs, withDefaults(settings), lock);
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static Map<String, String> withDefaults(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>();
        all.put("fsync", "on");
        all.put("synchronous_commit", "on");
        all.put("full_page_writes", "on");
        all.put("shared_buffers", "128MB");
        all.put("max_connections", "200");
        all.put("max_wal_size", "1GB");
        all.put("listen_addresses", LOOPBACK);
        all.put("unix_socket_directories", "");
        all.put("timezone", "UTC");
        // Our statements are short; compiling them costs more than it saves.
        all.put("jit", "off");
        all.put("log_min_messages", "warning");
        all.putAll(settings);
        return all;
    }

    /** Starts the server, making its data on first use. Returns when it takes connections; {@link StartupFailure} otherwise. */
    public synchronized void start() {
        if (running()) {
            return;
        }
        try {
            Files.createDirectories(log.getParent());
            if (Files.exists(log) && Files.size(log) > LOG_BYTES_MAX) {
                Files.move(log, log.resolveSibling("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (!Files.exists(data)) {
                initialise();
            }
            stopOrphan();
            launch();
            createDatabase();
            Files.writeString(portFile, Integer.toString(port));
        } catch (IOException | SQLException e) {
            throw new StartupFailure(
                    "The embedded PostgreSQL cannot start [directory=" + directory + ", cause=" + e + "]", e);
        }
    }

    /** Stops the server: sessions are cut, memory is written out. After some seconds it is stopped without the latter. */
    public synchronized void stop() {
        if (pid > 0) {
            stop(pid);
            pid = -1;
        }
    }

    /** Stops the server and lets the data directory go. */
    @Override
    public synchronized void close() {
        stop();
        lock.close();
    }

    /** Ends the server at once, as a crash would. Returns when it is dead. */
    public synchronized void kill() {
        // Sessions end by themselves when their server is gone, unless they are paused.
        resume();
        programs.signal("KILL", List.of(pid()));
        awaitEnd(pid, IMMEDIATE_STOP_TIMEOUT);
        pid = -1;
    }

    /** Makes the server and all of its sessions hang until {@link #resume}. */
    public synchronized void pause() {
        programs.signal("STOP", ServerPrograms.withChildren(pid()));
    }

    /** Ends what {@link #pause} began. */
    public synchronized void resume() {
        programs.signal("CONT", ServerPrograms.withChildren(pid()));
    }

    /** Whether the server's process lives. */
    public synchronized boolean running() {
        return pid > 0 && ServerPrograms.alive(pid);
    }

    /** The process id of the running server. */
    public synchronized long pid() {
        if (pid <= 0) {
            throw new IllegalStateException("the embedded PostgreSQL is not running");
        }
        return pid;
    }

    /** The port the server listens on; the same on every start as long as nobody else takes it. */
    public synchronized int port() {
        return port;
    }

    /** How to reach {@link #NAME}. */
    public DatabaseSettings settings() {
        return settings(NAME);
    }

    /** How to reach the database called {@code name}, which the caller creates. */
    public DatabaseSettings settings(String name) {
        return new DatabaseSettings("jdbc:postgresql://" + LOOPBACK + ":" + port() + "/" + name, NAME, null);
    }

    /** The whole directory, not only that of the rows. */
    public Path directory() {
        return directory;
    }

    private void initialise() throws IOException {
        Path part = Files.createTempDirectory(directory, "postgres-new-");
        try {
            programs.run(
                    START_TIMEOUT.multipliedBy(2),
                    "initdb",
                    "--pgdata=" + part,
                    "--username=" + NAME,
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8");
            try {
                Files.move(part, data, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(part, data);
            }
        } finally {
            ServerBinaries.deleteTree(part);
        }
    }

    private void launch() throws IOException {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            port = choosePort();
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            ServerPrograms.Result result = programs.launch(data, log, port, serverSettings, START_TIMEOUT);
            OptionalLong started = serverPid();
            if (result.succeeded() && started.isPresent()) {
                pid = started.getAsLong();
                return;
            }
            String said = logSince(logStart);
            // After a kill the sessions of the old server need a moment to notice; until then its memory is in use.
            boolean passing = said.contains("shared memory block")
                    || said.contains("postmaster.pid")
                    || said.contains("could not bind");
            if (!passing || System.nanoTime() > deadline) {
                throw new StartupFailure("The embedded PostgreSQL does not start [directory=" + data + ", log=" + log
                        + ", cause=" + lastLine(said.isBlank() ? result.output() : said) + "]");
            }
            sleep(RETRY_PAUSE);
        }
    }

    private void createDatabase() throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://" + LOOPBACK + ":" + port + "/postgres");
        source.setUser(NAME);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + NAME);
        }
    }

    /** A killed process leaves its server running: it is ours if it runs on our data, and it is in our way. */
    private void stopOrphan() throws IOException {
        OptionalLong found = serverPid();
        if (found.isPresent()) {
            if (ServerPrograms.servesDirectory(found.getAsLong(), data)) {
                refuseWhileOthersUse();
                stop(found.getAsLong());
            } else {
                // Another program has got this id since; the server would take it for a living server and refuse to
                // start.
                Files.deleteIfExists(data.resolve("postmaster.pid"));
            }
        }
    }

    /**
     * Nodes that joined the killed one work on: the server is theirs now, and a node that starts beside them would begin a
     * second grid on the same rows. The killed node's own sessions end within moments.
     */
    private void refuseWhileOthersUse() throws IOException {
        long deadline = System.nanoTime() + LEFT_SESSIONS_LIMIT.toNanos();
        long sessions = sessionsOfNodes();
        while (sessions > 0 && System.nanoTime() - deadline < 0) {
            sleep(RETRY_PAUSE);
            sessions = sessionsOfNodes();
        }
        if (sessions > 0) {
            throw new StartupFailure("Nodes that joined this one before it was killed are still running: join them with"
                    + " --join, or stop them first [directory=" + directory + ", sessions=" + sessions + "]");
        }
    }

    private long sessionsOfNodes() throws IOException {
        List<String> lines = pidFile();
        if (lines.size() <= PID_FILE_PORT_LINE) {
            return 0;
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://" + LOOPBACK + ":"
                + lines.get(PID_FILE_PORT_LINE).trim() + "/postgres");
        source.setUser(NAME);
        source.setConnectTimeout(1);
        source.setLoginTimeout(1);
        source.setSocketTimeout(1);
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("SELECT count(*) FROM pg_stat_activity WHERE datname = '"
                        + NAME + "' AND application_name LIKE 'storegrid-%'")) {
            return count.next() ? count.getLong(1) : 0;
        } catch (SQLException e) {
            // A server that answers nobody serves nobody.
            return 0;
        }
    }

    private OptionalLong serverPid() throws IOException {
        List<String> lines = pidFile();
        return lines.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Long.parseLong(lines.get(0).trim()));
    }

    private List<String> pidFile() throws IOException {
        Path file = data.resolve("postmaster.pid");
        return Files.exists(file) ? Files.readAllLines(file, StandardCharsets.UTF_8) : List.of();
    }

    private void stop(long server) {
        // A paused session cannot be told anything.
        programs.signal("CONT", ServerPrograms.withChildren(server));
        programs.signal("INT", List.of(server));
        if (!awaitEnd(server, STOP_TIMEOUT)) {
            programs.signal("QUIT", List.of(server));
            if (!awaitEnd(server, IMMEDIATE_STOP_TIMEOUT)) {
                programs.signal("KILL", List.of(server));
                awaitEnd(server, IMMEDIATE_STOP_TIMEOUT);
            }
        }
    }

    private static boolean awaitEnd(long process, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (ServerPrograms.alive(process)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            sleep(Duration.ofMillis(10));
        }
        return true;
    }

    private int choosePort() throws IOException {
        int before = port > 0 ? port : storedPort();
        if (before > 0 && free(before)) {
            return before;
        }
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private int storedPort() throws IOException {
        if (!Files.exists(portFile)) {
            return 0;
        }
        String text = Files.readString(portFile).trim();
        return text.matches("[0-9]{1,5}") ? Integer.parseInt(text) : 0;
    }

    private static boolean free(int port) {
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException | IllegalArgumentException e) {
            return false;
        }
    }

    private String logSince(long offset) throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        byte[] all = Files.readAllBytes(log);
        int from = (int) Math.min(offset, all.length);
        return new String(all, from, all.length - from, StandardCharsets.UTF_8);
    }

    private static String lastLine(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return "none given";
        }
        List<String> lines = text.strip().lines().toList();
        return lines.stream()
                .filter(line -> line.contains("FATAL"))
                .findFirst()
                .orElse(lines.get(lines.size() - 1))
                .strip();
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupFailure("Interrupted while waiting for the embedded PostgreSQL", e);
        }
    }
}
