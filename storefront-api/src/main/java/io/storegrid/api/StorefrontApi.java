package io.storegrid.api;

import static io.javalin.apibuilder.ApiBuilder.delete;
import static io.javalin.apibuilder.ApiBuilder.get;
import static io.javalin.apibuilder.ApiBuilder.head;
import static io.javalin.apibuilder.ApiBuilder.path;
import static io.javalin.apibuilder.ApiBuilder.post;
import static io.javalin.apibuilder.ApiBuilder.put;

import io.javalin.Javalin;
import io.javalin.apibuilder.EndpointGroup;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import io.javalin.util.JavalinLogger;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.storegrid.api.cart.CartRoutes;
import io.storegrid.api.catalogue.ProductJson;
import io.storegrid.api.catalogue.ProductRoutes;
import io.storegrid.api.events.EventStreams;
import io.storegrid.api.events.StreamRoutes;
import io.storegrid.api.events.StreamSettings;
import io.storegrid.api.http.HttpMetrics;
import io.storegrid.api.http.RequestBodies;
import io.storegrid.api.http.RequestMarks;
import io.storegrid.api.http.Writes;
import io.storegrid.api.imports.ImportRoutes;
import io.storegrid.api.inventory.InventoryRoutes;
import io.storegrid.api.operations.AdminRoutes;
import io.storegrid.api.operations.DocumentRoutes;
import io.storegrid.api.operations.HealthRoutes;
import io.storegrid.api.order.CustomerRoutes;
import io.storegrid.api.order.OrderRoutes;
import io.storegrid.api.order.PaymentCallbacks;
import io.storegrid.api.problem.Problems;
import io.storegrid.api.problem.ServerErrors;
import io.storegrid.api.reservation.ReservationRoutes;
import io.storegrid.api.webhooks.WebhookRoutes;
import io.storegrid.api.webhooks.WebhookTargets;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.CheckoutGateway;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.Customers;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.compute.gateway.ImportGateway;
import io.storegrid.compute.gateway.Operations;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.compute.gateway.WebhookGateway;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/**
 * The REST API of one node as one value: built here from the gateways, started and closed by whoever runs the node.
 * {@link #start} and {@link #close} once each, from any thread.
 *
 * <p>Threads: reads run on the server's own threads and may wait there for PostgreSQL; writes wait on no thread. So the
 * pool is small, and its size bounds how many reads can hang in a database that is away.
 */
public final class StorefrontApi implements AutoCloseable {

    private static final int THREADS_MIN = 8;
    private static final int THREADS_MAX = 64;
    private static final int THREAD_IDLE_MS = 60_000;

    /** How long a connection may be silent, also in the middle of a body. */
    private static final int IDLE_MS = 30_000;

    /** How long running requests may go on after {@link #close}. */
    private static final int STOP_MS = 3_000;

    /** How long a stop waits for a silent connection; Jetty's own second would be felt by whoever presses Ctrl-C. */
    private static final int STOP_IDLE_MS = 50;

    /** Milliseconds that a gateway may be late with its own deadline before the server answers in its place. */
    private static final int GRACE_MS = 1_000;

    private static final String METHOD_OVERRIDE = "X-HTTP-Method-Override";

    private final Javalin javalin;
    private final @Nullable EventStreams streams;

    public StorefrontApi(
            HttpSettings settings,
            String nodeName,
            CommandGateway commands,
            CheckoutGateway checkouts,
            ReadGateway reads,
            Customers customers,
            PaymentCallbacks callbacks,
            Catalogue catalogue,
            ImportGateway imports,
            EventFeed events,
            StreamSettings streamSettings,
            WebhookGateway webhooks,
            WebhookTargets webhookTargets,
            Operations operations,
            PrometheusMeterRegistry registry) {
        this(
                settings,
                nodeName,
                commands,
                checkouts,
                reads,
                customers,
                callbacks,
                catalogue,
                imports,
                events,
                streamSettings,
                webhooks,
                webhookTargets,
                operations,
                registry,
                ImportRoutes.IMPORT_BYTES_MAX);
    }

