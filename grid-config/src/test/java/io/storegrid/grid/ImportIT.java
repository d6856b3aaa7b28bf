package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.storegrid.compute.catalogue.MemoryCatalogue;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.gateway.ImportGateway.Started;
import io.storegrid.compute.gateway.ImportLineParser.ParsedLine;
import io.storegrid.compute.gateway.ImportStatus;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.imports.FirstStart;
import io.storegrid.compute.imports.SpooledImports;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.persistence.sample.SampleCatalogue;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.cache.CacheException;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.Query;
import org.apache.ignite.cache.query.ScanQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bulk input and lists on a real grid and a real PostgreSQL; each test ends with every invariant checked. */
@Timeout(120)
final class ImportIT {

    private static final Duration WITHIN = Duration.ofSeconds(30);

    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void theFirstStartFillsAnEmptyStoreOnce(int nodes) throws InterruptedException {
        try (TestStore store = TestStore.start(nodes);
                MemoryCatalogue before = catalogue(store, 0)) {
            assertEquals(0, before.start());
            List<Integer> steps = new ArrayList<>();
            assertEquals(SampleCatalogue.SIZE, firstStart(store, 0).run((done, total) -> steps.add(done)));
            assertEquals(SampleCatalogue.SIZE, steps.get(steps.size() - 1));
            assertEquals(0, firstStart(store, nodes - 1).run((done, total) -> {}));
            assertEquals(SampleCatalogue.SIZE, store.number("SELECT count(*) FROM product"));
            assertEquals(10_000, store.number("SELECT max(on_hand) FROM inventory"));

            TestGrid.await(WITHIN, "changes to arrive", () -> before.size() == SampleCatalogue.SIZE);
            try (MemoryCatalogue after = catalogue(store, nodes - 1)) {
                assertEquals(SampleCatalogue.SIZE, after.start());
                assertEquals(before.categories(), after.categories());
                assertEquals(0, after.resync());
            }
            try (MemoryCatalogue deaf = catalogue(store, nodes - 1)) {
                assertEquals(SampleCatalogue.SIZE, deaf.resync(), "a rescan heals all that notifications lost");
                assertEquals(before.page(query()), deaf.page(query()));
            }
        }
    }

    /** As while nodes join: Ignite cannot scan, or subscribe, for a topology version that it has passed over. */
    @ParameterizedTest
    @ValueSource(classes = {ContinuousQuery.class, ScanQuery.class})
    void theCatalogueIsReadAgainWhenAQueryFails(Class<? extends Query<?>> kind) throws InterruptedException {
        try (TestStore store = TestStore.start(1)) {
            firstStart(store, 0).run((done, total) -> {});
            AtomicInteger failures = new AtomicInteger(3);
            Ignite unsteady = unsteady(store.grid().node(0), kind, failures);
            try (MemoryCatalogue catalogue =
                    new MemoryCatalogue(unsteady, new SimpleMeterRegistry(), MemoryCatalogue.RESCAN_EVERY)) {
                assertEquals(SampleCatalogue.SIZE, catalogue.start());
                assertEquals(0, failures.get(), "no query failed");
            }
        }
    }

    /** {@code ignite}, but so many queries of that kind fail. */
    private static Ignite unsteady(Ignite ignite, Class<? extends Query<?>> kind, AtomicInteger failures) {
        return proxy(Ignite.class, (method, arguments) -> {
            Object result = method.invoke(ignite, arguments);
            return result instanceof IgniteCache<?, ?> cache
                    ? proxy(IgniteCache.class, (called, given) -> {
                        boolean fails = called.getName().equals("query") && kind.isInstance(given[0]);
                        if (fails && failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                            throw new CacheException("Getting affinity for too old topology version");
                        }
                        return called.invoke(cache, given);
                    })
                    : result;
        });
    }

