package io.storegrid.bench;

import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Callers who go on until they are told to stop, each answer kept with the moment of its question: what {@link ClosedLoop}
 * is for a number of operations, this is for a stretch of time in which something else happens.
 */
final class SteadyLoad implements AutoCloseable {

    private static final int ANSWERS_MAX = 2_000_000;
    private static final long STOP_MAX_S = 30;

    /**
     * Answers to what was asked in one stretch of time.
     *
     * @param sortedNanos time from question to answer, ascending
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Stretch(long wallNanos, long[] sortedNanos) {

        double perSecond() {
            return sortedNanos.length * 1e9 / wallNanos;
        }

        /** The latency that {@code share} of the answers did not exceed, milliseconds; 0 when there were none. */
        double latencyMs(double share) {
            int last = sortedNanos.length - 1;
            return last < 0 ? 0 : sortedNanos[(int) Math.min(last, Math.round(sortedNanos.length * share))] / 1e6;
        }
    }

    private final Supplier<CompletableFuture<Boolean>> operation;
    private final long[] askedNanos = new long[ANSWERS_MAX];
    private final long[] tookNanos = new long[ANSWERS_MAX];
    private final AtomicInteger answered = new AtomicInteger();
    private final AtomicInteger held = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch callers;
    private volatile boolean stopping;

    private SteadyLoad(Supplier<CompletableFuture<Boolean>> operation, int callers) {
        this.operation = operation;
        this.callers = new CountDownLatch(callers);
    }

    static SteadyLoad start(Supplier<CompletableFuture<Boolean>> operation, int callers) {
        SteadyLoad load = new SteadyLoad(operation, callers);
        for (int i = 0; i < callers; i++) {
            load.next();
        }
        return load;
    }

    /** Lets no caller ask again. */
    void stop() {
        stopping = true;
    }

    /**
     * Stops, and waits until all callers have their last answer.
     *
     * @throws IllegalStateException when any operation failed
     */
    @Override
    public void close() {
        stop();
        try {
            if (!callers.await(STOP_MAX_S, TimeUnit.SECONDS)) {
                throw new IllegalStateException("no answer for " + STOP_MAX_S + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Throwable failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("an operation failed", failed);
        }
    }

    long held() {
        return held.get();
    }

    long refused() {
        return answered.get() - held();
    }

    /** What was asked from one reading of {@link System#nanoTime} on and before another; to be called when stopped. */
    Stretch between(long fromNanos, long toNanos) {
        long[] some = new long[answered.get()];
        int count = 0;
        for (int i = 0; i < some.length; i++) {
            if (askedNanos[i] - fromNanos >= 0 && askedNanos[i] - toNanos < 0) {
                some[count++] = tookNanos[i];
            }
        }
        long[] sorted = Arrays.copyOf(some, count);
        Arrays.sort(sorted);
        return new Stretch(toNanos - fromNanos, sorted);
    }

    private void next() {
        while (!stopping && failure.get() == null) {
            long asked = System.nanoTime();
            CompletableFuture<Boolean> answer;
            try {
                answer = operation.get();
            } catch (RuntimeException e) {
                answer = CompletableFuture.failedFuture(e);
            }
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
        int place = answered.getAndIncrement();
        if (place >= ANSWERS_MAX) {
            answered.set(ANSWERS_MAX);
            failure.compareAndSet(null, new IllegalStateException("more answers than there is room for"));
            return;
        }
        askedNanos[place] = asked;
        tookNanos[place] = System.nanoTime() - asked;
        if (holds) {
            held.incrementAndGet();
        }
    }
}
