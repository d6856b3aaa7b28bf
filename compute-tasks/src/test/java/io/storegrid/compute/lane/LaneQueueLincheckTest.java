package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.domain.Answer;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuarantee;
import org.jetbrains.lincheck.datastructures.ManagedStrategyGuaranteeKt;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The lane's queue under Lincheck: short programs of concurrent operations, each run through many interleavings. What the
 * operations returned has to be what some order of theirs returns, and what a scenario leaves behind has to be in order.
 */
@Tag("lincheck")
class LaneQueueLincheckTest {

    /** Programs a test makes up, and interleavings of each; a longer search multiplies the programs. */
    private static final int ITERATIONS = 3 * Integer.getInteger("lincheck.times", 1);

    private static final int INVOCATIONS = 30;

    /** Hand-over: first in, first out; equal requests are one member, unequal ones under one key are not of one batch. */
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    @Param(name = "request", gen = IntGen.class, conf = "1:2")
    public static class HandOver {

        private final LaneQueue queue = new LaneQueue(100, 2);
        private final Queue<CompletableFuture<Answer>> offered = new ConcurrentLinkedQueue<>();

        @Operation
        public void offer(@Param(name = "key") int key, @Param(name = "request") int request) {
            offered.add(queue.offer(command(key, request)));
        }

        @Operation(nonParallelGroup = "lane")
        public String take() {
            return answered(queue.take(command -> true)).toString();
        }

        @Validate
        public void everyoneIsAnswered() {
            while (!answered(queue.take(command -> true)).isEmpty()) {
                // What was left for a later batch comes in the next one.
            }
            requireDone(offered);
            require(queue.depth() == 0, "depth " + queue.depth());
        }
    }

    /** What the hand-over is, said plainly: two members at most, in order, passing over a key that came with another request. */
    public static class HandOverInTurn {

        private record Waiting(int key, int request) {}

        private final List<Waiting> waiting = new ArrayList<>();

        public void offer(int key, int request) {
            waiting.add(new Waiting(key, request));
        }

        public String take() {
            List<String> told = new ArrayList<>();
            Map<Integer, Integer> requests = new HashMap<>();
            Iterator<Waiting> all = waiting.iterator();
            while (told.size() < 2 && all.hasNext()) {
                Waiting next = all.next();
                Integer taken = requests.putIfAbsent(next.key(), next.request());
                if (taken == null) {
                    told.add("k" + next.key() + "/" + next.request());
                }
                if (taken == null || taken == next.request()) {
                    all.remove();
                }
            }
            return told.toString();
        }
    }

    /** The bound: never more are taken than may wait, whatever is refused; none is refused into a queue that stays empty. */
    public static class Bound {

        static final int DEPTH_MAX = 2;

        private final LaneQueue queue = new LaneQueue(DEPTH_MAX, 100);
        private final Queue<CompletableFuture<Answer>> offered = new ConcurrentLinkedQueue<>();
        private volatile boolean tooMany;

        @Operation
        public void offer() {
            offered.add(queue.offer(unkeyed()));
        }

        @Operation(nonParallelGroup = "lane")
        public void take() {
            List<Member> batch = queue.take(command -> true);
            tooMany |= batch.size() > DEPTH_MAX;
            answered(batch);
        }

        @Validate
        public void theBoundHeld() {
            take();
            require(!tooMany, "more than may wait");
            requireDone(offered);
            require(queue.depth() == 0, "depth " + queue.depth());
            require(!queue.offer(unkeyed()).isDone(), "refused by an empty queue");
        }
    }

    /** The end: whoever was let in hears, from a batch or from whoever closes. */
    public static class Close {

        private final LaneQueue queue = new LaneQueue(100, 100);
        private final Queue<CompletableFuture<Answer>> offered = new ConcurrentLinkedQueue<>();

        @Operation
        public void offer() {
            offered.add(queue.offer(unkeyed()));
        }

        @Operation(nonParallelGroup = "lane")
        public void take() {
            if (!queue.closed()) {
                answered(queue.take(command -> true));
            }
        }

        @Operation(nonParallelGroup = "lane", runOnce = true)
        public void close() {
            queue.close();
            queue.endRest();
        }

        @Validate
        public void everyoneHears() {
            if (!queue.closed()) {
                close();
            }
            requireDone(offered);
        }
    }

    /**
     * A taker that falls asleep stays there until somebody wakes it: the program goes on without it. Parking itself would not do,
     * because it may end for no reason, so no search could tell a taker that was forgotten from one that was lucky.
     */
    public static class Sleep {

        private final LaneQueue queue = new LaneQueue(100, 100, this::sleep, this::wake);
        private final AtomicReference<Taker> taker = new AtomicReference<>(Taker.AWAKE);

        private enum Taker {
            AWAKE,
            CALLED,
            ASLEEP
        }

        private void sleep(Object blocker) {
            if (taker.compareAndSet(Taker.AWAKE, Taker.ASLEEP)) {
                throw new Asleep();
            }
        }

