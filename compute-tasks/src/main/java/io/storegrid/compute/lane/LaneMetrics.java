package io.storegrid.compute.lane;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;

/** What a node's lanes count. Thread-safe. */
public final class LaneMetrics {

    private final MeterRegistry registry;
    private final DistributionSummary batchSize;
    private final Timer commit;
    private final Counter keysReplayed;
    private final Counter deferred;
    private final Counter unknown;
    private final Counter applyFailed;
    private final ConcurrentMap<String, Counter> guards = new ConcurrentHashMap<>();
    private final Map<Decider.Kind, ConcurrentMap<Outcome, Counter>> outcomes = new EnumMap<>(Decider.Kind.class);
    private final ConcurrentMap<HoldState, Counter> settled = new ConcurrentHashMap<>();

    public LaneMetrics(MeterRegistry registry) {
        this.registry = registry;
        batchSize = DistributionSummary.builder("storegrid.lane.batch.size")
                .description("Commands in one transaction")
                .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
                .register(registry);
        commit = Timer.builder("storegrid.lane.batch.time")
                .description("From taking a batch to its COMMIT")
                .serviceLevelObjectives(
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(5),
                        Duration.ofMillis(10),
                        Duration.ofMillis(25),
                        Duration.ofMillis(50),
                        Duration.ofMillis(100),
                        Duration.ofMillis(250),
                        Duration.ofSeconds(1))
                .register(registry);
        keysReplayed = Counter.builder("storegrid.lane.keys.replayed")
                .description("Commands answered from their idempotency record")
                .register(registry);
        deferred = Counter.builder("storegrid.lane.deferred")
                .description("Commands put off to the next batch because of a mate in theirs")
                .register(registry);
        unknown = Counter.builder("storegrid.lane.commit.unknown")
                .description("Commits whose answer was lost")
                .register(registry);
        applyFailed = Counter.builder("storegrid.cache.apply.failed")
                .description("Committed batches whose values could not be put into the caches at once")
                .register(registry);
        begin();
    }

    /** Makes the series that start at nothing, so that a rate can be seen from the first event on. */
    private void begin() {
        for (Decider.Kind kind : Decider.Kind.values()) {
            outcomes.put(kind, new ConcurrentHashMap<>());
        }
        List.of("carts", "holds", "products", "stock").forEach(this::guard);
        for (HoldState state : HoldState.values()) {
            if (state.settled()) {
                settled(state, 0);
            }
        }
    }

    void committed(int members, long nanos) {
        batchSize.record(members);
        commit.record(nanos, TimeUnit.NANOSECONDS);
    }

    void guardLost(String guard) {
        guard(guard).increment();
    }

    private Counter guard(String guard) {
        return guards.computeIfAbsent(
                guard,
                name -> Counter.builder("storegrid.lane.fence.rejects")
                        .description("Batches rolled back because a row was not as decided")
                        .tag("guard", name)
                        .register(registry));
    }

    void answered(Decider.Kind command, Outcome outcome) {
        Objects.requireNonNull(outcomes.get(command))
                .computeIfAbsent(
                        outcome,
                        told -> Counter.builder("storegrid.commands")
                                .description("Commands by kind and outcome")
                                .tag("command", command.name())
                                .tag("outcome", told.name())
                                .register(registry))
                .increment();
    }

    void settled(HoldState state, int holds) {
        settled.computeIfAbsent(
                        state,
                        ended -> Counter.builder("storegrid.holds.settled")
                                .description("Holds that ended, by the state they ended in")
                                .tag("state", ended.name())
                                .register(registry))
                .increment(holds);
    }

    void replayed() {
        keysReplayed.increment();
    }

    void deferred(int members) {
        deferred.increment(members);
    }

    void commitUnknown() {
        unknown.increment();
    }

    void applyFailed() {
        applyFailed.increment();
    }
}
