package io.storegrid.persistence.sample;

import io.storegrid.domain.InvariantViolation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.zip.GZIPInputStream;

/**
 * The checked-in catalogue that a first start fills an empty store with: some 6 000 products of a confectionery
 * marketplace. Read as a stream, one line in memory at a time.
 */
public final class SampleCatalogue {

    /** Lines in the file; known beforehand, so that a first start can show how far it is. */
    public static final int SIZE = 6_000;

    private static final String RESOURCE = "/sample/catalogue.ndjson.gz";

    private SampleCatalogue() {}

    /** Hands every item to {@code sink}, in the order of the file. */
    public static void forEach(Consumer<SampleItem> sink) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(new GZIPInputStream(open()), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                sink.accept(SampleLines.read(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("unreadable [resource=" + RESOURCE + "]", e);
        }
    }

    /** The file as an import body would carry it: gzip, newline-delimited JSON. The caller closes it. */
    public static InputStream open() {
        InputStream in = SampleCatalogue.class.getResourceAsStream(RESOURCE);
        if (in == null) {
            throw new InvariantViolation("not in the jar [resource=" + RESOURCE + "]");
        }
        return in;
    }
}
