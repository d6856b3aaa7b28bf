package io.storegrid.compute.gateway;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.task.Reply;
import io.storegrid.domain.Answer;
import io.storegrid.domain.CartId;
import io.storegrid.domain.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The way to another node under Lincheck: commands are sent while calls land or break. At most three calls fly, no command stays
 * behind, and each gets its own answer, whatever the order.
 */
@Tag("lincheck")
class OutboxLincheckTest {

    /** Programs a test makes up, and interleavings of each; a longer search multiplies the programs. */
    private static final int ITERATIONS = 3 * Integer.getInteger("lincheck.times", 1);

    private static final int INVOCATIONS = 30;
    private static final int IN_FLIGHT_MAX = 3;
    private static final UUID OWNER = new UUID(1, 2);

    /** A call under way. */
    private record Flight(List<Command> load, BiConsumer<Reply @Nullable [], @Nullable Throwable> landed) {}

    /** The grid: calls end when a scenario says so. */
    private static final class Sky implements Outbox.Carrier {

        private final Queue<Flight> flights = new ConcurrentLinkedQueue<>();
        private final AtomicInteger flying = new AtomicInteger();
        private volatile boolean crowded;

        @Override
        public void carry(List<Command> load, BiConsumer<Reply @Nullable [], @Nullable Throwable> landed) {
            if (flying.incrementAndGet() > IN_FLIGHT_MAX) {
                crowded = true;
            }
            flights.add(new Flight(load, landed));
        }

        /** Ends the oldest call; false when none flies. */
        boolean land(boolean broken) {
            Flight flight = flights.poll();
            if (flight == null) {
                return false;
            }
            flying.decrementAndGet();
            if (broken) {
                flight.landed().accept(null, new IllegalStateException("the owner left"));
            } else {
                flight.landed()
                        .accept(
                                flight.load().stream()
                                        .map(command -> Reply.of(
                                                Answer.of(Outcome.CHANGED, 1).withRef(command.home()), null))
                                        .toArray(Reply[]::new),
                                null);
            }
            return true;
        }
    }

    /** Commands are sent, calls land and break. */
    public static class Coalescing {

        private final Sky sky = new Sky();
        private final Outbox outbox = new Outbox(OWNER, sky);
        private final Map<String, CompletableFuture<Answer>> sent = new ConcurrentHashMap<>();
        private final AtomicInteger numbers = new AtomicInteger();

        @Operation
        public void send() {
            String cart = CartId.of(String.format("%032x", numbers.incrementAndGet()));
            sent.put(cart, outbox.send(new DeleteCart(null, cart, 0)));
        }

        @Operation
        public void land() {
            sky.land(false);
        }

        @Operation
        public void breakOff() {
            sky.land(true);
        }

        @Validate
        public void everyCommandHasItsOwnAnswer() {
            while (sky.land(false)) {
                // What waited for a call to land flies now.
            }
            require(!sky.crowded, "too many calls");
            sent.forEach((cart, answer) -> {
                require(answer.isDone(), "left behind: " + cart);
                require(
                        answer.isCompletedExceptionally()
                                || cart.equals(answer.join().ref()),
                        "somebody else's answer");
            });
        }
    }

    @Test
    void coalesces() {
        modelChecking().actorsPerThread(3).actorsBefore(3).check(Coalescing.class);
    }

    @Test
    void coalescesUnderStress() {
        new StressOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(3)
                .actorsAfter(0)
                .check(Coalescing.class);
    }

    /** An outbox whose returning call does not look whether somebody came meanwhile. */
    public static class Forgetful {

        private final Queue<Integer> queue = new ConcurrentLinkedQueue<>();
        private final AtomicInteger inFlight = new AtomicInteger();
        private final AtomicInteger carried = new AtomicInteger();
        private final AtomicInteger sent = new AtomicInteger();

        @Operation
        public void send() {
            sent.incrementAndGet();
            queue.add(1);
            if (inFlight.compareAndSet(0, 1)) {
                List<Integer> load = new ArrayList<>();
                for (Integer one = queue.poll(); one != null; one = queue.poll()) {
                    load.add(one);
                }
                carried.addAndGet(load.size());
                inFlight.set(0);
            }
        }

        @Validate
        public void nobodyIsLeftBehind() {
            require(carried.get() == sent.get(), "left behind");
        }
    }

    @Test
    void aCommandLeftBehindIsFound() {
        assertThrows(LincheckAssertionError.class, () -> modelChecking().check(Forgetful.class));
    }

    private static ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(0)
                .actorsAfter(0)
                .addGuarantee(proven());
    }

    /** The JDK's own: a step of theirs is one step, so that the search is spent on ours. */
    private static ManagedStrategyGuarantee proven() {
        return ManagedStrategyGuaranteeKt.forClasses(
                        ConcurrentLinkedQueue.class.getName(),
                        ConcurrentHashMap.class.getName(),
                        CompletableFuture.class.getName())
                .allMethods()
                .treatAsAtomic();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
