package io.storegrid.persistence;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Runs the programs of a PostgreSQL server and signals its processes. PostgreSQL refuses to run as root, so for root the
 * programs run in a user name space of their own, where the same user has another number. Thread-safe.
 */
final class ServerPrograms {

    /** How a program ended. */
    record Result(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    private static final Duration SIGNAL_TIMEOUT = Duration.ofSeconds(2);

    private final Path bin;
    private final List<String> prefix;

    private ServerPrograms(Path bin, List<String> prefix) {
        this.bin = bin;
        this.prefix = prefix;
    }

    static ServerPrograms in(Path cache) {
        boolean root = "root".equals(System.getProperty("user.name"));
        if (root && !LinuxUtils.isUnshareAvailable()) {
            throw new StartupFailure("PostgreSQL does not run as root, and this system does not let it change its user:"
                    + " start as another user, or name a database with --db-url");
        }
        return new ServerPrograms(ServerBinaries.in(cache), root ? List.of("unshare", "-U") : List.of());
    }

    /** Runs a program to its end; throws {@link StartupFailure} with its last line when it fails. */
    void run(Duration limit, String program, String... arguments) throws IOException {
        Result result = result(limit, command(program, List.of(arguments)));
        if (!result.succeeded()) {
            List<String> lines = result.output().strip().lines().toList();
            String said = lines.stream()
                    .filter(line -> line.contains("error:"))
                    .findFirst()
                    .orElse(lines.isEmpty() ? "exit code " + result.exitCode() : lines.get(lines.size() - 1));
            throw new StartupFailure("PostgreSQL's " + program + " failed [cause=" + said + "]");
        }
    }

    /** Starts the server as a daemon in a session of its own and waits until it takes connections or has failed. */
    Result launch(Path data, Path log, int port, Map<String, String> settings, Duration limit) throws IOException {
        StringBuilder options = new StringBuilder("-p ").append(port);
        settings.forEach((name, value) ->
                options.append(" -c ").append(name).append("='").append(value).append('\''));
        List<String> arguments = List.of(
                "start",
                "--pgdata=" + data,
                "--log=" + log,
                "--options=" + options,
                "--timeout=" + limit.toSeconds(),
                "--wait",
                "--silent");
        return result(limit.plusSeconds(2), command("pg_ctl", arguments));
    }

    /** Sends a signal to each; nothing happens to one that is gone. */
    void signal(String name, List<Long> pids) {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        pids.forEach(pid -> command.add(Long.toString(pid)));
        try {
            result(SIGNAL_TIMEOUT, command);
        } catch (IOException e) {
            throw new StartupFailure("The embedded PostgreSQL cannot be signalled [pids=" + pids + "]", e);
        }
    }

    /** Whether a process lives; one that nobody has buried yet does not. */
    static boolean alive(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1);
            char state = stat.charAt(stat.lastIndexOf(')') + 2);
            return state != 'Z' && state != 'X';
        } catch (IOException e) {
            return false;
        }
    }

    /** Whether a living process is a PostgreSQL server on {@code data}. */
    static boolean servesDirectory(long pid, Path data) {
        try {
            Path cwd = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
            String command = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return alive(pid) && command.contains("postgres") && cwd.equals(data.toRealPath());
        } catch (IOException e) {
            return false;
        }
    }

    /** A server and its sessions. */
    static List<Long> withChildren(long pid) {
        List<Long> pids = new ArrayList<>();
        pids.add(pid);
        ProcessHandle.of(pid)
                .ifPresent(
                        server -> server.descendants().map(ProcessHandle::pid).forEach(pids::add));
        return pids;
    }

    private List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(bin.resolve(program).toString());
        command.addAll(arguments);
        return command;
    }

    private static Result result(Duration limit, List<String> command) throws IOException {
        Path output = Files.createTempFile("storegrid-", ".out");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output.toFile());
            // Settings of the user's own PostgreSQL must not leak in, and messages are read by us.
            builder.environment()
                    .keySet()
                    .removeIf(name -> name.toUpperCase(Locale.ROOT).startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                return new Result(-1, "no end within " + limit.toSeconds() + " s");
            }
            return new Result(process.exitValue(), Files.readString(output, StandardCharsets.ISO_8859_1));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartupFailure("Interrupted while running " + command.get(0), e);
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
