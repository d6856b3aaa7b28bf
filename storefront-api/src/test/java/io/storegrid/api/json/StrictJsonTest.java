package io.storegrid.api.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {

    private static Object parse(String text) throws MalformedJson {
        return StrictJson.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void readsEveryKindOfValue() throws MalformedJson {
        assertEquals(
                Map.of("a", List.of(1L, "ç", true, false, StrictJson.Odd.NULL), "b", Map.of()),
                parse(" {\"a\":[1,\"\\u00e7\",true,false,null],\"b\":{}}\n"));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "1.0, FRACTION",
        "1e3, FRACTION",
        "1E400, FRACTION",
        "-0.0, FRACTION",
        "9223372036854775808, HUGE",
        "-9223372036854775809, HUGE",
        "99999999999999999999999999, HUGE",
        "null, NULL"
    })
    void keepsOddValuesApart(String text, StrictJson.Odd odd) throws MalformedJson {
        assertEquals(odd, parse(text));
    }

    @ParameterizedTest
    @CsvSource({"9223372036854775807", "-9223372036854775808", "0", "-1"})
    void readsEveryLong(String text) throws MalformedJson {
        assertEquals(Long.valueOf(text), parse(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "01",
                "+1",
                ".5",
                "NaN",
                "'a'",
                "{a:1}",
                "1 2",
                "{} x",
                "[1] // x",
                "\"a\nb\"",
                "\"\\x\"",
                "\uFEFF{}",
                "{\"a\":1,\"a\":1}",
                "{\"a\":{\"b\":1,\"b\":2}}",
                "tru",
                "]"
            })
    void refusesWhatIsNoJson(String text) {
        MalformedJson refusal = assertThrows(MalformedJson.class, () -> parse(text));
        assertTrue(!refusal.detail().isBlank() && refusal.detail().indexOf('\n') < 0, refusal.detail());
    }

    @Test
    void boundsNesting() throws MalformedJson {
        int depth = StrictJson.DEPTH_MAX;
        parse("[".repeat(depth) + "]".repeat(depth));
        assertThrows(MalformedJson.class, () -> parse("[".repeat(depth + 1) + "]".repeat(depth + 1)));
        assertThrows(MalformedJson.class, () -> parse("[".repeat(500_000)));
    }

    @Test
    void refusesOtherEncodings() {
        for (byte[] bytes : List.of(
                "{}".getBytes(StandardCharsets.UTF_16),
                "\"ç\"".getBytes(StandardCharsets.ISO_8859_1),
                new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'},
                new byte[] {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'})) {
            assertThrows(MalformedJson.class, () -> StrictJson.parse(bytes));
        }
    }

    @Test
    void writesTimesAsExactAsTheyAre() {
        assertEquals("1970-01-01T00:00:01.000001Z", JsonText.time(1_000_001));
        assertEquals("2026-11-23T12:00:00Z", JsonText.time(1_795_435_200_000_000L));
    }
}
