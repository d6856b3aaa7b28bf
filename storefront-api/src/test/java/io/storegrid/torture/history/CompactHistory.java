package io.storegrid.torture.history;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A history in a ninth of the space that gzip needs, byte for byte: the form in which runs are kept in the repository.
 *
 * <p>Most of a history says what was said before. An answer repeats the request, the row at the end repeats the last answer,
 * the ledger says of every SKU what the hold says of all, and a copy should be its row. A compressor that looks for repeated
 * text finds little of that, because what repeats is small, far away, and mixed with identifiers. What it cannot find anybody
 * can who knows what a history is about. So a line is not stored but guessed, value by value, and stored is only how the guess
 * was wrong. Three classes do it:
 *
 * <ul>
 *   <li>{@link Foresight} knows what histories are about. It follows the lines, as the checkers do, and says of each value
 *       what it will probably be: a few candidates, the likeliest first; for a number what it is near; and a condition, such
 *       as the kind of the request, under which values are counted. Keys count up, holds end when their time is over, rows of
 *       a {@code HashMap} come in the order of their hashes, a digest is recomputed from the answer ({@link LikelyBody}).
 *   <li>{@link LineCoder} knows JSON and nothing of histories. It walks a line and codes of each value the rank among the
 *       candidates, or else the distance of a number, a word of those seen at this place, an earlier id by how long ago it
 *       came, and last of all the thing itself. Of a new id the 74 random bits are stored as they are. A line that is not
 *       written as {@link HistoryWriter} would is coded as bytes; so there is nothing that cannot be stored.
 *   <li>{@link TwoWayCoder} turns each such decision into as many bits as it was surprising. It counts how decisions went at
 *       the same place under the same condition: one that always went the same way costs next to nothing.
 * </ul>
 *
 * <p>Writing and reading are the same code. Each step is given the value or finds it out, and either way Foresight is told
 * afterwards; so both sides always guess alike, and a wrong guess costs space, never truth. A sum over all bytes ends the
 * file; whoever reads to the end has read what was written.
 *
 * <p>The guesses are part of the format. Who changes any of the four classes changes the format: then the last byte of
 * {@code MAGIC} has to change, and what is kept has to be made plain before and compact again afterwards (the main method does
 * both). {@code CompactHistoryTest} reads a kept file and notices when that was forgotten. What histories say may change
 * freely: an event or a member that Foresight has never heard of is expected to be as it was the last time.
 *
 * <p>What is left of an hour with 175 000 operations, 19 bytes for each with all rows: two fifths of it are the microseconds at
 * which things happened, a quarter is random bits of ids, a seventh digests of responses that no history tells, and most of
 * the rest the choices of clients.
 */
public final class CompactHistory {

    /** Of the names of such files. */
    public static final String ENDING = ".history";

    /** The first bytes of such files; the last one is the format's version. */
    private static final byte[] MAGIC = {'S', 'G', 'H', 1};

    private static final int BUFFER = 1 << 16;
    private static final int BYTE_MASK = 0xFF;

    private CompactHistory() {}

    /**
     * Makes lines compact.
     *
     * @return bytes by what they were needed for: an event, or a value's place in it
     */
    public static Map<String, Long> write(InputStream lines, OutputStream into) throws IOException {
        into.write(MAGIC);
        TwoWayCoder bits = TwoWayCoder.writing(into);
        LineCoder coder = new LineCoder(bits);
        InputStream from = new BufferedInputStream(lines, BUFFER);
        byte[] line = line(from);
        while (line != null) {
            coder.line(line);
            line = line(from);
        }
        coder.line(null);
        bits.finish();
        return coder.spentBytes();
    }

    private static byte @Nullable [] line(InputStream from) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = from.read();
        while (next >= 0) {
            line.write(next);
            if (next == '\n') {
                break;
            }
            next = from.read();
        }
        return line.size() == 0 ? null : line.toByteArray();
    }

    /**
     * What was given to {@link #write}. A file that is damaged ends in an {@code IOException}, at the latest where its end
     * should be.
     */
    public static InputStream lines(InputStream compact) throws IOException {
        InputStream from = new BufferedInputStream(compact, BUFFER);
        if (!Arrays.equals(from.readNBytes(MAGIC.length), MAGIC)) {
            throw new IOException("no compact history, or one of another version");
        }
        return new Lines(new LineCoder(TwoWayCoder.reading(from)), from);
    }

    private static final class Lines extends InputStream {
        private final LineCoder coder;
        private final InputStream from;
        private byte @Nullable [] line = {};
        private int at;

        Lines(LineCoder coder, InputStream from) {
            this.coder = coder;
            this.from = from;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & BYTE_MASK;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (line != null && at == line.length) {
                at = 0;
                try {
                    line = coder.line(null);
                } catch (RuntimeException e) {
                    throw new IOException("a compact history that is damaged", e);
                }
            }
            if (line == null) {
                return -1;
            }
            int read = Math.min(length, line.length - at);
            System.arraycopy(line, at, into, offset, read);
            at += read;
            return read;
        }

        @Override
        public void close() throws IOException {
            from.close();
        }
    }

    /** Makes a file compact, or a compact one plain, by their endings: {@code CompactHistory <from> <to>}. */
    public static void main(String[] arguments) throws IOException {
        Path from = Path.of(arguments[0]);
        try (InputStream bytes = Files.newInputStream(from);
                OutputStream into = new BufferedOutputStream(Files.newOutputStream(Path.of(arguments[1])))) {
            if (arguments[0].endsWith(ENDING)) {
                lines(bytes).transferTo(into);
                return;
            }
            Map<String, Long> places = write(arguments[0].endsWith(".gz") ? new GZIPInputStream(bytes) : bytes, into);
            Map<String, Long> events = new TreeMap<>();
            places.forEach((place, count) -> events.merge(place.replaceFirst("\\..*", ""), count, Long::sum));
            events.forEach((event, count) -> System.out.println(count + " " + event));
            long all = events.values().stream().mapToLong(Long::longValue).sum();
            places.entrySet().stream()
                    .filter(place -> place.getKey().contains(".") && place.getValue() * 200 > all)
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .forEach(place -> System.out.println(place.getValue() + " " + place.getKey()));
        }
    }
}
