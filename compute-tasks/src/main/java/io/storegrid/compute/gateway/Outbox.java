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

    private record Waiting(Command command, CompletableFuture<Answer> answer) {}

    private final Ignite ignite;
    private final UUID owner;
    private final ConcurrentLinkedQueue<Waiting> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger inFlight = new AtomicInteger();

    Outbox(Ignite ignite, UUID owner) {
        this.ignite = ignite;
        this.owner = owner;
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
        try {
            IgniteFuture<Reply[]> call = ignite.compute(ignite.cluster().forNodeId(owner))
                    .withNoFailover()
                    .callAsync(new LaneTask(load.stream().map(Waiting::command).toList()));
            call.listen(done -> land(load, done));
        } catch (IgniteException | IllegalStateException e) {
            landed();
            load.forEach(waiting -> waiting.answer().completeExceptionally(new OwnerLost(owner, e)));
        }
    }

    private void land(List<Waiting> load, IgniteFuture<Reply[]> call) {
        Reply @Nullable [] replies = null;
        Throwable failure = null;
        try {
            replies = call.get();
        } catch (RuntimeException e) {
            failure = e;
        }
        landed();
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

    private void landed() {
        inFlight.decrementAndGet();
        pump();
    }
}
