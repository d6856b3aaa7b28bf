package io.storegrid.persistence.sample;

import io.storegrid.domain.InvariantViolation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The checked-in catalogue that a first start fills an empty store with: some 6 000 products of a confectionery
 * marketplace. Read as a stream, one line in memory at a time.
 */
public final class SampleCatalogue {

    /** Lines in the file; known beforehand, so that a first start can show how far it is. */
    public static final int SIZE = 6_000;

    private static final String RESOURCE = "/sample/catalogue.ndjson.gz";

    private SampleCatalogue() {}

    /** The items in the order of the file, read as they are asked for; used by one thread, closed by it. */
    public static final class Items implements Iterator<SampleItem>, AutoCloseable {

        private final BufferedReader lines;
        private @Nullable String next;

        private Items(BufferedReader lines) {
            this.lines = lines;
            advance();
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public SampleItem next() {
            String line = next;
            if (line == null) {
                throw new NoSuchElementException();
            }
            advance();
            try {
                return SampleLines.read(line);
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }

        private void advance() {
            try {
                next = lines.readLine();
            } catch (IOException e) {
                throw unreadable(e);
            }
        }
    }

    /** Opens the file. */
    public static Items items() {
        try {
            return new Items(
                    new BufferedReader(new InputStreamReader(new GZIPInputStream(open()), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw unreadable(e);
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

    private static UncheckedIOException unreadable(IOException cause) {
        return new UncheckedIOException("unreadable [resource=" + RESOURCE + "]", cause);
    }
}
