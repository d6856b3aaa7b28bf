package io.storegrid.compute;

import io.storegrid.compute.lane.ApplyNewest;
import io.storegrid.compute.task.StoreQuestion;
import io.storegrid.domain.Versioned;
import io.storegrid.persistence.PortableSqlException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.cache.Cache;
import javax.cache.processor.EntryProcessor;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CachePeekMode;
import org.apache.ignite.events.DiscoveryEvent;
import org.apache.ignite.events.Event;
import org.apache.ignite.events.EventType;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.lang.IgnitePredicate;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares every copy of every entry with its row and brings older ones up to date (PROTOCOL 21). A copy above its row is a
 * defect: it is reported and replaced. Runs beside live writes, which make a copy newer at any time: what looks behind is
 * read again by the repair itself. Blocking, thread-safe.
 */
public final class Reconciler implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final int KEYS_AT_ONCE = 1_000;
    private static final long RETRY_MS = 500;
    private static final Duration EVERY = Duration.ofMinutes(10);

    /**
     * After a loss, seconds. Not at once, because the next owners of its keys need the processor first. More than once: the lost
     * node may have been paused only, and when it wakes up it can still commit what it had begun or queued, and has no grid
     * any more to tell.
     */
    private static final List<Integer> AFTER_A_LOSS_S = List.of(1, 15, 60, 180);

    private final Ignite ignite;
    private final ScheduledExecutorService thread = Threads.timer("storegrid-reconciler");
    private final Alarm owed = new Alarm(thread, this::compare);
    private final IgnitePredicate<Event> losses = event -> {
        if (event instanceof DiscoveryEvent loss && !loss.eventNode().isClient()) {
            AFTER_A_LOSS_S.forEach(this::in);
        }
        return true;
    };
    private boolean waiting;

    public Reconciler(Ignite ignite) {
        this.ignite = ignite;
    }

    /**
     * Begins to compare. After a node was lost, each node compares its own copies: the lost one may have committed what it did
     * not get to apply. And each does so now and then, for whatever nobody thought of.
     */
    public void start() {
        ignite.events().localListen(losses, EventType.EVT_NODE_LEFT, EventType.EVT_NODE_FAILED);
        var unused =
                thread.scheduleWithFixedDelay(this::soon, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        ignite.events().stopLocalListen(losses);
    }

    private void in(int seconds) {
        var unused = thread.schedule(this::soon, seconds, TimeUnit.SECONDS);
    }

    private void soon() {
        owed.set(0);
    }

    private void compare() {
        try {
            long[] counts = CompareTask.compare(ignite);
            waiting = false;
            LOG.info("Compared this node's copies [compared={}, repaired={}]", counts[0], counts[1]);
        } catch (SQLException | RuntimeException e) {
            // Said once: the next try is half a second away, and an outage may take hours.
            if (!waiting) {
                LOG.warn("Comparing copies has to wait: {}", e.toString());
            }
            waiting = true;
            LOG.debug("Comparing copies has to wait", e);
            owed.set(RETRY_MS);
        }
    }

    /**
     * What was found.
     *
     * @param compared copies compared with their rows
     * @param repaired copies that were older
     * @param ahead copies that were newer than any row: defects
     */
    public record Report(long compared, long repaired, long ahead) {}

    /** Compares and repairs the copies of all nodes; {@link Fault} when PostgreSQL does not go along. */
    public Report reconcile() {
        long compared = 0;
        long repaired = 0;
        long ahead = 0;
        Collection<long[]> found;
        try {
            found = ignite.compute(ignite.cluster().forServers()).broadcast(new CompareTask());
        } catch (RuntimeException e) {
            throw StoreQuestion.storeTrouble(e)
                    .<RuntimeException>map(trouble -> new Fault(
                            FaultCode.STORE_UNAVAILABLE, "copies cannot be compared: " + trouble.getMessage(), e))
                    .orElse(e);
        }
        for (long[] counts : found) {
            compared += counts[0];
            repaired += counts[1];
            ahead += counts[2];
        }
        return new Report(compared, repaired, ahead);
    }

    /** Compares one node's copies, primary and backup, with PostgreSQL. Crosses the grid. */
    public static final class CompareTask implements IgniteCallable<long[]> {

        private static final long serialVersionUID = 1L;

        @IgniteInstanceResource
        private transient @Nullable Ignite ignite;

        @Override
        public long[] call() throws SQLException {
            try {
                return compare(Objects.requireNonNull(ignite));
            } catch (SQLException e) {
                throw PortableSqlException.of(e);
            }
        }

        private static long[] compare(Ignite node) throws SQLException {
            Object healer = node.cluster().nodeLocalMap().get(Healer.class.getName());
            if (!(healer instanceof Healer rows)) {
                return new long[3];
            }
            long[] counts = new long[3];
            for (String cache : StoreCaches.NAMES) {
                compare(node.cache(cache), cache, rows, counts);
            }
            rows.countCompared(counts[0], counts[1], counts[2]);
            return counts;
        }

        private static void compare(IgniteCache<String, Versioned> cache, String name, Healer rows, long[] counts)
                throws SQLException {
            Map<String, Versioned> copies = new HashMap<>();
            for (Cache.Entry<String, Versioned> entry :
                    cache.localEntries(CachePeekMode.PRIMARY, CachePeekMode.BACKUP)) {
                copies.put(entry.getKey(), entry.getValue());
                if (copies.size() == KEYS_AT_ONCE) {
                    compare(cache, name, rows, copies, counts);
                    copies.clear();
                }
            }
            compare(cache, name, rows, copies, counts);
        }

        private static void compare(
                IgniteCache<String, Versioned> cache,
                String name,
                Healer rows,
                Map<String, Versioned> copies,
                long[] counts)
                throws SQLException {
            Map<String, Versioned> stored = rows.rows(name, copies.keySet());
            counts[0] += copies.size();
            for (Map.Entry<String, Versioned> copy : copies.entrySet()) {
                Versioned row = stored.get(copy.getKey());
                long rowVersion = row == null ? 0 : row.version();
                if (copy.getValue().version() < rowVersion && row != null) {
                    cache.withSkipStore().invoke(copy.getKey(), ApplyNewest.onEveryCopy(row));
                    counts[1]++;
                } else if (copy.getValue().version() > rowVersion) {
                    // The row was read after the copy, so it cannot lawfully be older.
                    LOG.error("A copy is ahead of its row [cache={}, copy={}, row={}]", name, copy.getValue(), row);
                    cache.withSkipStore()
                            .invoke(copy.getKey(), new Replace(copy.getValue().version(), row));
                    counts[2]++;
                }
            }
        }
    }

    /** Sets an entry to its row, or removes it, if it still shows the version that was found wrong. Crosses the grid. */
    static final class Replace implements EntryProcessor<String, Versioned, Boolean> {

        private final long wrongVersion;
        private final @Nullable Versioned row;

        Replace(long wrongVersion, @Nullable Versioned row) {
            this.wrongVersion = wrongVersion;
            this.row = row;
        }

        @Override
        public Boolean process(MutableEntry<String, Versioned> entry, Object... arguments) {
            Versioned known = entry.getValue();
            if (known == null || known.version() != wrongVersion) {
                return false;
            }
            if (row == null) {
                entry.remove();
            } else {
                entry.setValue(row);
            }
            return true;
        }
    }

    /** Keys whose copies on any node differ from their rows, at rest; for checks. */
    public List<String> differences() {
        List<String> differences = new ArrayList<>();
        for (Collection<String> some :
                ignite.compute(ignite.cluster().forServers()).broadcast(new DifferenceTask())) {
            differences.addAll(some);
        }
        return differences;
    }

    /** Lists one node's copies that differ from their rows. Crosses the grid. */
    public static final class DifferenceTask implements IgniteCallable<List<String>> {

        private static final long serialVersionUID = 1L;

        @IgniteInstanceResource
        private transient @Nullable Ignite ignite;

        @Override
        public List<String> call() throws SQLException {
            try {
                return differences(Objects.requireNonNull(ignite));
            } catch (SQLException e) {
                throw PortableSqlException.of(e);
            }
        }

        private static List<String> differences(Ignite node) throws SQLException {
            List<String> differences = new ArrayList<>();
            if (!(node.cluster().nodeLocalMap().get(Healer.class.getName()) instanceof Healer rows)) {
                return differences;
            }
            for (String name : StoreCaches.NAMES) {
                IgniteCache<String, Versioned> cache = node.cache(name);
                Map<String, Versioned> copies = new HashMap<>();
                cache.localEntries(CachePeekMode.PRIMARY, CachePeekMode.BACKUP)
                        .forEach(entry -> copies.put(entry.getKey(), entry.getValue()));
                Map<String, Versioned> stored = copies.isEmpty() ? Map.of() : rows.rows(name, copies.keySet());
                copies.forEach((key, copy) -> {
                    if (!copy.equals(stored.get(key))) {
                        differences.add(node.name() + ' ' + name + ": copy " + copy + ", row " + stored.get(key));
                    }
                });
            }
            return differences;
        }
    }
}
