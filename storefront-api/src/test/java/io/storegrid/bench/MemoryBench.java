package io.storegrid.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.catalogue.MemoryCatalogue;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.domain.CartId;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Product;
import io.storegrid.domain.ReservationLine;
import io.storegrid.grid.TestStore;
import io.storegrid.persistence.sample.SampleCatalogue;
import io.storegrid.persistence.sample.SampleItem;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.CachePeekMode;
import org.jspecify.annotations.Nullable;

/**
 * What a product, a stock row, a cart and a live hold take: in the grid's memory outside the heap, in the heap (index of the
 * catalogue, pictures of the lane) and on PostgreSQL's disk. Found by adding the same number twice: the second time shows
 * whether the first one speaks for more.
 */
final class MemoryBench {

    private static final int ADDED = 20_000;
    private static final String MEMORY = "1GB";
    private static final String REGION = "store";
    private static final int CALLERS = 256;
    private static final int IMPORT_LINES = 250;
    private static final int CART_LINES = 3;
    private static final int HOLD_LINES = 2;
    private static final long AMPLE = Limits.ON_HAND_MAX;
    private static final double MB = 1 << 20;

    /** How far the second addition may be from the first, or this is no measure for other numbers. */
    private static final double LINEAR_WITHIN = 0.25;

    /** Memory comes in pages, and each partition begins its own. */
    private static final double GRAIN = 2.0 * 4_096 * 256 / ADDED;

    /** What there is to be room for. */
    private record Need(String name, double products, double carts, double holds) {}

    private static final List<Need> NEEDS = List.of(
            new Need("small: 10 k products, 50 k carts, 20 k holds", 10_000, 50_000, 20_000),
            new Need("medium: 100 k products, 300 k carts, 200 k holds", 100_000, 300_000, 200_000),
            new Need("large: 100 k products, 1 M carts, 1 M holds", 100_000, 1_000_000, 1_000_000));

    /** Entries of one kind, and how {@code ADDED} more of them are made. */
    private enum Kind {
        PRODUCT(StoreCaches.PRODUCTS),
        STOCK(StoreCaches.INVENTORY),
        CART(StoreCaches.CARTS),
        HOLD(StoreCaches.RESERVATIONS);

        private final String cache;

        Kind(String cache) {
            this.cache = cache;
        }

        /** Where PostgreSQL keeps them. */
        List<String> tables() {
            return switch (this) {
                case PRODUCT -> List.of("product");
                case STOCK -> List.of("inventory", "stock_ledger");
                case CART -> List.of("cart", "cart_line");
                case HOLD -> List.of("reservation", "reservation_line", "stock_ledger", "idempotency");
            };
        }

        String label() {
            return switch (this) {
                case PRODUCT -> "product";
                case STOCK -> "stock of a SKU";
                case CART -> "cart, " + CART_LINES + " lines";
                case HOLD -> "live hold, " + HOLD_LINES + " lines";
            };
        }
    }

    /** Bytes in use. */
    private record Use(double offHeap, double heap, double disk) {

        Use mean(Use other) {
            return new Use((offHeap + other.offHeap) / 2, (heap + other.heap) / 2, (disk + other.disk) / 2);
        }

        Use since(Use before, double entries) {
            return new Use(
                    (offHeap - before.offHeap) / entries,
                    (heap - before.heap) / entries,
                    (disk - before.disk) / entries);
        }
    }

    private final Report report;

    MemoryBench(Report report) {
        this.report = report;
    }

