package io.storegrid.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.persistence.ImportRow.Refusal;
import java.util.List;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class ImportRowTest {

    /** Details as given, told apart by their names, and as kept. */
    static final List<List<Named<String>>> DETAILS = List.of(
            row("plain", "/maçã is not known", "/maçã is not known"),
            row("beyond the first plane", "/🍰", "/🍰"),
            row("U+0000", "/a" + (char) 0 + "b", "/a\ufffdb"),
            row("half a pair", "/" + (char) 0xd83c + " is", "/\ufffd is"),
            row("a pair in the wrong order", "" + (char) 0xdf70 + (char) 0xd83c, "\ufffd\ufffd"),
            row("half a pair at the end", "a" + (char) 0xd83c, "a\ufffd"),
            row("control characters", "a\n" + (char) 0x7f, "a\ufffd\ufffd"));

    private static List<Named<String>> row(String name, String given, String kept) {
        return List.of(Named.of(name, given), Named.of(name, kept));
    }

    @ParameterizedTest
    @FieldSource("DETAILS")
    void aRefusalKeepsWhatPostgresqlKeeps(List<Named<String>> row) {
        assertEquals(
                row.get(1).getPayload(),
                new Refusal(1, "malformed-json", row.get(0).getPayload()).detail());
    }

    @Test
    void aRefusalIsNoLongerThanItNeedsToBe() {
        Refusal refusal = new Refusal(1, "malformed-json", "🍰".repeat(5_000));
        assertTrue(refusal.detail().length() <= Refusal.DETAIL_LENGTH_MAX + 1, refusal.detail());
        assertEquals(refusal, new Refusal(1, "malformed-json", refusal.detail()));
    }
}
