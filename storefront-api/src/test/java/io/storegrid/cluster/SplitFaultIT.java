package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A grid that breaks in two; see {@link SplitDrill}, which runs in network namespaces of its own. */
@Timeout(300)
class SplitFaultIT {

    private static final long LIMIT_SECONDS = 240;

    @TempDir
    private Path directory;

    @Test
    void minorityRefusesWritesAndTheFenceHoldsWithoutAQuorum() throws Exception {
        if (!namespaces()) {
            System.out.println("[split] NOT RUN: this machine lets us make no network namespaces (Linux, root, ip and"
                    + " unshare are needed)");
            return;
        }
        List<String> command = new ArrayList<>(List.of("unshare", "--net", "--mount"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of(
                "-Djava.io.tmpdir=" + directory,
                "-classpath",
                System.getProperty("java.class.path"),
                SplitDrill.class.getName(),
                directory.toString()));
        Path said = directory.resolve("said");
        Process drill = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            boolean ended = drill.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS);
            String output = Files.readString(said);
            output.lines().filter(line -> line.startsWith("[split]")).forEach(System.out::println);
            assertTrue(ended, output);
            assertEquals(0, drill.exitValue(), output);
        } finally {
            drill.descendants().forEach(ProcessHandle::destroyForcibly);
            drill.destroyForcibly();
        }
    }

    private static boolean namespaces() throws InterruptedException {
        try {
            Process probe = new ProcessBuilder(
                            "unshare", "--net", "--mount", "sh", "-c", "ip link add probe type bridge && ip netns list")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return probe.waitFor() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