    StorefrontApi(
            HttpSettings settings,
            String nodeName,
            CommandGateway commands,
            CheckoutGateway checkouts,
            ReadGateway reads,
            Customers customers,
            PaymentCallbacks callbacks,
            Catalogue catalogue,
            ImportGateway imports,
            EventFeed events,
            StreamSettings streamSettings,
            WebhookGateway webhooks,
            WebhookTargets webhookTargets,
            Operations operations,
            PrometheusMeterRegistry registry,
            long importBytesMax) {
        QueuedThreadPool threads = threads();
        Writes writes = new Writes(commands, settings.requestTimeout(), threads);
        streams = new EventStreams(events, catalogue, streamSettings, registry);
        Routes routes = new Routes(
                new ProductRoutes(catalogue, reads, new ProductJson(), writes),
                new InventoryRoutes(reads, writes),
                new CartRoutes(reads, writes),
                new ReservationRoutes(reads, catalogue, writes),
                new OrderRoutes(reads, checkouts, writes, callbacks),
                new CustomerRoutes(customers),
                new ImportRoutes(imports, importBytesMax),
                new StreamRoutes(events, streams),
                new WebhookRoutes(webhooks, webhookTargets),
                new OperationsRoutes(new AdminRoutes(operations), new HealthRoutes(operations, registry, nodeName)),
                new DocumentRoutes());
        javalin = create(settings, nodeName, registry, threads, routes::declare);
    }

    private StorefrontApi(
            HttpSettings settings, String nodeName, Operations operations, PrometheusMeterRegistry registry) {
        streams = null;
        OperationsRoutes routes =
                new OperationsRoutes(new AdminRoutes(operations), new HealthRoutes(operations, registry, nodeName));
        javalin = create(settings, nodeName, registry, threads(), () -> {
            path("v1", routes::declareAdmin);
            routes.declareHealth();
        });
    }

    /** Health, metrics and administration alone, for a node that serves no shoppers. */
    public static StorefrontApi forOperators(
            HttpSettings settings, String nodeName, Operations operations, PrometheusMeterRegistry registry) {
        return new StorefrontApi(settings, nodeName, operations, registry);
    }

    private static QueuedThreadPool threads() {
        QueuedThreadPool threads = new QueuedThreadPool(THREADS_MAX, THREADS_MIN, THREAD_IDLE_MS);
        threads.setName("http");
        return threads;
    }

    private static Javalin create(
            HttpSettings settings,
            String nodeName,
            PrometheusMeterRegistry registry,
            QueuedThreadPool threads,
            EndpointGroup routes) {
        RequestMarks marks = new RequestMarks(nodeName);
        HttpMetrics metrics = new HttpMetrics(registry);
        return Javalin.create(config -> {
            listen(config, settings, threads, marks.nodeName());
            config.routes.before(ctx -> {
                metrics.begin(ctx);
                marks.set(ctx);
            });
            config.routes.after(metrics::end);
            config.routes.apiBuilder(routes);
            Problems.install(config.routes);
        });
    }

    /**
     * Starts to listen.
     *
     * @throws io.javalin.util.JavalinBindException when the port is taken
     */
    public void start() {
        // What a start has to say is said by whoever runs the node.
        JavalinLogger.startupInfo = false;
        javalin.start();
    }

    /** The port that is listened on, after {@link #start}. */
    public int port() {
        return javalin.port();
    }

    /** Ends every stream, takes no new connection, lets running requests end, for three seconds at most, and stops. */
    @Override
    public void close() {
        if (streams != null) {
            streams.close();
        }
        javalin.stop();
    }

