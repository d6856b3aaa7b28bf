package io.storegrid.compute.imports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LineReaderTest {

    private static final int MAX = LineReader.LINE_BYTES_MAX;

    @ParameterizedTest(name = "<{0}> reads as <{1}>")
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "a~b~|1:a 2:b",
                "a~b|1:a 2:b",
                "a!~b!~|1:a 2:b",
                "a~~b|1:a 2: 3:b",
                "^a~^b|1:a 2:^b",
                "~|1:",
                "!~|1:",
                "a!b!|1:a!b",
            })
    void splitsAtLineEnds(String coded, String expected) throws IOException {
        String text = coded.replace('~', '\n').replace('!', '\r').replace('^', '\uFEFF');
        assertEquals(expected.replace('!', '\r').replace('^', '\uFEFF'), numbered(reader(text)));
    }

    @Test
    void anEmptyFileHasNoLine() throws IOException {
        assertNull(reader("").next());
    }

    @Test
    void passesOverALineThatIsTooLongWithoutKeepingIt() throws IOException {
        LineReader lines = new LineReader(new Endless(40L << 20, "\nafter\n"));
        LineReader.Line tooLong = lines.next();
        assertNotNull(tooLong);
        assertNull(tooLong.bytes());
        assertFalse(tooLong.blank());
        assertEquals("2:after", numbered(lines));
    }

    @ParameterizedTest(name = "{0} bytes more than the maximum: kept {1}")
    @CsvSource({"-1, true", "0, true", "1, false", "70000, false"})
    void keepsTheLongestLine(int over, boolean kept) throws IOException {
        LineReader.Line line = reader("x".repeat(MAX + over) + "\nb").next();
        assertNotNull(line);
        assertEquals(kept, line.bytes() != null);
    }

    @Property(tries = 300)
    void skippingIsReadingWithoutLooking(@ForAll("texts") String text, @ForAll @IntRange(max = 12) int last)
            throws IOException {
        LineReader read = reader(text);
        for (int i = 0; i < last; i++) {
            read.next();
        }
        LineReader skipped = reader(text);
        skipped.skipTo(last);
        assertEquals(numbered(read), numbered(skipped));
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of("a", "bc", "\r", "\n", "\n", "x".repeat(70_000), " ")
                .list()
                .ofMaxSize(20)
                .map(parts -> String.join("", parts));
    }

    @Test
    void tellsUtf8FromOtherBytes() {
        Utf8 utf8 = new Utf8();
        assertTrue(utf8.isValid("pão de ló 🍰".repeat(2_000).getBytes(StandardCharsets.UTF_8)));
        assertFalse(utf8.isValid("pão".getBytes(StandardCharsets.ISO_8859_1)));
        assertFalse(utf8.isValid(new byte[] {'a', (byte) 0xC3}));
        assertTrue(utf8.isValid(new byte[] {'a'}), "a bad line leaves no trace");
    }

    private static LineReader reader(String text) {
        return new LineReader(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String numbered(LineReader reader) throws IOException {
        List<LineReader.Line> lines = new ArrayList<>();
        for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
            lines.add(line);
        }
        return lines.stream()
                .map(line -> line.number() + ":"
                        + (line.bytes() == null ? "!" : new String(line.bytes(), StandardCharsets.UTF_8)))
                .collect(Collectors.joining(" "));
    }

    /** Many bytes that are never in memory together. */
    private static final class Endless extends InputStream {
        private final InputStream end;
        private long left;

        Endless(long count, String end) {
            this.left = count;
            this.end = new ByteArrayInputStream(end.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public int read() throws IOException {
            if (left > 0) {
                left--;
                return 'x';
            }
            return end.read();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (left == 0) {
                return end.read(bytes, offset, length);
            }
            int count = (int) Math.min(left, length);
            Arrays.fill(bytes, offset, offset + count, (byte) 'x');
            left -= count;
            return count;
        }
    }
}
