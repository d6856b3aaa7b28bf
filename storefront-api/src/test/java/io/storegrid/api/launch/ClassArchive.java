package io.storegrid.api.launch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The packaged jar's classes as one JVM read and checked them, for those that come after it: most of what a node does when it
 * starts, and tests start some hundred. A JVM that cannot use the archive says nothing and does without. Thread-safe.
 */
final class ClassArchive {

    private static final Duration END_LIMIT = Duration.ofSeconds(60);
    private static final Path FILE = Path.of("target", "node.jsa").toAbsolutePath();
    private static boolean tried;

    private ClassArchive() {}

    /** What makes a JVM use the archive, which is made if there is none of {@code jar}; nothing if it cannot be made. */
    static synchronized List<String> options(Path jar, List<String> jvm) throws IOException {
        if (!tried && !of(jar)) {
            tried = true;
            make(jvm);
        }
        return of(jar) ? List.of("-XX:SharedArchiveFile=" + FILE) : List.of();
    }

    private static boolean of(Path jar) throws IOException {
        FileTime packed = Files.getLastModifiedTime(jar);
        return Files.exists(FILE) && Files.getLastModifiedTime(FILE).compareTo(packed) > 0;
    }

    private static void make(List<String> jvm) throws IOException {
        Path directory = Files.createTempDirectory("storegrid-classes-");
        Path made = directory.resolve("made.jsa");
        List<String> dumping = Stream.concat(jvm.stream(), Stream.of("-XX:ArchiveClassesAtExit=" + made))
                .toList();
        List<String> options =
                List.of("--http-port=0", "--discovery-port=" + PackagedNode.freePort(), "--sample=never", "--name=one");
        try (PackagedNode node = PackagedNode.awaitUp(PackagedNode.launch(directory, dumping, options))) {
            node.get("/v1/products?limit=1");
            node.get("/v1/carts/none");
            node.terminate();
            node.exitCode(END_LIMIT);
            if (Files.exists(made)) {
                Files.move(made, FILE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            PackagedNode.endOrphan(directory);
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
