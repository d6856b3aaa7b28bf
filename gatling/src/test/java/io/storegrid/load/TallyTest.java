package io.storegrid.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TallyTest {

    @Test
    void keepsEveryPromiseUpToItsBound() {
        Tally tally = promised(Tally.KEPT_MAX);
        assertEquals(
                IntStream.range(0, Tally.KEPT_MAX).mapToObj(n -> "rsv_" + n).toList(),
                tally.promisesKept().stream().map(Tally.Promise::reservationId).toList());
    }

    @Test
    void keepsOfMoreASampleOfAll() {
        Tally tally = promised(2 * Tally.KEPT_MAX);
        assertEquals(2L * Tally.KEPT_MAX, tally.promises());
        assertEquals(Tally.KEPT_MAX, tally.promisesKept().stream().distinct().count());
        long ofSecondHalf = tally.promisesKept().stream()
                .filter(promise -> Integer.parseInt(promise.reservationId().substring(4)) >= Tally.KEPT_MAX)
                .count();
        assertEquals(0.5, (double) ofSecondHalf / Tally.KEPT_MAX, 0.05);
    }

    @Test
    void oneComplaintIsEnough() {
        Tally tally = new Tally();
        assertEquals(Books.SOUND, tally.verdict());
        tally.complain("confirm was answered 404");
        assertEquals("1 complaints: confirm was answered 404", tally.verdict());
        assertTrue(tally.summary().contains("COMPLAINT confirm was answered 404"));
    }

    @Test
    void countsByName() {
        Tally tally = new Tally();
        tally.count("held");
        tally.count("held");
        assertEquals(2, tally.counted("held"));
        assertEquals(0, tally.counted("sold out"));
    }

    private static Tally promised(int count) {
        Tally tally = new Tally();
        for (int n = 0; n < count; n++) {
            tally.promised(new Tally.Promise("rsv_" + n, Map.of(), "HELD"));
        }
        return tally;
    }
}
