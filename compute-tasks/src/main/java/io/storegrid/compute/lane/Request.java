package io.storegrid.compute.lane;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.compute.command.Command;
import io.storegrid.domain.Answer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One caller's command in a lane, from its entry to its answer. While it is QUEUED anyone may take it out again and say
 * that nothing was done; once it is RUNNING only its end, or "unknown", can be told.
 */
final class Request {

    private enum Stage {
        QUEUED,
        RUNNING,
        GONE
    }

    private final Command command;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final AtomicReference<Stage> stage = new AtomicReference<>(Stage.QUEUED);
    private volatile boolean doubtful;

    Request(Command command) {
        this.command = command;
    }

    Command command() {
        return command;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** Takes this request into a batch; false when it was taken out before. */
    boolean run() {
        return stage.compareAndSet(Stage.QUEUED, Stage.RUNNING);
    }

    /** Puts this request back, because its batch did nothing for it. */
    void requeue() {
        stage.compareAndSet(Stage.RUNNING, Stage.QUEUED);
    }

    boolean running() {
        return stage.get() == Stage.RUNNING;
    }

    /**
     * Remembers that a COMMIT with this command in it may have been done: from now on nobody may say that nothing was done.
     */
    void doubt() {
        doubtful = true;
    }

    /** Ends this request without an answer. After a doubt, "nothing was done" is told as "unknown". */
    void fail(Throwable why) {
        boolean claimsNothingDone = why instanceof Moved
                || (why instanceof Fault fault && fault.code().retry() != FaultCode.Retry.SAME_KEY_ONLY);
        answer.completeExceptionally(
                doubtful && claimsNothingDone
                        ? new Fault(FaultCode.OUTCOME_UNKNOWN, "an earlier try may have been committed", why)
                        : why);
    }

    /** Takes this request out if it is not running; true when it is out now. */
    boolean withdraw() {
        return stage.compareAndSet(Stage.QUEUED, Stage.GONE);
    }
}
