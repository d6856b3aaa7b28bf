package io.storegrid.compute;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has a task run some time after it was called for, once however often it is called for until then; so a thread wakes up only
 * when there is something to do. What is called for while the task runs is owed a run of its own. Thread-safe.
 */
public final class Alarm {

    private final ScheduledExecutorService timer;
    private final Runnable task;
    private final AtomicBoolean set = new AtomicBoolean();

    /** @param timer runs the task */
    public Alarm(ScheduledExecutorService timer, Runnable task) {
        this.timer = timer;
        this.task = task;
    }

    /** Calls for the task; when it was called for already, the time of then stays. */
    public void set(long delayMs) {
        // Looked at first: this is called for each command, and a failed exchange costs as much as one that succeeds.
        if (!set.get() && set.compareAndSet(false, true)) {
            var unused = timer.schedule(this::ring, delayMs, TimeUnit.MILLISECONDS);
        }
    }

    private void ring() {
        // Before the task looks: whoever has something for it calls after putting it there.
        set.set(false);
        task.run();
    }
}
