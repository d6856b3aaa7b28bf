package io.storegrid.compute;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.compute.lane.LaneHost;
import io.storegrid.domain.Answer;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.ReservationSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Settles holds whose time is over: each node asks PostgreSQL which are due and puts the expiry of those it owns into its
 * lanes, where they are batched like any command. PostgreSQL's clock decides, both here and in the row change itself.
 * Also keeps this node's idea of the database's time, and counts holds. Thread-safe.
 */
public final class ExpirySweeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ExpirySweeper.class);
    /** After a look that found something: what falls due meanwhile is settled together. */
    private static final long ROUND_MS = 300;

    /** After a look that found nothing, at least. */
    private static final long ROUND_MIN_MS = 20;

    /** Between two looks at most, and the shortest time that a hold can have: none made since the last look is due before. */
    private static final long ROUND_MAX_MS = 1_000;

    private static final int PAGE = 2_000;
    private static final long CHUNK_WAIT_S = 5;
    private static final long COUNT_EVERY_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final Database database;
    private final LaneHost lanes;
    private final StoreHealth health;
    private final BooleanSupplier quorum;
    private final AtomicLong lagMicros = new AtomicLong();
    private final AtomicLong liveHolds = new AtomicLong();
    private final ScheduledExecutorService thread = Threads.timer("storegrid-sweeper");
    private long countedNanos = System.nanoTime() - COUNT_EVERY_NANOS;

    /** @param quorum whether this node sees enough of the grid to take writes; asked for each round */
    public ExpirySweeper(
            Database database, LaneHost lanes, StoreHealth health, BooleanSupplier quorum, MeterRegistry registry) {
        this.database = database;
        this.lanes = lanes;
        this.health = health;
        this.quorum = quorum;
        Gauge.builder("storegrid.expiry.lag", lagMicros, lag -> lag.get() / 1e6)
                .description("How long the oldest hold whose time is over has waited to be settled")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("storegrid.holds.live", liveHolds, AtomicLong::get)
                .description("Reservations in state HELD, counted every 15 seconds")
                .register(registry);
    }

    /** Begins to sweep. */
    public void start() {
        again(ROUND_MS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void again(long delayMs) {
        var unused = thread.schedule(this::round, delayMs, TimeUnit.MILLISECONDS);
    }

    private void round() {
        long delayMs = ROUND_MS;
        try {
            if (health.up()) {
                // A minority leaves this to the others: what it settled it could tell no copy but its own.
                if (quorum.getAsBoolean()) {
                    delayMs = sweep();
                }
                if (System.nanoTime() - countedNanos >= COUNT_EVERY_NANOS) {
                    countedNanos = System.nanoTime();
                    health.readClock();
                    count();
                }
            }
        } catch (SQLException e) {
            LOG.debug("A sweep has to wait for PostgreSQL", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("A sweep failed", e);
        } finally {
            again(delayMs);
        }
    }

    /** Settles what is due; milliseconds until the next look. */
    private long sweep() throws SQLException, InterruptedException {
        long afterMicros = 0;
        String afterId = "";
        boolean first = true;
        List<CompletableFuture<Answer>> before = List.of();
        while (true) {
            List<ReservationSql.DueHold> page;
            long nextMicros = 0;
            try (Connection connection = database.reader()) {
                page = ReservationSql.due(connection, afterMicros, afterId, PAGE);
                if (page.isEmpty()) {
                    nextMicros = ReservationSql.nextDueIn(connection);
                }
            }
            if (first) {
                lagMicros.set(
                        page.isEmpty()
                                ? 0
                                : page.get(0).nowMicros() - page.get(0).expiresAtMicros());
                first = false;
            }
            List<CompletableFuture<Answer>> running = new ArrayList<>();
            for (ReservationSql.DueHold due : page) {
                if (lanes.ownsHold(due.id())) {
                    running.add(lanes.submit(new ExpireHold(due.id())));
                }
            }
            // Two pages at a time: the lane never waits for us, and its queue is never full of expiries.
            await(before);
            before = running;
            if (page.size() < PAGE) {
                await(before);
                // One more, because a hold that is due within this millisecond is not due at its beginning.
                return afterMicros == 0 && page.isEmpty()
                        ? Math.min(Math.max(TimeUnit.MICROSECONDS.toMillis(nextMicros) + 1, ROUND_MIN_MS), ROUND_MAX_MS)
                        : ROUND_MS;
            }
            afterMicros = page.get(page.size() - 1).expiresAtMicros();
            afterId = page.get(page.size() - 1).id();
        }
    }

    private static void await(List<CompletableFuture<Answer>> running) throws InterruptedException {
        try {
            CompletableFuture.allOf(running.toArray(new CompletableFuture<?>[0]))
                    .get(CHUNK_WAIT_S, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            // Whatever was not settled is still due, and found again by the next round.
            LOG.debug("Some expiries have to wait", e);
        }
    }

    private void count() throws SQLException {
        try (Connection connection = database.reader()) {
            liveHolds.set(ReservationSql.countLive(connection));
        }
    }
}
