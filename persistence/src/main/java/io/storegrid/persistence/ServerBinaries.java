package io.storegrid.persistence;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import io.zonky.test.db.postgres.util.ArchUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of the PostgreSQL server that the class path carries, unpacked once into a directory named after their
 * content, so that a new version lies beside the old one. Safe against two processes that unpack at once.
 */
final class ServerBinaries {

    private static final Set<PosixFilePermission> PROGRAM = PosixFilePermissions.fromString("rwxr-xr-x");
    private static final Set<PosixFilePermission> DATA = PosixFilePermissions.fromString("rw-r--r--");
    private static final int DIGEST_DIGITS = 12;

    private ServerBinaries() {}

    /** The directory {@code bin} of the server, unpacked beneath {@code cache} when it is not there yet. */
    static Path in(Path cache) {
        try {
            Path home = cache.resolve(digest());
            if (!Files.isDirectory(home)) {
                unpack(cache, home);
            }
            return home.resolve("bin");
        } catch (IOException e) {
            throw new StartupFailure(
                    "The embedded PostgreSQL cannot be unpacked [directory=" + cache + ", cause=" + e + "]", e);
        }
    }

    private static InputStream archive() throws IOException {
        String architecture = ArchUtils.normalize(System.getProperty("os.arch", ""));
        try {
            if (System.getProperty("os.name", "").startsWith("Linux")) {
                return DefaultPostgresBinaryResolver.INSTANCE.getPgBinary("Linux", architecture);
            }
            throw new IllegalStateException("Linux only");
        } catch (IllegalStateException e) {
            throw new StartupFailure(
                    "There is no embedded PostgreSQL for this system, name one with --db-url [system="
                            + System.getProperty("os.name") + ", architecture=" + architecture + ", cause="
                            + e.getMessage() + "]",
                    e);
        }
    }

    private static String digest() throws IOException {
        try (DigestInputStream in = new DigestInputStream(archive(), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest()).substring(0, DIGEST_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /** Unpacks beside the target and moves it there in one step: a directory under its final name is complete. */
    private static void unpack(Path cache, Path home) throws IOException {
        Files.createDirectories(cache);
        Path part = Files.createTempDirectory(cache, "unpacking-");
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive(), 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                unpackEntry(tar, entry, part);
            }
            Files.setPosixFilePermissions(part, PROGRAM);
            Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            deleteTree(part);
            // Another process was faster; its directory is as good.
            if (!Files.isDirectory(home)) {
                throw e;
            }
        }
    }

    private static void unpackEntry(TarArchiveInputStream tar, TarArchiveEntry entry, Path into) throws IOException {
        Path target = into.resolve(entry.getName()).normalize();
        if (!target.startsWith(into)) {
            throw new IOException("entry outside of its archive: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(target, (entry.getMode() & 0100) != 0 ? PROGRAM : DATA);
        }
    }

    /** Deletes a directory with all that is in it; does nothing when it is not there. */
    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(root)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }
}
