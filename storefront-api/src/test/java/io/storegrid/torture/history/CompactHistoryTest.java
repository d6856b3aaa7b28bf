package io.storegrid.torture.history;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CompactHistoryTest {

    private static final Path KEPT = Path.of("..", "docs", "torture", "without-fence.history");
    private static final int SOME_LINES = 1_500;

    /** Of the lines of {@link #KEPT}, before they were made compact. */
    private static final String KEPT_SHA_256 = "c5b1e64aa7ae5c8f456df0fb654822468b17f4708b3c5fe20f8e83abc16b5a1f";

    static List<String> oddities() {
        List<String> oddities = new ArrayList<>(List.of(
                "",
                "\n",
                "\n\n",
                "\r\n",
                "no JSON\n",
                "{}\n",
                "[1]\n",
                "null\n",
                "{\"event\":\"PROBE\",\"of\":{}}",
                "{\"event\":\"PROBE\",\"of\":{\"sku\":\"cut o",
                // The same, written otherwise.
                "{\"event\": \"PROBE\", \"of\": {}}\n",
                "{\"of\":{},\"event\":\"PROBE\"}\n",
                "{\"event\":\"PROBE\",\"of\":{\"a\":1,\"a\":2}}\n",
                "{\"event\":\"PROBE\",\"of\":{\"sku\":\"\\u0041\"}}\n",
                "{\"event\":\"PROBE\",\"of\":{\"sku\":\"\\ud800\"}}\n"));
        for (String of : List.of(
                "{\"sku\":\"PÃO-DE-MEL-1 \uD83C\uDF6E \u0000\uFFFF\",\"\":\"\"}",
                "{\"sinceMicros\":-1,\"acceptedMicros\":0,\"a\":9223372036854775807,\"b\":-9223372036854775808}",
                "{\"a\":9223372036854775808,\"b\":1.0,\"c\":1.50,\"d\":1e300,\"e\":-0.0,\"f\":123456789012345678901234567890}",
                "{\"a\":null,\"b\":[],\"c\":{},\"d\":[[],{},null,true,false,[1,\"x\"]],\"e\":true}",
                "{\"id\":\"x\",\"client\":null,\"micros\":[],\"request\":7,\"key\":true,\"attempt\":{},\"answer\":{},\"row\":null}",
                "{\"id\":-9223372036854775808,\"client\":1,\"micros\":-5,\"request\":{\"key\":\"k999999999999\",\"lines\":[]}}",
                "{\"id\":9223372036854775807,\"client\":1,\"micros\":-5,\"request\":{\"key\":\"7\",\"lines\":{\"A\":null}}}",
                "{\"id\":7,\"attempt\":null,\"answer\":{\"reservation\":\"rsv_not-hexadecimal\",\"version\":1,\"state\":\"HELD\","
                        + "\"lines\":{\"B\":1,\"A\":2},\"createdMicros\":9223372036854775807,\"digest\":\"zz\"}}",
                "{\"key\":\"rsv_01a218d8a77b79ca879eda0446cb11170001\",\"row\":{\"lines\":{\"B\":1,\"A\":2}},\"ref\":"
                        + "\"rsv_01a218d8a77b79ca879eda0446cb11170001\"}",
                "{\"key\":\"rsv_ffffffffffff7fffbfffffffffffffff0001\",\"cache\":\"\",\"fields\":{\"lines\":\"{A=1}\"}}",
                "{\"sku\":\"A\",\"version\":\"1\",\"reason\":3,\"ref\":null,\"atMicros\":\"0123456789abcdef\"}")) {
            StringBuilder all = new StringBuilder();
            for (String event : List.of(
                    "HEADER",
                    "INVOKED",
                    "ATTEMPTED",
                    "GAVE_UP",
                    "FAULT",
                    "OVERDUE",
                    "STOCK",
                    "HOLD",
                    "LEDGER",
                    "KEY",
                    "CART",
                    "COPY",
                    "NEVER_HEARD_OF",
                    "")) {
                all.append("{\"event\":\"")
                        .append(event)
                        .append("\",\"of\":")
                        .append(of)
                        .append("}\n");
            }
            oddities.add(all.append(all).toString());
        }
        return oddities;
    }

    @ParameterizedTest(name = "[{index}]")
    @MethodSource("oddities")
    void keepsWhateverTheBytesAre(String lines) throws IOException {
        assertKept(lines.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void keepsBytesThatAreNoText() throws IOException {
        byte[] bytes = new byte[5_000];
        new Random(1).nextBytes(bytes);
        assertKept(bytes);
        assertKept("{\"event\":\"PROBE\",\"of\":{\"sku\":\"\u00C3\"}}\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    /** In another order, and with other numbers, all expectations are wrong. */
    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3})
    void keepsWhatNobodyExpects(int seed) throws IOException {
        List<String> lines = keptLines();
        Random random = new Random(seed);
        lines.replaceAll(line -> random.nextInt(4) > 0
                ? line
                : line.replaceFirst("\\d\\d", Integer.toString(random.nextInt(1, 1_000_000))));
        Collections.shuffle(lines, random);
        assertKept(joined(lines));
    }

    @Test
    void keepsMembersAndEventsThatAreNew() throws IOException {
        List<String> lines = keptLines();
        lines.replaceAll(
                line -> line.replace("\"answer\":{", "\"answer\":{\"order\":{\"id\":\"ord_1\",\"total\":-3},"));
        lines.add("{\"event\":\"ORDER\",\"of\":{\"key\":\"ord_1\",\"row\":{\"steps\":[{\"at\":1},{\"at\":2}]}}}");
        byte[] all = joined(lines);
        assertTrue(assertKept(all) < all.length / 10);
    }

    @Test
    void readsWhatWasKept() throws Exception {
        byte[] lines;
        try (InputStream kept = Files.newInputStream(KEPT);
                InputStream plain = CompactHistory.lines(kept)) {
            lines = plain.readAllBytes();
        }
        assertEquals(
                KEPT_SHA_256,
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(lines)),
                "the format changed: see CompactHistory");
        assertTrue(Files.size(KEPT) < lines.length / 40, Files.size(KEPT) + " of " + lines.length);
    }

    @Test
    void noticesDamage() throws IOException {
        byte[] lines = joined(keptLines().subList(0, 50));
        byte[] compact = compact(lines);
        // The last bytes only make sure that the coder can read on.
        for (int i = 0; i < compact.length - 4; i++) {
            byte[] damaged = compact.clone();
            damaged[i] ^= 0x10;
            assertThrows(IOException.class, () -> plain(damaged), "byte " + i);
        }
        byte[] shorter = Arrays.copyOf(compact, compact.length / 2);
        assertThrows(IOException.class, () -> plain(shorter));
    }

    private static List<String> keptLines() throws IOException {
        try (InputStream kept = Files.newInputStream(KEPT);
                InputStream plain = CompactHistory.lines(kept)) {
            String all = new String(plain.readAllBytes(), StandardCharsets.UTF_8);
            List<String> lines = new ArrayList<>(all.lines().limit(SOME_LINES).toList());
            // Of each event some, those at the end too.
            all.lines()
                    .skip(SOME_LINES)
                    .filter(line -> line.hashCode() % 20 == 0)
                    .forEach(lines::add);
            return lines;
        }
    }

    private static byte[] joined(List<String> lines) {
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private static int assertKept(byte[] lines) throws IOException {
        byte[] compact = compact(lines);
        assertArrayEquals(lines, plain(compact));
        return compact.length;
    }

    private static byte[] compact(byte[] lines) throws IOException {
        ByteArrayOutputStream compact = new ByteArrayOutputStream();
        CompactHistory.write(new ByteArrayInputStream(lines), compact);
        return compact.toByteArray();
    }

    private static byte[] plain(byte[] compact) throws IOException {
        return CompactHistory.lines(new ByteArrayInputStream(compact)).readAllBytes();
    }
}
