package io.storegrid.compute;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.events.EventStore;
import io.storegrid.compute.events.OutboxTail;
import io.storegrid.compute.events.StoredWebhooks;
import io.storegrid.compute.events.WebhookStore;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.EventFeed;
import io.storegrid.compute.gateway.GridCommandGateway;
import io.storegrid.compute.gateway.GridReadGateway;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.compute.gateway.WebhookGateway;
import io.storegrid.compute.lane.LaneHost;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.persistence.Database;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.apache.ignite.Ignite;

/**
 * Everything of this module that runs on one node, put together: lanes, gateways, sweeper, healer. Built from a started
 * grid whose caches are there and a database that is migrated. {@link #start} and {@link #close} once each; the gateways
 * are thread-safe.
 */
public final class StoreRuntime implements NodeRuntime {

    private static final Duration DRAIN_MAX = Duration.ofSeconds(3);
    private static final long DRAIN_STEP_MS = 10;

    private final Ignite ignite;
    private final StoreHealth health;
    private final StoreAccess store;
    private final Healer healer;
    private final LaneHost lanes;
    private final GridCommandGateway commands;
    private final ReadGateway reads;
    private final ExpirySweeper sweeper;
    private final Reconciler reconciler;
    private final Housekeeper housekeeper;
    private final EventStore eventStore;
    private final OutboxTail tail;
    private final WebhookStore webhookStore;

    /** As the other, with events kept for as long as they are by default. */
    public StoreRuntime(
            Ignite ignite, Database database, LaneSettings settings, BooleanSupplier quorum, MeterRegistry registry) {
        this(ignite, database, settings, Housekeeper.EVENT_RETENTION_DEFAULT, quorum, registry);
    }

    /**
     * @param eventRetention how long events can be read again, whole hours
     * @param quorum whether this node sees enough of the grid to take writes; asked for each command
     */
    public StoreRuntime(
            Ignite ignite,
            Database database,
            LaneSettings settings,
            Duration eventRetention,
            BooleanSupplier quorum,
            MeterRegistry registry) {
        this.ignite = ignite;
        StoreCaches caches = new StoreCaches(ignite);
        StoreClock clock = new StoreClock();
        health = new StoreHealth(database, clock);
        healer = new Healer(database, caches, registry);
        store = StoreAccess.of(database, health);
        CommandHomes homes = new CommandHomes(ignite);
        lanes = new LaneHost(ignite, homes, caches, database, health, clock, healer, settings, registry);
        commands = new GridCommandGateway(ignite, homes, lanes, quorum);
        reads = new GridReadGateway(caches, store);
        sweeper = new ExpirySweeper(database, lanes, health, quorum, registry);
        reconciler = new Reconciler(ignite);
        housekeeper = new Housekeeper(ignite, database, caches, eventRetention);
        eventStore = EventStore.of(database);
        tail = new OutboxTail(eventStore, registry);
        webhookStore = WebhookStore.of(database);
        Gauge.builder("storegrid.store.up", health, store -> store.up() ? 1 : 0)
                .description("1 while PostgreSQL answers")
                .register(registry);
        poolMetrics(database, registry);
    }

    /**
     * Begins to work.
     *
     * @throws SQLException when the database's clock cannot be read
     */
    public void start() throws SQLException {
        health.readClock();
        health.start();
        ignite.cluster().nodeLocalMap().put(Healer.class.getName(), healer);
        ignite.cluster().nodeLocalMap().put(StoreAccess.class.getName(), store);
        ignite.cluster().nodeLocalMap().put(EventStore.class.getName(), eventStore);
        ignite.cluster().nodeLocalMap().put(WebhookStore.class.getName(), webhookStore);
        lanes.start();
        sweeper.start();
        housekeeper.start();
        reconciler.start();
    }

    @Override
    public CommandGateway commands() {
        return commands;
    }

    @Override
    public ReadGateway reads() {
        return reads;
    }

    @Override
    public Reconciler reconciler() {
        return reconciler;
    }

    @Override
    public EventFeed events() {
        return tail;
    }

    @Override
    public WebhookGateway webhooks() {
        return new StoredWebhooks(webhookStore);
    }

    public Housekeeper housekeeper() {
        return housekeeper;
    }

    public StoreHealth health() {
        return health;
    }

    @Override
    public StoreAccess store() {
        return store;
    }

    @Override
    public void drain() {
        commands.drain();
    }

    /** Commands in this node's lanes. */
    public int depth() {
        return lanes.depth();
    }

    /** Refuses new commands, lets the lanes finish for a moment, and stops every thread. */
    @Override
    public void close() {
        commands.drain();
        tail.close();
        sweeper.close();
        housekeeper.close();
        reconciler.close();
        long deadline = System.nanoTime() + DRAIN_MAX.toNanos();
        while (lanes.depth() > 0 && System.nanoTime() - deadline < 0 && health.up()) {
            try {
                Thread.sleep(DRAIN_STEP_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        lanes.close();
        commands.close();
        healer.close();
        ignite.cluster().nodeLocalMap().remove(Healer.class.getName());
        ignite.cluster().nodeLocalMap().remove(StoreAccess.class.getName());
        ignite.cluster().nodeLocalMap().remove(EventStore.class.getName());
        ignite.cluster().nodeLocalMap().remove(WebhookStore.class.getName());
        health.close();
    }

    private static void poolMetrics(Database database, MeterRegistry registry) {
        for (HikariDataSource pool : database.pools()) {
            gauge(registry, pool, "active", "Connections in use", HikariPoolMXBean::getActiveConnections);
            gauge(registry, pool, "idle", "Connections that wait for use", HikariPoolMXBean::getIdleConnections);
            gauge(
                    registry,
                    pool,
                    "waiting",
                    "Threads that wait for a connection",
                    HikariPoolMXBean::getThreadsAwaitingConnection);
        }
    }

    private static void gauge(
            MeterRegistry registry,
            HikariDataSource pool,
            String what,
            String description,
            ToIntFunction<HikariPoolMXBean> value) {
        Gauge.builder("storegrid.pool." + what, pool, source -> {
                    HikariPoolMXBean bean = source.getHikariPoolMXBean();
                    return bean == null ? 0 : value.applyAsInt(bean);
                })
                .description(description)
                .tag("pool", pool.getPoolName())
                .register(registry);
    }
}
