package io.storegrid.compute.lane;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.compute.StoreHealth;
import io.storegrid.compute.command.Command;
import io.storegrid.domain.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: the thread that decides everything about the keys it owns.
 *
 * <p>It takes what is queued ({@link LaneQueue}), up to a bound and without a timer: with one caller a batch is one
 * command, with hundreds it is hundreds, and while a batch commits the next one gathers. Expiries stand in a queue of their
 * own: nobody waits for them, so they fill up what callers leave, few enough for a caller who comes meanwhile not to
 * notice. Equal requests under one key become one member; a key that comes with another request waits for the next batch.
 * What a batch could not decide (a mate was in the way, due holds have to be expired first) is at the head of the next.
 *
 * <p>The thread waits for nothing but new commands and the one transaction. Applying to the caches and answering are the
 * {@link Applier}'s. {@link #offer} and {@link #watch} may be called from any thread; all else is the lane's own.
 */
public final class Lane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long CLOSE_GRACE_MS = 500;

    private final LaneSettings settings;
    private final StoreHealth health;
    private final BatchRunner runner;
    private final BatchReader reader;
    private final Predicate<Command> owns;
    private final LaneQueue queue;
    private final Thread thread;
    private volatile boolean picturesDoubtful;
    private volatile long batchSinceNanos;

    /** @param owns whether this node owns what a command is about */
    Lane(
            String name,
            LaneSettings settings,
            StoreHealth health,
            BatchReader reader,
            BatchRunner runner,
            Predicate<Command> owns) {
        this.settings = settings;
        this.health = health;
        this.reader = reader;
        this.runner = runner;
        this.owns = owns;
        this.queue = new LaneQueue(settings.depthMax(), settings.batchMax());
        this.thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /**
     * Queues a command.
     *
     * @return its answer after COMMIT, or a {@link Fault}, or {@link Moved}; fails at once when the lane is full or the
     *     database is away
     */
    CompletableFuture<Answer> offer(Command command) {
        return health.up() || queue.closed() ? queue.offer(command) : CompletableFuture.failedFuture(storeAway());
    }

    /** Commands waiting or running. */
    int depth() {
        return queue.depth();
    }

    /** The pictures may be of another time of ownership: drop them before the next batch. */
    void doubtPictures() {
        picturesDoubtful = true;
    }

    /**
     * Tells callers in time when the database hangs: those whose batch runs too long that their outcome is unknown, those
     * that still wait that nothing was done. To be called every 200 ms or so.
     */
    void watch() {
        long since = batchSinceNanos;
        boolean stalled =
                since != 0 && System.nanoTime() - since > settings.stallAfter().toNanos();
        if (stalled) {
            health.down("a batch has been running for more than "
                    + settings.stallAfter().toMillis() + " ms");
        }
        if (!health.up()) {
            for (Request request : queue.live()) {
                if (request.withdraw()) {
                    request.fail(storeAway());
                } else if (stalled) {
                    request.fail(
                            new Fault(FaultCode.OUTCOME_UNKNOWN, "the database took the command and does not answer"));
                }
            }
        }
    }

    /** Takes no more commands, ends the batch that runs, and answers the rest that nothing was done. */
    @Override
    public void close() {
        queue.close();
        try {
            thread.join(settings.stallAfter().toMillis() + CLOSE_GRACE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        queue.endRest();
    }

    private static Fault storeAway() {
        return new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL does not answer");
    }

    private void run() {
        while (!queue.closed()) {
            List<Member> batch = List.of();
            try {
                batch = take();
                if (!batch.isEmpty()) {
                    queue.putBack(runner.run(batch, () -> batchSinceNanos = System.nanoTime()));
                }
            } catch (RuntimeException | Error e) {
                // The runner isolates what a command does; this is a defect of the lane's own, and its callers must
                // hear.
                LOG.error("Lane failed on a batch [members={}]", batch.size(), e);
                batch.forEach(member -> member.fail(new Fault(FaultCode.INTERNAL, "the lane failed", e)));
                reader.dropAll();
            } finally {
                batchSinceNanos = 0;
            }
        }
    }

    private List<Member> take() {
        queue.await();
        if (picturesDoubtful) {
            picturesDoubtful = false;
            reader.dropAll();
        }
        return queue.take(owns);
    }
}
