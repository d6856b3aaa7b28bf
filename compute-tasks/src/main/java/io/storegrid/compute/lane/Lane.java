package io.storegrid.compute.lane;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.compute.StoreHealth;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ExpireHold;
import io.storegrid.domain.Answer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer: the thread that decides everything about the keys it owns.
 *
 * <p>It takes what is queued, up to a bound and without a timer: with one caller a batch is one command, with hundreds it
 * is hundreds, and while a batch commits the next one gathers. Expiries stand in a queue of their own: nobody waits for
 * them, so they fill up what callers leave, few enough for a caller who comes meanwhile not to notice. Equal requests under one key become one member; a key that
 * comes with another request waits for the next batch. What a batch could not decide (a mate was in the way, due holds
 * have to be expired first) is at the head of the next.
 *
 * <p>The thread waits for nothing but new commands and the one transaction. Applying to the caches and answering are the
 * {@link Applier}'s. {@link #offer} and {@link #watch} may be called from any thread; all else is the lane's own.
 */
public final class Lane implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long CLOSE_GRACE_MS = 500;

    /** Members up to which a batch is filled up with expiries: some 6 ms of work. */
    private static final int EXPIRIES_MAX = 128;

    private final LaneSettings settings;
    private final StoreHealth health;
    private final BatchRunner runner;
    private final BatchReader reader;
    private final Predicate<Command> owns;
    private final Queue<Request> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Request> expiries = new ConcurrentLinkedQueue<>();
    private final Set<Request> live = ConcurrentHashMap.newKeySet();
    private final AtomicInteger depth = new AtomicInteger();
    private final ArrayDeque<Member> head = new ArrayDeque<>();
    private final Thread thread;
    private volatile boolean closed;
    private volatile boolean idle;
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
        if (closed) {
            return CompletableFuture.failedFuture(new Fault(FaultCode.DRAINING, "this node is leaving"));
        }
        if (!health.up()) {
            return CompletableFuture.failedFuture(storeAway());
        }
        if (depth.incrementAndGet() > settings.depthMax()) {
            depth.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new Fault(FaultCode.OVERLOADED, "lane is full [depth=" + settings.depthMax() + "]"));
        }
        Request request = new Request(command);
        live.add(request);
        CompletableFuture<Answer> answer = request.answer().whenComplete((done, failure) -> {
            live.remove(request);
            depth.decrementAndGet();
        });
        (command instanceof ExpireHold ? expiries : queue).add(request);
        if (idle) {
            LockSupport.unpark(thread);
        }
        return answer;
    }

    /** Commands waiting or running. */
    int depth() {
        return depth.get();
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
            for (Request request : live) {
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
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(settings.stallAfter().toMillis() + CLOSE_GRACE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Request request : live) {
            if (request.withdraw()) {
                request.fail(new Fault(FaultCode.DRAINING, "this node is leaving"));
            } else {
                request.fail(new Fault(FaultCode.OUTCOME_UNKNOWN, "this node left meanwhile"));
            }
        }
    }

    private static Fault storeAway() {
        return new Fault(FaultCode.STORE_UNAVAILABLE, "PostgreSQL does not answer");
    }

    private void run() {
        while (!closed) {
            List<Member> batch = List.of();
            try {
                batch = take();
                if (!batch.isEmpty()) {
                    List<Member> again = runner.run(batch, () -> batchSinceNanos = System.nanoTime());
                    for (int i = again.size() - 1; i >= 0; i--) {
                        again.get(i).requeue();
                        head.addFirst(again.get(i));
                    }
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

    private boolean nothingWaits() {
        return head.isEmpty() && queue.isEmpty() && expiries.isEmpty();
    }

    private List<Member> take() {
        if (nothingWaits()) {
            // Said before looking again: whoever adds a command looks after adding.
            idle = true;
            if (nothingWaits() && !closed) {
                LockSupport.park(this);
            }
            idle = false;
        }
        if (picturesDoubtful) {
            picturesDoubtful = false;
            reader.dropAll();
        }
        List<Member> batch = new ArrayList<>();
        Map<String, Member> byKey = new HashMap<>();
        List<Member> postponed = new ArrayList<>(0);
        while (batch.size() < settings.batchMax()) {
            Member member = next(batch);
            if (member == null) {
                break;
            }
            admit(member, batch, byKey, postponed);
        }
        for (int i = postponed.size() - 1; i >= 0; i--) {
            head.addFirst(postponed.get(i));
        }
        return batch;
    }

    private @Nullable Member next(List<Member> batch) {
        Member waiting = head.pollFirst();
        if (waiting != null) {
            return waiting;
        }
        Request request = queue.poll();
        if (request == null && batch.size() < EXPIRIES_MAX) {
            request = expiries.poll();
        }
        return request == null ? null : new Member(request);
    }

    private void admit(Member member, List<Member> batch, Map<String, Member> byKey, List<Member> postponed) {
        if (!member.internal() && !owns.test(member.command())) {
            member.fail(new Moved(member.command().home()));
            return;
        }
        CommandKey key = member.key();
        Member twin = key == null ? null : byKey.get(key.key());
        CommandKey twinKey = twin == null ? null : twin.key();
        if (key != null && twin != null && twinKey != null) {
            if (key.sameRequest(twinKey)) {
                twin.join(member);
            } else {
                postponed.add(member);
            }
            return;
        }
        if (member.run()) {
            batch.add(member);
            if (key != null) {
                byKey.put(key.key(), member);
            }
        }
    }
}
