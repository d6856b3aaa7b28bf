package io.storegrid.persistence;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a directory, held by at most one process. The kernel keeps it, so it ends with the process however that
 * dies, and a file left behind means nothing.
 */
final class DirectoryLock implements AutoCloseable {

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Creates {@code directory} if need be and takes the right to it, or throws {@link StartupFailure}. */
    static DirectoryLock take(Path directory, String fileName) {
        FileChannel channel;
        try {
            Files.createDirectories(directory);
            channel =
                    FileChannel.open(directory.resolve(fileName), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new StartupFailure(
                    "The data directory cannot be written, name another one with --data-dir [directory=" + directory
                            + ", cause=" + reason(e) + "]",
                    e);
        }
        if (!locked(channel, directory)) {
            throw new StartupFailure(
                    "The data directory is used by another Storegrid node that is running: stop it, join it with --join, or"
                            + " name another directory with --data-dir [directory=" + directory + "]");
        }
        return new DirectoryLock(channel);
    }

    private static boolean locked(FileChannel channel, Path directory) {
        boolean locked = false;
        try {
            @Nullable FileLock lock = channel.tryLock();
            locked = lock != null;
        } catch (OverlappingFileLockException e) {
            // Held by this very process.
            locked = false;
        } catch (IOException e) {
            throw new StartupFailure(
                    "The data directory cannot be locked [directory=" + directory + ", cause=" + e + "]", e);
        } finally {
            if (!locked) {
                closeQuietly(channel);
            }
        }
        return locked;
    }

    private static String reason(IOException e) {
        String name = e.getClass().getSimpleName().replace("Exception", "");
        return "FileSystem".equals(name) ? String.valueOf(e.getMessage()) : name + " " + e.getMessage();
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing was written, so nothing can be lost.
        }
    }

    @Override
    public void close() {
        closeQuietly(channel);
    }
}
