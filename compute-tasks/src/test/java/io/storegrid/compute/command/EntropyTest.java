package io.storegrid.compute.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class EntropyTest {

    private static final long AT = 1_795_000_000_123L;

    private static UUID uuid(String digits) {
        return UUID.fromString(digits.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5"));
    }

    @Test
    void isAUuidOfVersionSeven() {
        UUID uuid = uuid(Entropy.digits(AT));
        assertEquals(7, uuid.version());
        assertEquals(2, uuid.variant());
        assertEquals(AT, uuid.getMostSignificantBits() >>> 16);
    }

    @Test
    void growsWithTime() {
        assertTrue(Entropy.digits(AT).compareTo(Entropy.digits(AT + 1)) < 0);
    }

    @Test
    void doesNotRepeatWithinAMillisecond() {
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 10_000; i++) {
            drawn.add(Entropy.digits(AT));
        }
        assertEquals(10_000, drawn.size());
        assertNotEquals(Entropy.digits(), Entropy.digits());
    }
}
