package io.storegrid.api;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.storegrid.api.events.StreamSettings;
import io.storegrid.api.order.PaymentCallbacks;
import io.storegrid.api.webhooks.WebhookTargets;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.gateway.ImportGateway;
import io.storegrid.compute.gateway.ImportStatus;
import io.storegrid.compute.gateway.Operations;
import io.storegrid.domain.LedgerVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The API on a free port in front of a {@link MemoryStore}, with stand-ins for imports and operations. Close it. */
final class MemoryNode implements AutoCloseable {

    /** Bytes of one import in tests. */
    static final int IMPORT_BYTES_MAX = 1 << 20;

    /** The deadline of a write in tests. */
    static final Duration REQUEST_TIMEOUT = Duration.ofMillis(300);

    private final MemoryStore store = new MemoryStore();
    private final MemoryFeed feed = new MemoryFeed();
    private final MemoryWebhooks webhooks = new MemoryWebhooks();
    private final MemoryImports imports;
    private final MemoryOperations operations = new MemoryOperations();
    private final StorefrontApi api;
    private final ApiClient client;

    MemoryNode(Path spoolDirectory) {
        this(spoolDirectory, StreamSettings.DEFAULT);
    }

    MemoryNode(Path spoolDirectory, StreamSettings streams) {
        store.tellOrders(
                order -> feed.order(order.id(), "order.changed", order.state().name()));
        imports = new MemoryImports(spoolDirectory);
        api = new StorefrontApi(
                HttpSettings.defaults().withPort(0).withRequestTimeout(REQUEST_TIMEOUT),
                "node one",
                store,
                store,
                store,
                store,
                new PaymentCallbacks(null, true),
                store,
                imports,
                feed,
                streams,
                webhooks,
                new WebhookTargets(false),
                operations,
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                IMPORT_BYTES_MAX);
        api.start();
        client = new ApiClient(api.port());
    }

    MemoryStore store() {
        return store;
    }

    MemoryFeed feed() {
        return feed;
    }

    MemoryImports imports() {
        return imports;
    }

    MemoryOperations operations() {
        return operations;
    }

    StorefrontApi api() {
        return api;
    }

    ApiClient client() {
        return client;
    }

    /** Forgets everything, as a new node in the same place would. */
    void empty() {
        store.empty();
        feed.empty();
        webhooks.empty();
        imports.byKey.clear();
        imports.byId.clear();
        operations.draining = false;
        operations.degraded = false;
    }

    @Override
    public void close() {
        api.close();
    }

    /** Takes imports and never runs them: counts their lines at once. */
    static final class MemoryImports implements ImportGateway {

        private record Taken(CommandKey key, String id) {}

        private final Path directory;
        private final Map<String, Taken> byKey = new ConcurrentHashMap<>();
        private final Map<String, ImportStatus> byId = new ConcurrentHashMap<>();

        MemoryImports(Path directory) {
            this.directory = directory;
        }

        @Override
        public Path spool() throws IOException {
            return Files.createTempFile(directory, "import", ".ndjson");
        }

        @Override
        public Started start(CommandKey key, Path spooled) {
            try {
                Taken before = byKey.get(key.key());
                if (before != null) {
                    return before.key().sameRequest(key)
                            ? new Started.Accepted(before.id(), true)
                            : new Started.KeyReused();
                }
                long lines;
                try (Stream<String> read = Files.lines(spooled, StandardCharsets.ISO_8859_1)) {
                    lines = read.count();
                }
                Taken taken = new Taken(key, "imp_" + byKey.size());
                byKey.put(key.key(), taken);
                byId.put(
                        taken.id(),
                        new ImportStatus(
                                taken.id(),
                                ImportStatus.State.DONE,
                                lines - 1,
                                1,
                                lines,
                                List.of(new ImportStatus.LineError(1, "validation-failed", "/title is required"))));
                return new Started.Accepted(taken.id(), false);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                delete(spooled);
            }
        }

        @Override
        public Optional<ImportStatus> status(String importId) {
            return Optional.ofNullable(byId.get(importId));
        }

        /** Files that nobody handed over or deleted. */
        long spooledFiles() throws IOException {
            try (Stream<Path> files = Files.list(directory)) {
                return files.count();
            }
        }

        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** A grid of one node that is well until told otherwise. */
    static final class MemoryOperations implements Operations {

        private volatile boolean draining;
        private volatile boolean degraded;

        void degraded(boolean now) {
            degraded = now;
        }

        @Override
        public Readiness readiness() {
            return new Readiness(
                    List.of(new Check("joined", true, ""), new Check("notDraining", !draining, "")), degraded);
        }

        @Override
        public Topology topology() {
            return new Topology(
                    1,
                    1024,
                    List.of(new GridNode("node one", "127.0.0.1:47500", 1, "all", true, 1024, 0)),
                    List.of(new RebalanceProgress("inventory", true, 0)),
                    List.of());
        }

        @Override
        public Affinity affinity(String sku) {
            return new Affinity(sku, 7, "node one", List.of());
        }

        @Override
        public void drain() {
            draining = true;
        }

        @Override
        public ReconcileReport reconcile() {
            return new ReconcileReport(10, 1, 0, 3);
        }

        @Override
        public LedgerReport verifyLedger(@Nullable String sku) {
            List<LedgerVerdict.Problem> problems = sku == null
                    ? List.of(new LedgerVerdict.Problem("A1", 3, "the entry or its hash was changed"))
                    : List.of();
            return new LedgerReport(new LedgerVerdict("NADA".equals(sku) ? 0 : 7, 1, "ab".repeat(32), problems), 5);
        }

        @Override
        public List<Invariant> invariants() {
            return List.of(new Invariant("I1", "0 <= reserved <= onHand", 0, List.of()));
        }
    }
}
