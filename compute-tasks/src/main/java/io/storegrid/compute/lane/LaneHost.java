package io.storegrid.compute.lane;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.CommandHomes;
import io.storegrid.compute.Healer;
import io.storegrid.compute.Moved;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.StoreClock;
import io.storegrid.compute.StoreHealth;
import io.storegrid.compute.Threads;
import io.storegrid.compute.command.Command;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Order;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.Database;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignite;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.cache.affinity.Affinity;
import org.jspecify.annotations.Nullable;

/**
 * A node's lanes, and which of them a command goes to. Found by colocated tasks in the node's local map under its class
 * name. Thread-safe.
 */
public final class LaneHost implements AutoCloseable {

    private static final long WATCH_EVERY_MS = 200;
    private static final int OWNERSHIP_EVERY_ROUNDS = 5;

    private final Ignite ignite;
    private final CommandHomes homes;
    private final StoreCaches caches;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<Applier> appliers = new ArrayList<>();
    private final ScheduledExecutorService watchdog = Threads.timer("storegrid-watchdog");
    private int rounds;
    private int ownership;

    public LaneHost(
            Ignite ignite,
            CommandHomes homes,
            StoreCaches caches,
            Database database,
            StoreHealth health,
            StoreClock clock,
            Healer healer,
            LaneSettings settings,
            MeterRegistry registry) {
        this.ignite = ignite;
        this.caches = caches;
        this.homes = homes;
        LaneMetrics metrics = new LaneMetrics(registry);
        for (int i = 0; i < settings.lanes(); i++) {
            BatchReader reader = new BatchReader(
                    clock,
                    settings.copiesMax(),
                    this::ownCopy,
                    this::ownOrder,
                    sku -> homes.stock().partition(sku));
            Applier applier = new Applier("storegrid-applier-" + i, caches, healer, metrics);
            BatchRunner runner = new BatchRunner(database, health, clock, reader, applier, metrics);
            Lane lane = new Lane("storegrid-lane-" + i, settings, health, reader, runner, this::owns);
            appliers.add(applier);
            lanes.add(lane);
            Gauge.builder("storegrid.lane.depth", lane, Lane::depth)
                    .description("Commands waiting or running in a lane")
                    .tag("lane", Integer.toString(i))
                    .register(registry);
        }
    }

    /** Starts the lanes and lets tasks find them. */
    public void start() {
        lanes.forEach(Lane::start);
        var unused =
                watchdog.scheduleWithFixedDelay(this::watch, WATCH_EVERY_MS, WATCH_EVERY_MS, TimeUnit.MILLISECONDS);
        ignite.cluster().nodeLocalMap().put(LaneHost.class.getName(), this);
    }

    /**
     * Queues a command in its lane. The future ends in an answer, a {@link io.storegrid.compute.Fault}, or {@link Moved} when
     * this node does not own the command's home.
     */
    public CompletableFuture<Answer> submit(Command command) {
        String home = command.home();
        Affinity<String> affinity = homes.affinity(command);
        if (!affinity.isPrimary(ignite.cluster().localNode(), home)) {
            return CompletableFuture.failedFuture(new Moved(home));
        }
        return lanes.get(affinity.partition(home) % lanes.size()).offer(command);
    }

    /** Whether this node is the primary of a reservation. */
    public boolean ownsHold(String reservationId) {
        return homes.holds().isPrimary(ignite.cluster().localNode(), reservationId);
    }

    /** Whether this node is the primary of an order. */
    public boolean ownsOrder(String orderId) {
        return homes.orders().isPrimary(ignite.cluster().localNode(), orderId);
    }

    /** Commands waiting or running in all lanes. */
    public int depth() {
        return lanes.stream().mapToInt(Lane::depth).sum();
    }

    @Override
    public void close() {
        ignite.cluster().nodeLocalMap().remove(LaneHost.class.getName());
        watchdog.shutdownNow();
        lanes.forEach(Lane::close);
        appliers.forEach(Applier::close);
    }

    private boolean owns(Command command) {
        return homes.affinity(command).isPrimary(ignite.cluster().localNode(), command.home());
    }

    private @Nullable Reservation ownCopy(String id) {
        return caches.reservations().localPeek(id, CachePeekMode.PRIMARY);
    }

    private @Nullable Order ownOrder(String id) {
        return caches.orders().localPeek(id, CachePeekMode.PRIMARY);
    }

    private void watch() {
        lanes.forEach(Lane::watch);
        if (++rounds % OWNERSHIP_EVERY_ROUNDS == 0) {
            int now = Arrays.hashCode(
                    homes.stock().primaryPartitions(ignite.cluster().localNode()));
            if (now != ownership) {
                ownership = now;
                lanes.forEach(Lane::doubtPictures);
            }
        }
    }
}
