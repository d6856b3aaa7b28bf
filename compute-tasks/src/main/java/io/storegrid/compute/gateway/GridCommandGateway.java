package io.storegrid.compute.gateway;

import io.storegrid.compute.Alarm;
import io.storegrid.compute.CommandHomes;
import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.compute.Threads;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.lane.LaneHost;
import io.storegrid.domain.Answer;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * The way of a command to its lane: straight in when this node owns it, else with others that wait for the same owner in
 * one compute call.
 *
 * <p>A command whose owner moved is sent again to the new one. A command whose owner died is sent again only if doing it
 * twice is doing it once; otherwise its caller is told that the outcome is unknown. All of it ends with the deadline.
 */
public final class GridCommandGateway implements CommandGateway, AutoCloseable {

    private static final long DEADLINE_STEP_MS = 200;
    private static final long RETRY_FIRST_MS = 5;
    private static final long RETRY_MAX_MS = 200;

    private final Ignite ignite;
    private final CommandHomes homes;
    private final @Nullable LaneHost lanes;
    private final ConcurrentMap<UUID, Outbox> outboxes = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Threads.timer("storegrid-gateway");
    private final Set<Call> running = ConcurrentHashMap.newKeySet();
    private final Alarm deadlines = new Alarm(timer, this::expireOverdue);
    private final BooleanSupplier quorum;
    private volatile boolean draining;

    /**
     * @param lanes those of this node; null on a node that owns nothing
     * @param quorum whether this node sees enough of the grid to take writes; asked for each command
     */
    public GridCommandGateway(Ignite ignite, CommandHomes homes, @Nullable LaneHost lanes, BooleanSupplier quorum) {
        this.quorum = quorum;
        this.ignite = ignite;
        this.homes = homes;
        this.lanes = lanes;
    }

    @Override
    public CompletableFuture<Answer> execute(Command command, Duration deadline) {
        if (draining) {
            return CompletableFuture.failedFuture(new Fault(FaultCode.DRAINING, "this node is leaving"));
        }
        if (!quorum.getAsBoolean()) {
            return CompletableFuture.failedFuture(
                    new Fault(FaultCode.NO_QUORUM, "this node sees less than a majority of the grid"));
        }
        Call call = new Call(command, System.nanoTime() + deadline.toNanos());
        running.add(call);
        deadlines.set(DEADLINE_STEP_MS);
        call.send();
        return call.result;
    }

    /** One look at all commands under way now and then is cheaper than an alarm for each. */
    private void expireOverdue() {
        long now = System.nanoTime();
        for (Call call : running) {
            if (now - call.deadlineNanos >= 0) {
                call.expire();
            }
        }
        if (!running.isEmpty()) {
            deadlines.set(DEADLINE_STEP_MS);
        }
    }

    /** Refuses new commands from now on; those that run go on. */
    public void drain() {
        draining = true;
    }

    @Override
    public void close() {
        draining = true;
        timer.shutdownNow();
    }

    /** One command on its way. */
    private final class Call {

        private final Command command;
        private final long deadlineNanos;
        private final CompletableFuture<Answer> result = new CompletableFuture<>();
        private final AtomicBoolean handedOver = new AtomicBoolean();
        private volatile boolean doubtful;
        private long backoffMs = RETRY_FIRST_MS;

        Call(Command command, long deadlineNanos) {
            this.command = command;
            this.deadlineNanos = deadlineNanos;
        }

        void send() {
            if (result.isDone()) {
                return;
            }
            ClusterNode owner;
            try {
                owner = homes.affinity(command).mapKeyToNode(command.home());
            } catch (RuntimeException e) {
                owner = null;
            }
            if (owner == null) {
                again();
                return;
            }
            handedOver.set(true);
            CompletableFuture<Answer> sent = lanes != null && owner.isLocal()
                    ? lanes.submit(command)
                    : outboxes.computeIfAbsent(owner.id(), id -> Outbox.to(ignite, id))
                            .send(command);
            var unused = sent.whenComplete(this::ended);
        }

        private void ended(@Nullable Answer answer, @Nullable Throwable failure) {
            if (failure == null) {
                running.remove(this);
                result.complete(answer);
                return;
            }
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause instanceof Moved || ownerLeaves(cause)) {
                handedOver.set(doubtful);
                again();
            } else if (cause instanceof OwnerLost lost) {
                outboxes.remove(lost.owner());
                // The dead owner may have committed: whatever the next one says, "nothing was done" is no longer true.
                doubtful = true;
                if (command.repeatable()) {
                    again();
                } else {
                    fail(new Fault(FaultCode.OUTCOME_UNKNOWN, "the owner left with the command", lost));
                }
            } else if (doubtful
                    && cause instanceof Fault fault
                    && fault.code().retry() != FaultCode.Retry.SAME_KEY_ONLY) {
                fail(new Fault(FaultCode.OUTCOME_UNKNOWN, "an earlier owner left with the command", fault));
            } else {
                fail(cause);
            }
        }

        /** Its lanes take no more and did nothing; who owns the key next is known in a moment. */
        private boolean ownerLeaves(Throwable cause) {
            return !draining && cause instanceof Fault fault && fault.code() == FaultCode.DRAINING;
        }

        private void fail(Throwable why) {
            running.remove(this);
            result.completeExceptionally(why);
        }

        private void again() {
            long leftNanos = deadlineNanos - System.nanoTime();
            if (leftNanos <= 0 || timer.isShutdown()) {
                expire();
                return;
            }
            long wait = Math.min(TimeUnit.MILLISECONDS.toNanos(backoffMs), leftNanos);
            backoffMs = Math.min(backoffMs * 2, RETRY_MAX_MS);
            var unused = timer.schedule(this::send, wait, TimeUnit.NANOSECONDS);
        }

        void expire() {
            if (!result.isDone()) {
                fail(
                        handedOver.get()
                                ? new Fault(FaultCode.OUTCOME_UNKNOWN, "no answer within the deadline")
                                : new Fault(FaultCode.OVERLOADED, "no owner found within the deadline"));
            }
        }
    }
}