    void run() {
        report.section("Memory: bytes for each entry, from " + Report.shown(ADDED) + " of each, and as many again");
        report.head("entry", "grid, off-heap", "again", "heap", "again", "PostgreSQL", "again", "2 nodes, both copies");
        Map<Kind, Use> one = new LinkedHashMap<>();
        Map<Kind, Use> again = new LinkedHashMap<>();
        Use empty = fill(1, one, again);
        Map<Kind, Use> two = new LinkedHashMap<>();
        Use emptyOfTwo = fill(2, two, null);
        one.forEach((kind, use) -> {
            Use second = Objects.requireNonNull(again.get(kind));
            report.row(
                    kind.label(),
                    use.offHeap(),
                    second.offHeap(),
                    use.heap(),
                    second.heap(),
                    use.disk(),
                    second.disk(),
                    Objects.requireNonNull(two.get(kind)).offHeap());
            if (Math.abs(second.offHeap() - use.offHeap()) > Math.max(GRAIN, use.offHeap() * LINEAR_WITHIN)) {
                report.note("The second " + Report.shown(ADDED) + " of " + kind.label() + " took another amount.");
            }
        });
        report.note("");
        report.note("An empty grid has " + Report.shown(empty.offHeap() / MB) + " MB off-heap on one node, "
                + Report.shown(emptyOfTwo.offHeap() / MB)
                + " MB on two together. Heap is that of this JVM: the catalogue's "
                + "index for products, the lane's pictures (at most " + Report.shown(LaneSettings.DEFAULT.copiesMax())
                + " rows and as many carts) for the others.");
        Map<Kind, Use> mean = new LinkedHashMap<>();
        one.forEach((kind, use) -> mean.put(kind, use.mean(use(again, kind))));
        size(mean, two, empty.offHeap());
    }

    /** Computes what nodes need. Settled holds stay in the grid, so "holds" are all that were made since the start. */
    private void size(Map<Kind, Use> one, Map<Kind, Use> two, double emptyBytes) {
        report.note("");
        report.head(
                "to keep",
                "1 node, off-heap MB",
                "each of 3, one backup, MB",
                "heap for index and pictures, MB",
                "PostgreSQL, MB");
        for (Need need : NEEDS) {
            double single = emptyBytes + total(one, need, Use::offHeap);
            double eachOfThree = emptyBytes + total(two, need, Use::offHeap) / 3;
            int pictures = LaneSettings.DEFAULT.copiesMax();
            double heap = need.products() * use(one, Kind.PRODUCT).heap()
                    + Math.min(pictures, need.products())
                            * Math.max(use(one, Kind.STOCK).heap(), 0)
                    + Math.min(pictures, need.carts()) * use(one, Kind.CART).heap();
            report.row(need.name(), single / MB, eachOfThree / MB, heap / MB, total(one, need, Use::disk) / MB);
        }
    }

    private static double total(Map<Kind, Use> uses, Need need, ToDoubleFunction<Use> bytes) {
        return need.products()
                        * (bytes.applyAsDouble(use(uses, Kind.PRODUCT)) + bytes.applyAsDouble(use(uses, Kind.STOCK)))
                + need.carts() * bytes.applyAsDouble(use(uses, Kind.CART))
                + need.holds() * bytes.applyAsDouble(use(uses, Kind.HOLD));
    }

    private static Use use(Map<Kind, Use> uses, Kind kind) {
        return Objects.requireNonNull(uses.get(kind));
    }

    /** Fills a store of {@code nodes}, once or twice with each kind; what it used when it was empty. */
    private static Use fill(int nodes, Map<Kind, Use> first, @Nullable Map<Kind, Use> second) {
        TestStore store = TestStore.start(nodes, LaneSettings.DEFAULT, MEMORY);
        List<MemoryCatalogue> indexes = new ArrayList<>();
        try {
            for (Ignite node : store.grid().nodes()) {
                MemoryCatalogue index =
                        new MemoryCatalogue(node, new SimpleMeterRegistry(), MemoryCatalogue.RESCAN_EVERY);
                index.start();
                indexes.add(index);
            }
            Use empty = use(store, List.of());
            for (Kind kind : Kind.values()) {
                Use before = use(store, kind.tables());
                add(store, kind, 0);
                Use between = use(store, kind.tables());
                first.put(kind, between.since(before, ADDED));
                if (second != null) {
                    add(store, kind, ADDED);
                    second.put(kind, use(store, kind.tables()).since(between, ADDED));
                }
                long entries = store.grid().node(0).cache(kind.cache).sizeLong(CachePeekMode.PRIMARY);
                if (entries != (second == null ? ADDED : 2 * ADDED)) {
                    throw new IllegalStateException(kind + " has " + entries + " entries");
                }
            }
            return empty;
        } finally {
            indexes.forEach(MemoryCatalogue::close);
            store.stop();
        }
    }

