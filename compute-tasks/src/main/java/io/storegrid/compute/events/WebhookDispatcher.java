package io.storegrid.compute.events;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.storegrid.compute.Threads;
import io.storegrid.compute.gateway.WebhookCalls;
import io.storegrid.domain.EventFilter;
import io.storegrid.domain.EventPage;
import io.storegrid.domain.EventPosition;
import io.storegrid.domain.PublishedEvent;
import io.storegrid.domain.Webhook;
import io.storegrid.domain.WebhookDelivery;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.WebhookSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells webhooks what happened, in order and at least once. Every node with a database has one; a lease in the webhook's row,
 * by PostgreSQL's clock, decides which of them tells it. Thread-safe.
 *
 * <p>A webhook's events are told one after another, and an event that fails holds up all behind it: that keeps every
 * aggregate's order without a memory of which ones have to wait. No connection to PostgreSQL is held during a call. How far
 * it came is written after a turn, so a node that dies repeats at most a turn.
 *
 * <p>A node tells nothing once its lease is over by its own clock, which began before PostgreSQL's did. One that is paused
 * between that look and the call can still send an event late; receivers know it by its id and sequence.
 */
public final class WebhookDispatcher implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WebhookDispatcher.class);

    private static final int EVENTS_AT_ONCE = 100;
    private static final int REDELIVERIES_AT_ONCE = 10;
    private static final long PASSED_MS = 500;
    private static final long STOP_MAX_MS = 500;
    private static final int REASON_LENGTH_MAX = 200;

    private final Database database;
    private final WebhookCalls calls;
    private final WebhookLimits limits;
    private final Counter delivered;
    private final Counter failed;
    private final Counter disabled;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-webhooks");
    private final ThreadPoolExecutor workers;
    private final AtomicInteger free;

    public WebhookDispatcher(Database database, WebhookCalls calls, WebhookLimits limits, MeterRegistry registry) {
        this.database = database;
        this.calls = calls;
        this.limits = limits;
        free = new AtomicInteger(limits.workers());
        workers = new ThreadPoolExecutor(
                limits.workers(),
                limits.workers(),
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                Threads.daemons("storegrid-webhook"));
        // A node whose webhooks have nothing to hear has no thread for them.
        workers.allowCoreThreadTimeOut(true);
        delivered = deliveries(registry, "delivered");
        failed = deliveries(registry, "failed");
        disabled = Counter.builder("storegrid.webhooks.disabled")
                .description("Webhooks that this node gave up after a day of failures")
                .register(registry);
    }

    private static Counter deliveries(MeterRegistry registry, String result) {
        return Counter.builder("storegrid.webhooks.deliveries")
                .description("Attempts to tell a webhook of an event")
                .tag("result", result)
                .register(registry);
    }

    /** Begins to look for what is due. */
    public void start() {
        again(limits.lookEvery().toMillis());
    }

    private void again(long delayMs) {
        var unused = thread.schedule(this::look, delayMs, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long nextMs = limits.lookIdle().toMillis();
        try {
            try (Connection connection = database.reader()) {
                if (WebhookSql.any(connection)) {
                    nextMs = limits.lookEvery().toMillis();
                    int claimed = claim(connection);
                    if (claimed > 0) {
                        nextMs = 0;
                    }
                }
            }
        } catch (SQLException e) {
            LOG.debug("Webhooks have to wait for PostgreSQL", e);
        } catch (RuntimeException e) {
            LOG.warn("Webhooks could not be looked for", e);
        } finally {
            again(nextMs);
        }
    }

    private int claim(Connection connection) throws SQLException {
        int room = free.get();
        if (room == 0) {
            return 0;
        }
        long leasedNanos = System.nanoTime();
        List<WebhookSql.Claim> claims =
                WebhookSql.claim(connection, limits.lease().toMillis(), room);
        for (WebhookSql.Claim claim : claims) {
            free.decrementAndGet();
            try {
                workers.execute(() -> {
                    try {
                        turn(claim, leasedNanos);
                    } finally {
                        free.incrementAndGet();
                    }
                });
            } catch (RejectedExecutionException e) {
                // Somebody else takes it over when the lease is over.
                free.incrementAndGet();
                LOG.debug("A webhook has to wait", e);
            }
        }
        return claims.size();
    }

    /** What was told in one turn. */
    private static final class Told {
        private final List<WebhookDelivery> deliveries = new ArrayList<>();
        private EventPosition cursor;
        /** Whether it came further than it was. */
        private boolean progressed;

        private @Nullable String failure;

        private Told(EventPosition cursor) {
            this.cursor = cursor;
        }
    }

    private void turn(WebhookSql.Claim claim, long leasedNanos) {
        try {
            Told told = new Told(claim.cursor());
            redeliver(claim, told, leasedNanos);
            if (told.failure == null) {
                next(claim, told, leasedNanos);
            }
            finish(claim, told);
        } catch (SQLException e) {
            LOG.debug(
                    "A webhook has to wait for PostgreSQL [id={}]",
                    claim.webhook().id(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("A webhook could not be told [id={}]", claim.webhook().id(), e);
        }
    }

    /** Events that somebody wants to be told again. */
    private void redeliver(WebhookSql.Claim claim, Told told, long leasedNanos)
            throws SQLException, InterruptedException {
        List<PublishedEvent> events = new ArrayList<>();
        String id = claim.webhook().id();
        try (Connection connection = database.reader()) {
            for (EventPosition position : WebhookSql.redeliveries(connection, id, REDELIVERIES_AT_ONCE)) {
                Optional<PublishedEvent> event = OutboxSql.at(connection, position);
                if (event.isPresent()) {
                    events.add(event.get());
                } else {
                    WebhookSql.redelivered(connection, id, position);
                }
            }
        }
        for (PublishedEvent event : events) {
            if (!call(claim, told, event, leasedNanos, true)) {
                return;
            }
            told.progressed = true;
            try (Connection connection = database.reader()) {
                WebhookSql.redelivered(connection, id, event.position());
            }
        }
    }

    private void next(WebhookSql.Claim claim, Told told, long leasedNanos) throws SQLException, InterruptedException {
        EventPage page;
        try (Connection connection = database.reader()) {
            if (OutboxSql.lost(connection, told.cursor)) {
                told.cursor = OutboxSql.oldest(connection);
                told.deliveries.add(new WebhookDelivery(
                        0,
                        told.cursor.text(),
                        "gap",
                        1,
                        WebhookDelivery.State.LOST,
                        0,
                        "events before this one were cleared out",
                        0,
                        0));
            }
            page = OutboxSql.after(
                    connection, told.cursor, new EventFilter(claim.webhook().types(), List.of()), EVENTS_AT_ONCE);
        }
        EventPosition furthest = told.cursor;
        for (PublishedEvent event : page.events()) {
            // Events that were exchanged are told together: whoever ends between them begins with the first again, for
            // ever.
            boolean mayEnd = furthest.compareTo(told.cursor) <= 0;
            if (!call(claim, told, event, leasedNanos, mayEnd)) {
                return;
            }
            furthest = furthest.compareTo(event.position()) > 0 ? furthest : event.position();
            told.progressed |= event.resume().compareTo(told.cursor) > 0;
            told.cursor = event.resume();
        }
        told.cursor = page.end();
    }

    /** Tells one event; false when the turn is over. */
    private boolean call(WebhookSql.Claim claim, Told told, PublishedEvent event, long leasedNanos, boolean mayEnd)
            throws InterruptedException {
        long tookNanos = System.nanoTime() - leasedNanos;
        long leftNanos = limits.lease().toNanos() - TimeUnit.MILLISECONDS.toNanos(WebhookCalls.CALL_MAX_MS) - tookNanos;
        if (leftNanos < 0 || (mayEnd && tookNanos > limits.turn().toNanos())) {
            return false;
        }
        WebhookCalls.Result result = calls.call(claim.webhook(), event);
        int attempt = told.progressed ? 1 : claim.webhook().failures() + 1;
        String error = shortened(result.error());
        told.deliveries.add(new WebhookDelivery(
                0,
                event.position().text(),
                event.type(),
                attempt,
                error == null ? WebhookDelivery.State.DELIVERED : WebhookDelivery.State.FAILED,
                result.status(),
                error,
                result.tookMs(),
                0));
        if (error != null) {
            failed.increment();
            told.failure = error;
            return false;
        }
        delivered.increment();
        return true;
    }

    private static @Nullable String shortened(@Nullable String error) {
        return error == null || error.length() <= REASON_LENGTH_MAX ? error : error.substring(0, REASON_LENGTH_MAX);
    }

    private void finish(WebhookSql.Claim claim, Told told) throws SQLException {
        String id = claim.webhook().id();
        try (Connection connection = database.reader()) {
            WebhookSql.record(connection, id, told.deliveries);
            if (told.failure == null) {
                // One that had nothing to hear need not be asked at once about the next thing it does not want.
                WebhookSql.advance(connection, claim, told.cursor, told.progressed ? 0 : PASSED_MS);
                return;
            }
            int failures = told.progressed ? 1 : claim.webhook().failures() + 1;
            Optional<Webhook.State> state = WebhookSql.setBack(
                    connection,
                    claim,
                    told.cursor,
                    told.failure,
                    told.progressed,
                    limits.disableAfter().toMillis(),
                    limits.againMs(failures, ThreadLocalRandom.current().nextDouble()));
            if (state.isPresent() && state.get() == Webhook.State.DISABLED) {
                disabled.increment();
                LOG.warn("A webhook failed for too long and is disabled [id={}, last={}]", id, told.failure);
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        workers.shutdownNow();
        try {
            // What writes how far it came must not lose its connection under it.
            if (!thread.awaitTermination(STOP_MAX_MS, TimeUnit.MILLISECONDS)
                    || !workers.awaitTermination(STOP_MAX_MS, TimeUnit.MILLISECONDS)) {
                LOG.debug("A webhook is left to whoever takes it over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
