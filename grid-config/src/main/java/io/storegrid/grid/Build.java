package io.storegrid.grid;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What this program is, as the build wrote it down. */
final class Build {

    /** Of this software: {@code major.minor.patch}, perhaps with a tail. */
    static final String VERSION = version();

    private Build() {}

    /**
     * What two nodes must have in common: {@code major.minor}. A patch changes neither what crosses the grid nor the
     * schema, so that nodes can be exchanged one after another.
     */
    static String line(String version) {
        String[] parts = version.split("[.-]", -1);
        return parts.length < 2 ? version : parts[0] + "." + parts[1];
    }

    private static String version() {
        Properties build = new Properties();
        try (InputStream in = Build.class.getResourceAsStream("/META-INF/storegrid-build.properties")) {
            if (in == null) {
                throw new IllegalStateException("META-INF/storegrid-build.properties is missing");
            }
            build.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return build.getProperty("version");
    }
}