    private static Use use(TestStore store, List<String> tables) {
        double disk = 0;
        for (String table : tables) {
            disk += store.number("SELECT pg_total_relation_size('" + table + "')");
        }
        return new Use(offHeapInUse(store), heapInUse(), disk);
    }

    /** Bytes of the pages that all nodes use outside of the heap. */
    static double offHeapInUse(TestStore store) {
        double bytes = 0;
        for (Ignite node : store.grid().nodes()) {
            bytes += Objects.requireNonNull(node.dataRegionMetrics(REGION)).getTotalUsedSize();
        }
        return bytes;
    }

    /** Bytes of reachable objects. */
    private static double heapInUse() {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < 2; i++) {
            System.gc();
            least = Math.min(least, (double)
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }

    private static void add(TestStore store, Kind kind, int from) {
        switch (kind) {
            case PRODUCT -> addProducts(store, from);
            case STOCK -> send(store, from, number -> new SetStock(null, sku(number), AMPLE, 0, "bench"));
            case CART ->
                send(
                        store,
                        from,
                        number -> new CreateCart(
                                null,
                                CartId.of(Entropy.digits()),
                                "BRL",
                                UUID.randomUUID().toString(),
                                cartLines(number)));
            case HOLD ->
                send(store, from, number -> {
                    Order order = Tally.order(
                            List.of(new ReservationLine(sku(number), 1), new ReservationLine(sku(number ^ 1), 1)));
                    return new ReserveStock(
                            new CommandKey(order.key(), SqlRows.fingerprint(order)),
                            ReservationLine.summed(order.lines()),
                            SqlRows.TTL_SECONDS * 1_000,
                            null,
                            order.entropy());
                });
        }
    }

    private static List<CartLine> cartLines(int number) {
        List<CartLine> lines = new ArrayList<>(CART_LINES);
        for (int i = 0; i < CART_LINES; i++) {
            lines.add(new CartLine(sku((number + i * 7_001) % ADDED), 1 + i));
        }
        return lines;
    }

    private static void send(TestStore store, int from, IntFunction<Command> command) {
        AtomicInteger next = new AtomicInteger(from);
        ClosedLoop.Run run = ClosedLoop.run(
                () -> store.send(command.apply(next.getAndIncrement()))
                        .thenApply(answer -> answer.outcome().accepted()),
                CALLERS,
                ADDED);
        if (run.refused() > 0) {
            throw new IllegalStateException("refused: " + run.refused());
        }
    }

    /** The sample's products over and over, under SKUs of their own and with titles and pictures of their own. */
    private static void addProducts(TestStore store, int from) {
        Map<String, List<ImportProducts.Line>> byOwner = new LinkedHashMap<>();
        Iterator<SampleItem> items = sample().iterator();
        for (int number = from; number < from + ADDED; number++) {
            if (!items.hasNext()) {
                items = sample().iterator();
            }
            Product product = renamed(items.next().product(), number);
            String owner = String.valueOf(store.grid()
                    .node(0)
                    .affinity(StoreCaches.PRODUCTS)
                    .mapKeyToNode(product.sku())
                    .id());
            List<ImportProducts.Line> lines = byOwner.computeIfAbsent(owner, any -> new ArrayList<>());
            lines.add(new ImportProducts.Line(number + 1L, product, -1));
            if (lines.size() == IMPORT_LINES) {
                store.execute(new ImportProducts("bench", lines));
                lines.clear();
            }
        }
        byOwner.values().stream()
                .filter(lines -> !lines.isEmpty())
                .forEach(lines -> store.execute(new ImportProducts("bench", lines)));
    }

    private static List<SampleItem> sample() {
        List<SampleItem> all = new ArrayList<>(SampleCatalogue.SIZE);
        try (SampleCatalogue.Items items = SampleCatalogue.items()) {
            items.forEachRemaining(all::add);
        }
        return all;
    }

    private static Product renamed(Product product, int number) {
        return new Product(
                sku(number),
                product.title() + ' ' + number,
                product.description(),
                product.category(),
                product.price(),
                product.attributes(),
                product.mediaUrls().stream().map(url -> url + '?' + number).toList(),
                0,
                false,
                product.version(),
                product.updatedAtMicros());
    }

    private static String sku(int number) {
        return "BENCH-MEMORY-" + (100_000 + number);
    }
}