    private interface Handler {
        Object of(Method method, Object[] arguments) throws ReflectiveOperationException;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    try {
                        return handler.of(method, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }

    @Test
    void aFirstStartThatWasCutOffIsFinishedByTheNext() throws InterruptedException {
        try (TestStore store = TestStore.start(1)) {
            assertTrue(firstStart(store, 0).run((done, total) -> {}) > 0);
            store.database()
                    .execute("UPDATE import_job SET state = 'RUNNING', last_line = 5500,"
                            + " runner = '00000000-0000-0000-0000-000000000000'");
            assertEquals(500, firstStart(store, 0).run((done, total) -> {}));
            assertEquals(SampleCatalogue.SIZE, store.number("SELECT count(*) FROM product"));
        }
    }

    @Test
    void aStoreWithProductsGetsNoSample() throws IOException, InterruptedException {
        try (TestStore store = TestStore.start(1);
                SpooledImports imports = imports(store, 0)) {
            ended(imports, start(imports, "k", "A|a|1"));
            assertEquals(0, firstStart(store, 0).run((done, total) -> {}));
            assertEquals(1, store.number("SELECT count(*) FROM product"));
        }
    }

    @ParameterizedTest(name = "{0} nodes")
    @ValueSource(ints = {1, 3})
    void linesReachTheirOwnersAndEveryList(int nodes) throws IOException {
        try (TestStore store = TestStore.start(nodes);
                SpooledImports imports = imports(store, 0);
                MemoryCatalogue catalogue = catalogue(store, nodes - 1)) {
            catalogue.start();
            String text = IntStream.range(0, 5_000)
                    .mapToObj(i -> i % 1_000 == 999 ? "bad" : "SKU-" + i % 3_000 + "|bolo " + i + "|" + i % 50)
                    .collect(Collectors.joining("\n"));
            Started started = start(imports, "k", text);
            ImportStatus done = ended(imports, started);
            assertEquals(ImportStatus.State.DONE, done.state());
            assertEquals(4_995, done.accepted());
            assertEquals(5, done.rejected());
            assertEquals(5_000, done.lastLine());
            assertEquals(1_000L, done.errors().get(0).line());
            assertEquals(
                    "bolo 3001",
                    store.anyRuntime().reads().product("SKU-1").orElseThrow().title());
            TestGrid.await(
                    WITHIN,
                    "changes to arrive",
                    () -> catalogue
                                    .page(new ProductQuery(
                                            null, "bolo 3001", List.of(), ProductQuery.Sort.SKU, 5, null))
                                    .items()
                                    .size()
                            == 1);

            assertEquals(new Started.Accepted(done.id(), true), start(imports, "k", text));
            assertInstanceOf(Started.KeyReused.class, start(imports, "k", "A|a|1"));

            ended(imports, start(imports, "again", text));
            assertEquals(
                    0,
                    store.number("SELECT count(*) FROM product WHERE version > 4"),
                    "lines that stand already change little");

            store.execute(new ArchiveProduct(
                    null,
                    "SKU-1",
                    store.anyRuntime().reads().product("SKU-1").orElseThrow().version()));
            int expected = (int) store.number("SELECT count(*) FROM product WHERE NOT archived");
            TestGrid.await(WITHIN, "the archived one to leave", () -> catalogue.size() == expected);
        }
    }

    @Test
    void anImportOfALeftNodeIsTakenOverByTheSameRequest() throws IOException {
        try (TestStore store = TestStore.start(1);
                SpooledImports imports = imports(store, 0)) {
            String text = "A|a|1\nB|b|1\nC|c|1";
            Started.Accepted started = (Started.Accepted) start(imports, "k", text);
            ended(imports, started);
            store.database()
                    .execute("UPDATE import_job SET state = 'RUNNING', last_line = 2, accepted = 2, spool = 'gone',"
                            + " runner = '00000000-0000-0000-0000-000000000000'");
            assertEquals(new Started.Accepted(started.importId(), true), start(imports, "k", text));
            assertEquals(3, ended(imports, started).accepted());
            assertFalse(imports.status("imp_unknown").isPresent());
        }
    }

    private SpooledImports imports(TestStore store, int node) {
        return SpooledImports.on(
                store.grid().node(node),
                store.nodeDatabase(node),
                store.runtime(node).commands(),
                ImportIT::parse,
                directory.resolve("imports"),
                new SimpleMeterRegistry());
    }

    private static FirstStart firstStart(TestStore store, int node) {
        return new FirstStart(
                store.grid().node(node),
                store.nodeDatabase(node),
                store.runtime(node).commands());
    }

    private static MemoryCatalogue catalogue(TestStore store, int node) {
        return new MemoryCatalogue(store.grid().node(node), new SimpleMeterRegistry(), MemoryCatalogue.RESCAN_EVERY);
    }

    private static ProductQuery query() {
        return new ProductQuery(null, "coracao", List.of(), ProductQuery.Sort.PRICE_DESCENDING, 200, null);
    }

    private static Started start(SpooledImports imports, String key, String text) throws IOException {
        Path file = Files.writeString(imports.spool(), text);
        return imports.start(new CommandKey(key, text.getBytes(StandardCharsets.UTF_8)), file);
    }

    private static ImportStatus ended(SpooledImports imports, Started started) {
        String id = assertInstanceOf(Started.Accepted.class, started).importId();
        TestGrid.await(
                WITHIN,
                "the import to end",
                () -> imports.status(id).orElseThrow().state() != ImportStatus.State.RUNNING);
        return imports.status(id).orElseThrow();
    }

    private static ParsedLine parse(byte[] utf8) {
        String[] parts = new String(utf8, StandardCharsets.UTF_8).split("\\|", -1);
        if (parts.length != 3) {
            return ParsedLine.refused("malformed-json", "no");
        }
        return ParsedLine.of(
                new Product(parts[0], parts[1], "", "Bolos", new Money(1, "BRL"), Map.of(), List.of(), 0, false, 0, 0),
                Long.parseLong(parts[2]));
    }
}