    /** Every route as method and path template, HEAD left out because it goes wherever GET goes. */
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod() && !endpoint.method.equals(HandlerType.HEAD))
                .map(endpoint -> endpoint.method.name() + " " + endpoint.path)
                .sorted()
                .toList();
    }

    private static void listen(JavalinConfig config, HttpSettings settings, QueuedThreadPool threads, String nodeName) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.prefer405over404 = true;
        config.http.asyncTimeout = settings.requestTimeout().toMillis() + GRACE_MS;
        config.jetty.threadPool = threads;
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_MS);
            server.setErrorHandler(new ServerErrors(nodeName));
        });
        config.jetty.modifyHttpConfiguration(http -> {
            http.setIdleTimeout(IDLE_MS);
            http.addCustomizer((request, replied) -> withoutOverride(request));
        });
        config.jetty.modifyServletContextHandler(handler -> {
            BooleanSupplier stopping = () -> handler.getServer().isStopping();
            handler.setAttribute(RequestBodies.STOPPING, stopping);
        });
        config.jetty.addConnector((server, http) -> {
            ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
            connector.setHost(settings.host());
            connector.setPort(settings.port());
            connector.setShutdownIdleTimeout(STOP_IDLE_MS);
            return connector;
        });
    }

    /**
     * Javalin takes this header's word for the request's method, so a GET could delete a cart: past every cache, log and rule that
     * goes by the method.
     */
    private static Request withoutOverride(Request request) {
        if (!request.getHeaders().contains(METHOD_OVERRIDE)) {
            return request;
        }
        HttpFields rest =
                HttpFields.build(request.getHeaders()).remove(METHOD_OVERRIDE).asImmutable();
        return new Request.Wrapper(request) {
            @Override
            public HttpFields getHeaders() {
                return rest;
            }
        };
    }

    /** The table of routes: the one place that says what is served where. */
    private record Routes(
            ProductRoutes products,
            InventoryRoutes inventory,
            CartRoutes carts,
            ReservationRoutes reservations,
            OrderRoutes orders,
            CustomerRoutes customers,
            ImportRoutes imports,
            StreamRoutes streams,
            WebhookRoutes webhooks,
            OperationsRoutes operations,
            DocumentRoutes documents) {

        void declare() {
            path("v1", () -> {
                path("products", () -> {
                    read(products::list);
                    path("{sku}", () -> {
                        read(products::show);
                        put(products::put);
                        delete(products::archive);
                    });
                });
                path("categories", () -> read(products::categories));
                path("imports", () -> {
                    post(imports::create);
                    path("{id}", () -> read(imports::show));
                });
                path("inventory", () -> {
                    read(inventory::several);
                    path("{sku}", () -> {
                        read(inventory::show);
                        put(inventory::set);
                        path("adjustments", () -> post(inventory::adjust));
                        path("ledger", () -> read(inventory::ledger));
                    });
                });
                path("carts", () -> {
                    post(carts::create);
                    path("{id}", () -> {
                        read(carts::show);
                        delete(carts::delete);
                        path("merge", () -> post(carts::merge));
                        path("reservation", () -> put(reservations::reserveCart));
                        path("checkout", () -> post(orders::checkout));
                        path("lines", () -> {
                            post(carts::add);
                            path("{sku}", () -> {
                                put(carts::set);
                                delete(carts::remove);
                            });
                        });
                    });
                });
                path("reservations", () -> {
                    post(reservations::create);
                    path("{id}", () -> {
                        read(reservations::show);
                        path("extend", () -> post(reservations::extend));
                        path("confirm", () -> post(reservations::confirm));
                        path("release", () -> post(reservations::release));
                    });
                });
                path("orders", () -> {
                    read(orders::list);
                    path("{id}", () -> {
                        read(orders::show);
                        path("events", () -> read(streams::order));
                        path("payments", () -> post(orders::pay));
                        path("cancel", () -> post(orders::cancel));
                        path("fulfil", () -> post(orders::fulfil));
                        path("deliver", () -> post(orders::deliver));
                    });
                });
                path("customers/{id}", () -> {
                    delete(customers::erase);
                    path("export", () -> read(customers::export));
                });
                path("stream/inventory", () -> read(streams::inventory));
                path("webhooks", () -> {
                    read(webhooks::list);
                    post(webhooks::create);
                    path("{id}", () -> {
                        read(webhooks::show);
                        delete(webhooks::delete);
                        path("deliveries", () -> read(webhooks::deliveries));
                        path("redeliver", () -> post(webhooks::redeliver));
                    });
                });
                operations.declareAdmin();
            });
            operations.declareHealth();
            path("openapi.yaml", () -> read(documents::contract));
            path("docs", () -> {
                read(documents::docs);
                path("{file}", () -> read(documents::asset));
            });
            path("problems/{code}", () -> read(documents::problem));
        }
    }

    /** The part of the table that every node serves, whatever its role. */
    private record OperationsRoutes(AdminRoutes admin, HealthRoutes health) {

        void declareAdmin() {
            path("admin", () -> {
                path("topology", () -> read(admin::topology));
                path("affinity/{sku}", () -> read(admin::affinity));
                path("invariants", () -> read(admin::invariants));
                path("drain", () -> post(admin::drain));
                path("reconcile", () -> post(admin::reconcile));
                path("ledger/verify", () -> post(admin::verifyLedger));
            });
        }

        void declareHealth() {
            path("health", () -> {
                path("live", () -> read(health::live));
                path("ready", () -> read(health::ready));
            });
            path("metrics", () -> read(health::metrics));
        }
    }

    /** HEAD answers as GET does, without the body; left to itself Javalin says 200 to anything. */
    private static void read(Handler handler) {
        get(handler);
        head(handler);
    }
}
