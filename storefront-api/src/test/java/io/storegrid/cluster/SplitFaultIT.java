package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
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
        if (!Namespaces.possible()) {
            System.out.println("[split] NOT RUN: " + Namespaces.WANTING);
            return;
        }
        List<String> command =
                Namespaces.command(SplitDrill.class, directory, List.of("-Xmx256m"), List.of(directory.toString()));
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
}
