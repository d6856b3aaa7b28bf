package io.storegrid.api.launch;

import io.storegrid.grid.BadSettings;
import io.storegrid.grid.NodeSettings;
import io.storegrid.grid.StoregridNode;
import io.storegrid.persistence.StartupFailure;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ParameterException;

/** Starts a node and keeps it running until it is told to stop. */
public final class Main {

    /** The node could not start, or could not go on. */
    static final int FAILED = 1;

    /** The command line or the environment makes no sense. */
    static final int MISUSED = 2;

    private Main() {}

    public static void main(String[] arguments) {
        StoregridNode.prepareJvm();
        Console console = new Console(utf8(FileDescriptor.out), utf8(FileDescriptor.err));
        int code = run(List.of(arguments), System.getenv(), console);
        if (code != 0) {
            System.exit(code);
        }
    }

    /** @return 0 when a node runs (and keeps the JVM alive) or help was printed */
    private static int run(List<String> arguments, Map<String, String> environment, Console console) {
        NodeSettings settings;
        try {
            Options.Request request = Options.read(arguments, environment);
            if (request.help()) {
                console.print(Options.help());
                return 0;
            }
            settings = NodeSettings.of(request.values());
        } catch (ParameterException e) {
            console.problems(List.of(oneLine(String.valueOf(e.getMessage())) + " (--help lists all options)"));
            return MISUSED;
        } catch (BadSettings e) {
            console.problems(e.problems());
            return MISUSED;
        }
        System.setProperty("storegrid.log.file", logFile(settings).toString());
        for (String variable : Options.unknownVariables(environment)) {
            console.step("note: the environment variable " + variable + " means nothing to this version");
        }
        Lifecycle lifecycle = new Lifecycle(settings, console);
        lifecycle.stopWithJvm();
        try {
            lifecycle.start();
            return 0;
        } catch (StartupFailure e) {
            return failed(lifecycle, console, e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            return failed(
                    lifecycle,
                    console,
                    "The node cannot start, see the log [log=" + logFile(settings) + ", cause=" + oneLine(e.toString())
                            + "]",
                    e);
        }
    }

    private static int failed(Lifecycle lifecycle, Console console, String message, Throwable cause) {
        org.slf4j.LoggerFactory.getLogger(Main.class).error("The node did not start", cause);
        if (lifecycle.stopping()) {
            // Told to stop while it started: what is reported now is only the echo of that.
            return 0;
        }
        console.problems(List.of(oneLine(message)));
        lifecycle.close();
        return FAILED;
    }

    /** Several nodes may share a data directory, a log file they may not. */
    private static Path logFile(NodeSettings settings) {
        String name = settings.join().isEmpty() ? "storegrid.log" : "storegrid-" + settings.name() + ".log";
        return settings.dataDirectory().resolve("logs").resolve(name);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private static String oneLine(String text) {
        return text.lines().findFirst().orElse(text);
    }
}
