package io.storegrid.bench;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers who each wait for an answer before they ask again. They are chains of completions, not threads, so that 256 of
 * them cost what 256 requests cost and not 256 stacks.
 */
final class ClosedLoop {

    /**
     * What a run gave.
     *
     * @param sortedNanos time from question to answer, ascending
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Run(long held, long refused, long wallNanos, long[] sortedNanos) {

        long operations() {
            return held + refused;
        }

        double perSecond() {
            return operations() * 1e9 / wallNanos;
        }

        /** The latency that {@code share} of the answers did not exceed, microseconds. */
        double latencyMicros(double share) {
            return sortedNanos[(int) Math.min(sortedNanos.length - 1L, Math.round(sortedNanos.length * share))] / 1e3;
        }
    }

    private final Supplier<CompletableFuture<Boolean>> operation;
    private final AtomicInteger left;
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch callers;
    private final long[] nanos;

    private ClosedLoop(Supplier<CompletableFuture<Boolean>> operation, int callers, int operations) {
        this.operation = operation;
        this.left = new AtomicInteger(operations);
        this.callers = new CountDownLatch(callers);
        this.nanos = new long[operations];
    }

    /**
     * Runs {@code operations} operations by {@code callers} callers; returns when all are answered.
     *
     * @throws IllegalStateException when any failed: a bench that loses answers measures nothing
     */
    static Run run(Supplier<CompletableFuture<Boolean>> operation, int callers, int operations) {
        ClosedLoop loop = new ClosedLoop(operation, callers, operations);
        long start = System.nanoTime();
        for (int i = 0; i < callers; i++) {
            loop.next();
        }
        try {
            loop.callers.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        long wall = System.nanoTime() - start;
        Throwable failure = loop.failure.get();
        if (failure != null) {
            throw new IllegalStateException("an operation failed", failure);
        }
        Arrays.sort(loop.nanos);
        return new Run(loop.held.get(), operations - (long) loop.held.get(), wall, loop.nanos);
    }

    private void next() {
        while (left.getAndDecrement() > 0 && failure.get() == null) {
            long asked = System.nanoTime();
            CompletableFuture<Boolean> answer = operation.get();
            if (!answer.isDone()) {
                var unused = answer.whenComplete((holds, failed) -> {
                    answered(asked, holds, failed);
                    next();
                });
                return;
            }
            try {
                answered(asked, answer.join(), null);
            } catch (CompletionException e) {
                answered(asked, null, e);
            }
        }
        callers.countDown();
    }

    private void answered(long asked, @Nullable Boolean holds, @Nullable Throwable failed) {
        if (holds == null) {
            failure.compareAndSet(null, failed == null ? new IllegalStateException("no answer") : failed);
            return;
        }
        nanos[answered.getAndIncrement()] = System.nanoTime() - asked;
        if (holds) {
            held.incrementAndGet();
        }
    }
}
