package io.storegrid.load;

import io.storegrid.load.LoadSettings.Demand;
import io.storegrid.load.StoreClient.Product;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** The products that shoppers choose from, and how likely each is. Immutable. */
final class SkuPool {

    private static final long SEED = 7;

    private final List<Product> products;
    private final double[] cumulative;

    SkuPool(List<Product> products, Demand demand) {
        // Ranks must have nothing to do with the order of SKUs, or the dear ones would be neighbours in every index.
        Product[] ranked = products.toArray(Product[]::new);
        SplittableRandom shuffle = new SplittableRandom(SEED);
        for (int i = ranked.length - 1; i > 0; i--) {
            int j = shuffle.nextInt(i + 1);
            Product swapped = ranked[i];
            ranked[i] = ranked[j];
            ranked[j] = swapped;
        }
        this.products = List.of(ranked);
        this.cumulative = new double[ranked.length];
        double sum = 0;
        for (int i = 0; i < ranked.length; i++) {
            sum += demand == Demand.ZIPF ? 1.0 / (i + 1) : 1.0;
            cumulative[i] = sum;
        }
    }

    /** Reads the catalogue of the target and, if told so, fills up its stock. */
    static SkuPool prepare(LoadSettings settings) {
        StoreClient store = new StoreClient(settings.target());
        SkuPool pool = new SkuPool(store.catalogue(settings.skus()), settings.demand());
        if (settings.stock() > 0) {
            store.restock(pool.skus(), settings.stock());
        }
        return pool;
    }

    List<String> skus() {
        return products.stream().map(Product::sku).toList();
    }

    Product pick() {
        return pick(ThreadLocalRandom.current());
    }

    Product pick(RandomGenerator random) {
        int found = Arrays.binarySearch(cumulative, random.nextDouble(cumulative[cumulative.length - 1]));
        return products.get(found >= 0 ? Math.min(found + 1, products.size() - 1) : -found - 1);
    }

    /** Wanted units of 1 to 4 different SKUs, 1 to 3 units each. */
    Map<String, Integer> order() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        int lines = Math.min(random.nextInt(1, 5), products.size());
        Map<String, Integer> order = new LinkedHashMap<>();
        while (order.size() < lines) {
            order.putIfAbsent(pick(random).sku(), random.nextInt(1, 4));
        }
        return order;
    }

    /** The lines as the API takes them. */
    static String json(Map<String, Integer> order) {
        return order.entrySet().stream()
                .map(line -> "{\"sku\":\"" + line.getKey() + "\",\"quantity\":" + line.getValue() + "}")
                .collect(Collectors.joining(",", "[", "]"));
    }
}