        private void wake(Thread sleeper) {
            taker.set(Taker.CALLED);
        }

        @Operation
        public void offer() {
            require(!queue.offer(unkeyed()).isCompletedExceptionally(), "refused");
        }

        @Operation(runOnce = true)
        public void close() {
            queue.close();
        }

        @Operation(nonParallelGroup = "lane", runOnce = true)
        public void await() {
            try {
                queue.await();
            } catch (Asleep e) {
                // It stays there.
            }
        }

        @Validate
        public void nobodySleepsOverWork() {
            boolean work = queue.depth() > 0 || queue.closed();
            require(taker.get() != Taker.ASLEEP || !work, "asleep for ever");
        }
    }

    private static final class Asleep extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void handsOver() {
        modelChecking().sequentialSpecification(HandOverInTurn.class).check(HandOver.class);
    }

    @Test
    void handsOverUnderStress() {
        stress().sequentialSpecification(HandOverInTurn.class).check(HandOver.class);
    }

    @Test
    void keepsItsBound() {
        pairs().actorsBefore(Bound.DEPTH_MAX).check(Bound.class);
    }

    @Test
    void keepsItsBoundUnderStress() {
        stress().check(Bound.class);
    }

    @Test
    void leavesNobodyBehindWhenItCloses() {
        pairs().check(Close.class);
    }

    @Test
    void wakesWhoeverSleeps() {
        pairs().check(Sleep.class);
    }

    /** A queue as somebody might write it in a hurry: takes without looking what it takes. */
    @Param(name = "key", gen = IntGen.class, conf = "1:2")
    public static class Lossy {

        private volatile List<Integer> waiting = List.of();

        @Operation
        public void offer(@Param(name = "key") int key) {
            List<Integer> more = new ArrayList<>(waiting);
            more.add(key);
            waiting = more;
        }

        @Operation(nonParallelGroup = "lane")
        public String take() {
            List<Integer> taken = waiting;
            waiting = List.of();
            return taken.toString();
        }
    }

    /** Sleeps without looking again after saying so. */
    public static class Oversleeping {

        private final Queue<Integer> queue = new ConcurrentLinkedQueue<>();
        private volatile boolean idle;
        private volatile boolean asleep;

        @Operation
        public void offer() {
            queue.add(1);
            if (idle) {
                asleep = false;
            }
        }

        @Operation(nonParallelGroup = "lane", runOnce = true)
        public void await() {
            if (queue.isEmpty()) {
                asleep = true;
                idle = true;
            }
        }

        @Validate
        public void nobodySleepsOverWork() {
            require(!asleep || queue.isEmpty(), "asleep for ever");
        }
    }

    @Test
    void aLostCommandIsFound() {
        assertThrows(LincheckAssertionError.class, () -> modelChecking().check(Lossy.class));
    }

    @Test
    void aLostWakeUpIsFound() {
        assertThrows(LincheckAssertionError.class, () -> pairs().check(Oversleeping.class));
    }

    /** Two operations at the same moment, and nothing before or after to make good what they lose. */
    private static ModelCheckingOptions pairs() {
        return modelChecking().actorsBefore(0).actorsPerThread(1).iterations(3 * ITERATIONS);
    }

    private static ModelCheckingOptions modelChecking() {
        return new ModelCheckingOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(0)
                .addGuarantee(proven());
    }

    /** The JDK's own: a step of theirs is one step, so that the search is spent on ours. */
    private static ManagedStrategyGuarantee proven() {
        return ManagedStrategyGuaranteeKt.forClasses(
                        ConcurrentLinkedQueue.class.getName(),
                        ConcurrentHashMap.class.getName(),
                        "java.util.concurrent.ConcurrentHashMap$KeySetView",
                        CompletableFuture.class.getName())
                .allMethods()
                .treatAsAtomic();
    }

    private static StressOptions stress() {
        return new StressOptions()
                .iterations(ITERATIONS)
                .invocationsPerIteration(INVOCATIONS)
                .threads(3)
                .actorsPerThread(2)
                .actorsBefore(1)
                .actorsAfter(0);
    }

    private static SettleHold command(int key, int request) {
        return new SettleHold(
                new CommandKey("k" + key, new byte[] {(byte) request}), TestRows.holdId(1), HoldState.RELEASED);
    }

    private static SettleHold unkeyed() {
        return new SettleHold(null, TestRows.holdId(1), HoldState.RELEASED);
    }

    private static List<String> answered(List<Member> batch) {
        List<String> told = new ArrayList<>();
        for (Member member : batch) {
            CommandKey key = member.key();
            told.add(key == null ? "-" : key + "/" + key.fingerprint()[0]);
            member.answer(Answer.of(Outcome.CHANGED, 1));
        }
        return told;
    }

    private static void requireDone(Queue<CompletableFuture<Answer>> offered) {
        for (CompletableFuture<Answer> answer : offered) {
            require(answer.isDone(), "somebody hears nothing");
        }
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
