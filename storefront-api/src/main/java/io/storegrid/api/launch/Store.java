package io.storegrid.api.launch;

import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.storegrid.api.HttpSettings;
import io.storegrid.api.StorefrontApi;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.events.StreamSettings;
import io.storegrid.api.order.PaymentCallbacks;
import io.storegrid.api.webhooks.HttpWebhookCalls;
import io.storegrid.api.webhooks.WebhookTargets;
import io.storegrid.compute.ClientRuntime;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.NodeRuntime;
import io.storegrid.compute.Reconciler;
import io.storegrid.compute.StoreAccess;
import io.storegrid.compute.StoreRuntime;
import io.storegrid.compute.catalogue.MemoryCatalogue;
import io.storegrid.compute.events.WebhookDispatcher;
import io.storegrid.compute.events.WebhookLimits;
import io.storegrid.compute.gateway.GridCustomers;
import io.storegrid.compute.gateway.Operations;
import io.storegrid.compute.imports.FirstStart;
import io.storegrid.compute.imports.SpooledImports;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.compute.order.OrderSaga;
import io.storegrid.compute.order.OrderScanner;
import io.storegrid.compute.payment.PaymentProvider;
import io.storegrid.compute.payment.PaymentProviders;
import io.storegrid.compute.payment.PaymentSettings;
import io.storegrid.compute.payment.SimulatedPaymentProviderFactory;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.grid.GridMetrics;
import io.storegrid.grid.GridOperations;
import io.storegrid.grid.NodeSettings;
import io.storegrid.grid.Role;
import io.storegrid.grid.StoregridNode;
import io.storegrid.persistence.Invariants;
import io.storegrid.persistence.StartupFailure;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes a store out of a node: lanes and gateways, and, unless the node only keeps data, catalogue, imports and the
 * REST API. {@link #start} and {@link #close} once each; what a failed start leaves is ended by {@link #close} too.
 */
final class Store implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Store.class);
    private static final int SAMPLE_PROGRESS_EVERY = 2_000;
    private static final long READINESS_EVERY_MS = 500;

    /** The longest that a draining node waits for copies; a supervisor gives it a minute or so. */
    private static final Duration SPREAD_MAX = Duration.ofSeconds(30);

    private final StoregridNode node;
    private final Console console;
    private final Runnable end;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private volatile int port = -1;
    private Supplier<Operations.Readiness> readiness = () -> new Operations.Readiness(List.of(), false);

    /** @param end ends the process, when this node was told to leave */
    Store(StoregridNode node, Console console, Runnable end) {
        this.node = node;
        this.console = console;
        this.end = end;
    }

    /** Starts everything; the API last, so that nobody is answered by half a store. */
    void start() throws InterruptedException {
        NodeSettings settings = node.settings();
        bindMetrics();
        NodeRuntime runtime = opened(settings.role() == Role.API ? startClient() : startStore());
        WebhookTargets targets = new WebhookTargets(settings.webhooksAllowPrivate());
        if (settings.role() != Role.API) {
            HttpWebhookCalls calls = opened(new HttpWebhookCalls(targets));
            opened(new WebhookDispatcher(node.database(), calls, WebhookLimits.DEFAULT, registry))
                    .start();
        }
        GridOperations operations = new GridOperations(
                node.ignite(),
                settings.expectedNodes(),
                runtime.store()::up,
                () -> leave(runtime),
                () -> reconcile(runtime.reconciler()),
                () -> invariants(runtime.store()),
                sku -> verifyLedger(runtime.store(), sku));
        PaymentProvider provider = opened(PaymentProviders.open(settings.payment(), registry));
        OrderSaga saga = new OrderSaga(runtime.commands(), provider, this::callback);
        if (runtime instanceof StoreRuntime store) {
            opened(new OrderScanner(
                            node.database(), store.health(), node::quorum, saga, OrderScanner.Pace.DEFAULT, registry))
                    .start();
        }
        HttpSettings http = HttpSettings.defaults()
                .withHost(settings.httpHost())
                .withPort(settings.httpPort())
                .withRequestTimeout(settings.httpRequestTimeout());
        if (settings.role() == Role.DATA) {
            serve(StorefrontApi.forOperators(http, settings.name(), operations, registry), operations);
            return;
        }
        if (settings.wantsSample()) {
            if (node.quorum()) {
                loadSample(runtime);
            } else {
                console.step("sample: left out, fewer than half of the expected nodes are here");
            }
        }
        MemoryCatalogue catalogue = opened(new MemoryCatalogue(node.ignite(), registry, MemoryCatalogue.RESCAN_EVERY));
        int products = catalogue.start();
        Path spool = settings.dataDirectory().resolve("imports").resolve(settings.name());
        SpooledImports imports = opened(
                settings.role() == Role.API
                        ? SpooledImports.onClient(node.ignite(), runtime.commands(), new ProductJson(), spool, registry)
                        : SpooledImports.on(
                                node.ignite(),
                                node.database(),
                                runtime.commands(),
                                new ProductJson(),
                                spool,
                                registry));
        resume(imports);
        serve(
                new StorefrontApi(
                        http,
                        settings.name(),
                        runtime.commands(),
                        saga,
                        runtime.reads(),
                        new GridCustomers(runtime.store(), runtime.commands(), settings.httpRequestTimeout()),
                        callbacks(settings.payment()),
                        catalogue,
                        imports,
                        runtime.events(),
                        new StreamSettings(settings.streamsMax(), settings.streamsHeartbeat(), settings.streamsStall()),
                        runtime.webhooks(),
                        targets,
                        operations,
                        registry),
                operations);
        console.step("api: " + grouped(products) + " products");
    }

    /** Where a provider posts what it has to say of an order: as told, else this very node while it serves on this machine. */
    private @Nullable URI callback(String orderId) {
        PaymentSettings payment = node.settings().payment();
        boolean own = payment.callbackUrl() == null
                && port > 0
                && payment.provider().equals(SimulatedPaymentProviderFactory.NAME);
        return (own ? payment.withCallbackUrl(URI.create("http://127.0.0.1:" + port)) : payment).callbackFor(orderId);
    }

    /** A reference may be seen where it proves nothing: beside play money, or where a token is asked for as well. */
    private static PaymentCallbacks callbacks(PaymentSettings payment) {
        boolean play = payment.provider().equals(SimulatedPaymentProviderFactory.NAME);
        return new PaymentCallbacks(play ? null : payment.token(), play || payment.token() != null);
    }

    private StoreRuntime startStore() {
        StoreRuntime runtime = new StoreRuntime(
                node.ignite(),
                node.database(),
                LaneSettings.DEFAULT,
                node.settings().eventsRetention(),
                node::quorum,
                registry);
        try {
            runtime.start();
            return runtime;
        } catch (SQLException e) {
            runtime.close();
            throw new StartupFailure("The database failed while the node started [cause=" + e.getMessage() + "]", e);
        }
    }

    private ClientRuntime startClient() {
        ClientRuntime runtime = new ClientRuntime(node.ignite(), node::quorum, registry);
        runtime.start();
        return runtime;
    }

    private void serve(StorefrontApi api, GridOperations operations) {
        opened(api).start();
        port = api.port();
        readiness = operations::readiness;
    }

    /**
     * Tells the console what this node still waits for, whenever that changes, and when it is ready. Blocking; ends with
     * that or with an interrupt.
     */
    void tellUntilReady() throws InterruptedException {
        String told = "";
        while (true) {
            Operations.Readiness now = readiness.get();
            if (now.ready()) {
                console.step("ready: "
                        + now.checks().stream().map(Operations.Check::name).collect(Collectors.joining(", ")));
                return;
            }
            String waiting = now.checks().stream()
                    .filter(check -> !check.holds())
                    .map(check -> check.name() + (check.detail().isEmpty() ? "" : " (" + check.detail() + ")"))
                    .collect(Collectors.joining(", "));
            if (!waiting.equals(told)) {
                told = waiting;
                console.step("not ready yet: " + waiting);
            }
            Thread.sleep(READINESS_EVERY_MS);
        }
    }

    private <T extends AutoCloseable> T opened(T part) {
        started.push(part);
        return part;
    }

    private void bindMetrics() {
        new JvmMemoryMetrics().bindTo(registry);
        opened(bound(new JvmGcMetrics()));
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        GridMetrics.bind(node.ignite(), registry);
    }

    private JvmGcMetrics bound(JvmGcMetrics metrics) {
        metrics.bindTo(registry);
        return metrics;
    }

    private void loadSample(NodeRuntime runtime) throws InterruptedException {
        FirstStart first = new FirstStart(node.ignite(), node.database(), runtime.commands());
        int brought = first.run((done, total) -> {
            if (done % SAMPLE_PROGRESS_EVERY == 0 || done == total) {
                console.step("sample: " + grouped(done) + " of " + grouped(total) + " products");
            }
        });
        if (brought > 0) {
            console.step("sample: the store was empty, it has a confectioner's catalogue now");
        }
    }

    private static void resume(SpooledImports imports) {
        try {
            imports.resume();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Operations.ReconcileReport reconcile(Reconciler reconciler) {
        long begin = System.nanoTime();
        Reconciler.Report report = reconciler.reconcile();
        return new Operations.ReconcileReport(
                report.compared(),
                report.repaired(),
                report.ahead(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }

    private static Operations.LedgerReport verifyLedger(StoreAccess store, Optional<String> sku) {
        long begin = System.nanoTime();
        try {
            LedgerVerdict verdict = store.verifyLedger(sku.orElse(null));
            return new Operations.LedgerReport(verdict, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
        } catch (SQLException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "the ledger cannot be verified: " + e.getMessage(), e);
        }
    }

    private static List<Operations.Invariant> invariants(StoreAccess store) {
        try {
            Map<String, List<String>> broken = store.violations();
            return Invariants.names().stream()
                    .map(invariant -> {
                        int space = invariant.indexOf(' ');
                        List<String> rows = broken.getOrDefault(invariant, List.of());
                        return new Operations.Invariant(
                                invariant.substring(0, space), invariant.substring(space + 1), rows.size(), rows);
                    })
                    .toList();
        } catch (SQLException e) {
            throw new Fault(FaultCode.STORE_UNAVAILABLE, "invariants cannot be checked: " + e.getMessage(), e);
        }
    }

    private void leave(NodeRuntime runtime) {
        try {
            Duration grace = node.settings().drainGrace();
            console.step("draining: not ready any more, serving for " + grace.toMillis() + " ms");
            Thread.sleep(grace.toMillis());
            console.step("draining: waiting until every copy has a second one");
            if (!node.awaitSpread(SPREAD_MAX)) {
                console.step("draining: copies are still on their way after " + SPREAD_MAX.toSeconds()
                        + " s, leaving all the same; PostgreSQL has everything");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            // Another node went in that moment, or the whole grid did: whoever was told to leave leaves.
            LOG.warn("The other nodes could not be asked for their copies", e);
        }
        console.step("draining: no new commands");
        runtime.drain();
        end.run();
    }

    /** The port of the API; -1 on a node without one. */
    int port() {
        return port;
    }

    /** A SKU that a stranger may try a reservation with. */
    Optional<String> anySku() {
        if (node.settings().role() == Role.API) {
            return Optional.empty();
        }
        try (Connection connection = node.database().reader();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT sku FROM inventory WHERE on_hand - reserved > 0 ORDER BY sku LIMIT 1");
                ResultSet row = statement.executeQuery()) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        } catch (SQLException e) {
            LOG.warn("No SKU for the console", e);
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        while (!started.isEmpty()) {
            AutoCloseable part = started.pop();
            try {
                part.close();
            } catch (Exception e) {
                // What is left must be closed all the same.
                LOG.warn("{} did not stop in order", part.getClass().getSimpleName(), e);
            }
        }
        registry.close();
    }

    static String grouped(long number) {
        return String.format(Locale.ROOT, "%,d", number).replace(',', ' ');
    }
}
