package io.storegrid.compute.imports;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Lines of a file as bytes, numbered from 1, in bounded memory whatever the file holds. LF and CRLF end a line; the last
 * one may lack its end; a byte order mark at the beginning is passed over. Not thread-safe.
 */
final class LineReader implements Closeable {

    /** Bytes of one line; some four times what the largest valid product needs. */
    static final int LINE_BYTES_MAX = 256 << 10;

    private static final int BUFFER_BYTES = 64 << 10;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int filled;
    private long number;

    /**
     * One line.
     *
     * @param bytes without the line end; null when the line is longer than {@link #LINE_BYTES_MAX}
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Line(long number, byte @Nullable [] bytes) {

        /** Nothing but white space. */
        boolean blank() {
            if (bytes == null) {
                return false;
            }
            for (byte b : bytes) {
                if (b != ' ' && b != '\t' && b != '\r') {
                    return false;
                }
            }
            return true;
        }
    }

    /** Reads from {@code in}, which is closed with this reader. */
    LineReader(InputStream in) {
        this.in = in;
    }

    /** The next line; null at the end. */
    @Nullable
    Line next() throws IOException {
        if (position == filled && !fill()) {
            return null;
        }
        number++;
        ByteArrayOutputStream line = new ByteArrayOutputStream(1024);
        boolean tooLong = false;
        boolean ended = false;
        while (!ended && (position < filled || fill())) {
            int end = position;
            while (end < filled && buffer[end] != '\n') {
                end++;
            }
            // A line end in CRLF counts one byte more than it says; nobody will miss the last of 256 KiB.
            tooLong |= line.size() + (end - position) > LINE_BYTES_MAX;
            if (!tooLong) {
                line.write(buffer, position, end - position);
            }
            ended = end < filled;
            position = ended ? end + 1 : end;
        }
        return new Line(number, tooLong ? null : trimmed(line.toByteArray()));
    }

    /** Passes over all lines up to {@code last}. */
    void skipTo(long last) throws IOException {
        while (number < last && (position < filled || fill())) {
            while (position < filled && buffer[position] != '\n') {
                position++;
            }
            if (position < filled) {
                position++;
                number++;
            } else if (!fill()) {
                number++;
            }
        }
    }

    private byte[] trimmed(byte[] line) {
        int from = number == 1 && startsWithMark(line) ? 3 : 0;
        int to = line.length > from && line[line.length - 1] == '\r' ? line.length - 1 : line.length;
        return from == 0 && to == line.length ? line : Arrays.copyOfRange(line, from, to);
    }

    private static boolean startsWithMark(byte[] line) {
        return line.length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF;
    }

    private boolean fill() throws IOException {
        position = 0;
        filled = Math.max(0, in.read(buffer));
        return filled > 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
