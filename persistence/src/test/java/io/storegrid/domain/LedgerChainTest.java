package io.storegrid.domain;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The bytes and hashes that docs/ledger.md promises: whoever verified once must be able to verify for ever. */
class LedgerChainTest {

    private static final long AT = 1_700_000_000_123_456L;

    private static final List<LedgerEntry> ENTRIES = List.of(
            new LedgerEntry("BRIGADEIRO-100", 1, 10, 0, "INITIAL", "first", AT),
            new LedgerEntry("BRIGADEIRO-100", 2, 0, 3, "RESERVED", "rsv_a|b", AT + 1),
            new LedgerEntry("BRIGADEIRO-100", 3, -3, -3, "CONFIRMED", "maçã 🍰", AT + 2));

    private static List<String> hashes(List<LedgerEntry> entries) {
        LedgerChain chain = new LedgerChain();
        List<String> hashes = new ArrayList<>();
        byte[] previous = LedgerChain.beginning();
        for (LedgerEntry entry : entries) {
            previous = chain.link(previous, entry);
            hashes.add(HexFormat.of().formatHex(previous));
        }
        return hashes;
    }

    @Test
    void bytesAreThePartsBetweenBarsAndTheReferenceLast() {
        assertArrayEquals(
                "BRIGADEIRO-100|2|0|3|RESERVED|1700000000123457|rsv_a|b".getBytes(UTF_8),
                ENTRIES.get(1).bytes());
        assertArrayEquals(
                "BRIGADEIRO-100|3|-3|-3|CONFIRMED|1700000000123458|maçã 🍰".getBytes(UTF_8),
                ENTRIES.get(2).bytes());
    }

    @Test
    void hashesAreThoseOfAnotherImplementation() {
        // Computed with Python's hashlib.
        assertEquals(
                List.of(
                        "c65de310856f60c8db87e5647809dd06ed50d901fc2f1da7df19889c4f859678",
                        "436978923e2357cf251417500ff6e73d259f54e12bee9bf4e30e664ecd07d63f",
                        "efdcfc0636411e929d8161cc00952606195d7bc0a2b6dfe3cd716930b75e75bf"),
                hashes(ENTRIES));
    }

    @Test
    void everyPartOfAnEntryIsCovered() {
        List<LedgerEntry> others = List.of(
                new LedgerEntry("BRIGADEIRO-101", 1, 10, 0, "INITIAL", "first", AT),
                new LedgerEntry("BRIGADEIRO-100", 2, 10, 0, "INITIAL", "first", AT),
                new LedgerEntry("BRIGADEIRO-100", 1, 11, 0, "INITIAL", "first", AT),
                new LedgerEntry("BRIGADEIRO-100", 1, 10, 1, "INITIAL", "first", AT),
                new LedgerEntry("BRIGADEIRO-100", 1, 10, 0, "COUNTED", "first", AT),
                new LedgerEntry("BRIGADEIRO-100", 1, 10, 0, "INITIAL", "First", AT),
                new LedgerEntry("BRIGADEIRO-100", 1, 10, 0, "INITIAL", "first", AT + 1));
        List<String> right = hashes(ENTRIES);
        for (LedgerEntry other : others) {
            List<LedgerEntry> changed = new ArrayList<>(ENTRIES);
            changed.set(0, other);
            List<String> wrong = hashes(changed);
            for (int i = 0; i < right.size(); i++) {
                assertFalse(right.get(i).equals(wrong.get(i)), other + " shows in no hash " + (i + 1));
            }
        }
    }

    @Test
    void aChainBeginsWithZeros() {
        assertArrayEquals(new byte[LedgerChain.HASH_BYTES], LedgerChain.beginning());
    }
}
