package io.storegrid.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.load.LoadSettings.Demand;
import io.storegrid.load.StoreClient.Product;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class SkuPoolTest {

    private static final int PICKS = 100_000;

    @Test
    void zipfWantsTheNthWithAWeightOfOneInN() {
        List<Long> counts = counts(Demand.ZIPF, 100);
        double harmonic =
                IntStream.rangeClosed(1, 100).mapToDouble(n -> 1.0 / n).sum();
        assertEquals(PICKS / harmonic, counts.get(0), PICKS / harmonic * 0.1);
        assertEquals(counts.get(0) / 2.0, counts.get(1), counts.get(1) * 0.1);
        assertEquals(counts.get(0) / 10.0, counts.get(9), counts.get(9) * 0.2);
    }

    @Test
    void uniformWantsAllAlike() {
        List<Long> counts = counts(Demand.UNIFORM, 100);
        assertTrue(counts.get(0) < counts.get(99) * 1.5, counts.toString());
    }

    @Test
    void ordersOneToFourDifferentProducts() {
        SkuPool pool = new SkuPool(products(4), Demand.ZIPF);
        for (int i = 0; i < 1_000; i++) {
            Map<String, Integer> order = pool.order();
            assertTrue(order.size() >= 1 && order.size() <= 4, order.toString());
            assertTrue(Set.of(1, 2, 3).containsAll(order.values()), order.toString());
        }
    }

    @Test
    void writesLinesAsTheApiTakesThem() {
        assertEquals("[{\"sku\":\"A\",\"quantity\":2}]", SkuPool.json(Map.of("A", 2)));
    }

    /** How often each product was picked, the most wanted first. */
    private static List<Long> counts(Demand demand, int size) {
        SkuPool pool = new SkuPool(products(size), demand);
        SplittableRandom random = new SplittableRandom(1);
        Map<String, Long> counts = new HashMap<>();
        for (int i = 0; i < PICKS; i++) {
            counts.merge(pool.pick(random).sku(), 1L, Long::sum);
        }
        assertEquals(size, counts.size(), "each is picked now and then");
        return counts.values().stream().sorted((a, b) -> Long.compare(b, a)).toList();
    }

    private static List<Product> products(int count) {
        return IntStream.range(0, count)
                .mapToObj(n -> new Product("S" + n, "Bolo", "Bolos"))
                .toList();
    }
}
