package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.storegrid.domain.InventoryItem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CopiesTest {

    private final Copies<InventoryItem> copies = new Copies<>(3);

    private static InventoryItem version(long version) {
        return new InventoryItem("A", version, 0, version);
    }

    private @Nullable Long known(String key) {
        InventoryItem item = copies.row(key);
        return item == null ? null : item.version();
    }

    @ParameterizedTest(name = "known {0}, {1} {2}: {3}")
    @CsvSource(nullValues = "-", textBlock = """
            -, loaded, 5, 5
            4, loaded, 5, 5
            5, loaded, 5, 5
            6, loaded, 5, 6
            -, moved,  5, -
            4, moved,  5, 5
            5, moved,  5, 5
            6, moved,  5, 6
            """)
    void theNewestVersionWinsAndOnlyAReadMakesACopy(
            @Nullable Long known, String how, long version, @Nullable Long after) {
        if (known != null) {
            copies.loaded("A", version(known));
        }
        if (how.equals("loaded")) {
            copies.loaded("A", version(version));
        } else {
            copies.moved("A", version(version));
        }
        assertEquals(after, known("A"));
    }

    @Test
    void whatWasDroppedIsNotMovedBackIn() {
        copies.loaded("A", version(1));
        copies.drop(List.of("A", "never seen"));
        copies.moved("A", version(2));
        assertNull(copies.row("A"));
        copies.loaded("A", version(1));
        copies.dropAll();
        copies.moved("A", version(2));
        assertEquals(0, copies.size());
    }

    @Test
    void theLeastRecentlyUsedCopyGoesFirst() {
        copies.loaded("A", version(1));
        copies.loaded("B", version(1));
        copies.loaded("C", version(1));
        assertNotNull(copies.row("A"));
        copies.loaded("D", version(1));
        assertEquals(3, copies.size());
        assertNull(copies.row("B"));
        assertNotNull(copies.row("A"));
    }
}
