package io.storegrid.compute.lane;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
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
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The way of commands from all threads to the one that decides them. Knows neither PostgreSQL nor the grid, so that its
 * races can be searched through one by one.
 *
 * <p>What is offered is either refused at once, or its future ends: by the batch that took it, or by whoever closes.
 * {@link #offer}, {@link #depth} and {@link #live} may be called from any thread; the others are the taker's own, but for
 * {@link #close}, which any thread may call, and {@link #endRest}, which is called when the taker has ended.
 */
final class LaneQueue {

    /** Members up to which a batch is filled up with expiries: some 6 ms of work. */
    private static final int EXPIRIES_MAX = 128;

    /** The same in a batch that nobody waits for: fewer commits, and whoever comes meanwhile waits for one of them. */
    private static final int EXPIRIES_ALONE_MAX = 512;

    private final int depthMax;
    private final int batchMax;
    private final Consumer<Object> sleep;
    private final Consumer<Thread> wake;
    private final Queue<Request> queue = new ConcurrentLinkedQueue<>();
    private final Queue<Request> expiries = new ConcurrentLinkedQueue<>();
    private final Set<Request> live = ConcurrentHashMap.newKeySet();
    private final AtomicInteger depth = new AtomicInteger();
    private final ArrayDeque<Member> head = new ArrayDeque<>();
    private volatile boolean closed;

    /** Who sleeps because nothing waits; null while it is awake. */
    private volatile @Nullable Thread idle;

    /**
     * @param depthMax commands that wait or run at most
     * @param batchMax members that are taken at once at most
     */
    LaneQueue(int depthMax, int batchMax) {
        this(depthMax, batchMax, LockSupport::park, LockSupport::unpark);
    }

    /**
     * @param sleep puts the calling thread to sleep, blocked on what it is given
     * @param wake wakes a thread, or keeps it from its next sleep
     */
    LaneQueue(int depthMax, int batchMax, Consumer<Object> sleep, Consumer<Thread> wake) {
        this.depthMax = depthMax;
        this.batchMax = batchMax;
        this.sleep = sleep;
        this.wake = wake;
    }

    /** Queues a command; fails at once when too many wait or run, or when this queue is closed. */
    CompletableFuture<Answer> offer(Command command) {
        if (closed) {
            return CompletableFuture.failedFuture(leaving());
        }
        if (depth.incrementAndGet() > depthMax) {
            depth.decrementAndGet();
            return CompletableFuture.failedFuture(
                    new Fault(FaultCode.OVERLOADED, "lane is full [depth=" + depthMax + "]"));
        }
        Request request = new Request(command);
        live.add(request);
        CompletableFuture<Answer> answer = request.answer().whenComplete((done, failure) -> {
            live.remove(request);
            depth.decrementAndGet();
        });
        (command instanceof ExpireHold ? expiries : queue).add(request);
        Thread sleeper = idle;
        if (sleeper != null) {
            wake.accept(sleeper);
        }
        // Looked at again after adding: whoever closed in between may have been through all that live.
        if (closed && request.withdraw()) {
            request.fail(leaving());
        }
        return answer;
    }

    /** Commands waiting or running. */
    int depth() {
        return depth.get();
    }

    /** Commands waiting or running, while they come and go. */
    Iterable<Request> live() {
        return live;
    }

    boolean closed() {
        return closed;
    }

    /** Lets nothing more in, and wakes the taker. */
    void close() {
        closed = true;
        Thread sleeper = idle;
        if (sleeper != null) {
            wake.accept(sleeper);
        }
    }

    /** Answers everyone who is left, after the taker has ended: nothing was done, or nobody knows. */
    void endRest() {
        for (Request request : live) {
            if (request.withdraw()) {
                request.fail(leaving());
            } else {
                request.fail(new Fault(FaultCode.OUTCOME_UNKNOWN, "this node left meanwhile"));
            }
        }
    }

    /** Sleeps while nothing waits; may return for no reason. */
    void await() {
        if (nothingWaits()) {
            // Said before looking again: whoever adds a command looks after adding.
            idle = Thread.currentThread();
            if (nothingWaits() && !closed) {
                sleep.accept(this);
            }
            idle = null;
        }
    }

    private boolean nothingWaits() {
        return head.isEmpty() && queue.isEmpty() && expiries.isEmpty();
    }

    /**
     * What waits, up to a bound: equal requests under one key are one member, a key that comes with another request is left for
     * the next batch, and what {@code owns} does not take is told that it moved.
     */
    List<Member> take(Predicate<Command> owns) {
        List<Member> batch = new ArrayList<>();
        Map<String, Member> byKey = new HashMap<>();
        List<Member> postponed = new ArrayList<>(0);
        boolean callers = false;
        while (batch.size() < batchMax) {
            Member member = next(batch, callers);
            if (member == null) {
                break;
            }
            callers |= !(member.command() instanceof ExpireHold);
            admit(member, owns, batch, byKey, postponed);
        }
        for (int i = postponed.size() - 1; i >= 0; i--) {
            head.addFirst(postponed.get(i));
        }
        return batch;
    }

    /** Puts members that were taken before all others, in order. */
    void putBack(List<Member> again) {
        for (int i = again.size() - 1; i >= 0; i--) {
            again.get(i).requeue();
            head.addFirst(again.get(i));
        }
    }

    /** @param callers whether somebody waits for what was taken so far */
    private @Nullable Member next(List<Member> batch, boolean callers) {
        Member waiting = head.pollFirst();
        if (waiting != null) {
            return waiting;
        }
        Request request = queue.poll();
        if (request == null && batch.size() < (callers ? EXPIRIES_MAX : EXPIRIES_ALONE_MAX)) {
            request = expiries.poll();
        }
        return request == null ? null : new Member(request);
    }

    private static void admit(
            Member member,
            Predicate<Command> owns,
            List<Member> batch,
            Map<String, Member> byKey,
            List<Member> postponed) {
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

    private static Fault leaving() {
        return new Fault(FaultCode.DRAINING, "this node is leaving");
    }
}
