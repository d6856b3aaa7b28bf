package io.storegrid.compute.gateway;

import io.storegrid.compute.Fault;
import io.storegrid.compute.Moved;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.task.LaneTask;
import io.storegrid.compute.task.Reply;
import io.storegrid.domain.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.lang.IgniteFuture;
import org.jspecify.annotations.Nullable;

/**
 * Commands on their way to one other node. Those that wait travel together: a compute call costs more than what it carries,
 * so there are few in flight, and what comes meanwhile is the next one's load. No timer: alone, a command leaves at once.
 * Thread-safe.
 */
final class Outbox {

    private static final int IN_FLIGHT_MAX = 3;
    private static final int LOAD_MAX = 512;

    /** Takes a load to the owner: one compute call. */
    @FunctionalInterface
    interface Carrier {

        /**
         * Sends {@code load} off and returns. {@code landed} is called once, on any thread, also before this returns: with a
         * reply for each command, in order, or with the reason why there is none.
         */
        void carry(List<Command> load, BiConsumer<Reply @Nullable [], @Nullable Throwable> landed);
    }

    private record Waiting(Command command, CompletableFuture<Answer> answer) {}

    private final Carrier carrier;
    private final UUID owner;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inFlight = new AtomicInteger();

    Outbox(UUID owner, Carrier carrier) {
        this.carrier = carrier;
        this.owner = owner;
    }

    /** An outbox to another node of the grid of {@code ignite}. */
    static Outbox to(Ignite ignite, UUID owner) {
        return new Outbox(owner, (load, landed) -> {
            try {
                IgniteFuture<Reply[]> call = ignite.compute(ignite.cluster().forNodeId(owner))
                        .withNoFailover()
                        .callAsync(new LaneTask(load));
                call.listen(done -> ended(done, landed));
            } catch (IgniteException | IllegalStateException e) {
                landed.accept(null, e);
            }
        });
    }

    private static void ended(IgniteFuture<Reply[]> call, BiConsumer<Reply @Nullable [], @Nullable Throwable> landed) {
        Reply[] replies;
        try {
            replies = call.get();
        } catch (RuntimeException e) {
            landed.accept(null, e);
            return;
        }
        landed.accept(replies, null);
    }

    CompletableFuture<Answer> send(Command command) {
        Waiting waiting = new Waiting(command, new CompletableFuture<>());
        queue.add(waiting);
        pump();
        return waiting.answer();
    }

    private void pump() {
        while (!queue.isEmpty()) {
            int flying = inFlight.get();
            if (flying >= IN_FLIGHT_MAX) {
                return;
            }
            if (inFlight.compareAndSet(flying, flying + 1)) {
                List<Waiting> load = new ArrayList<>();
                Waiting next;
                while (load.size() < LOAD_MAX && (next = queue.poll()) != null) {
                    load.add(next);
                }
                if (load.isEmpty()) {
                    inFlight.decrementAndGet();
                } else {
                    fly(load);
                }
            }
        }
    }

    private void fly(List<Waiting> load) {
        carrier.carry(load.stream().map(Waiting::command).toList(), (replies, failure) -> land(load, replies, failure));
    }

    private void land(List<Waiting> load, Reply @Nullable [] replies, @Nullable Throwable failure) {
        inFlight.decrementAndGet();
        pump();
        for (int i = 0; i < load.size(); i++) {
            CompletableFuture<Answer> answer = load.get(i).answer();
            if (replies == null) {
                answer.completeExceptionally(
                        new OwnerLost(owner, failure == null ? new IllegalStateException("no replies") : failure));
                continue;
            }
            Reply reply = replies[i];
            Answer given = reply.answer();
            Fault fault = reply.fault();
            if (given != null) {
                answer.complete(given);
            } else {
                answer.completeExceptionally(
                        fault != null ? fault : new Moved(load.get(i).command().home()));
            }
        }
    }
}
