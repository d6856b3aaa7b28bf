package io.storegrid.compute.gateway;

import io.storegrid.compute.Fault;
import io.storegrid.compute.command.Command;
import io.storegrid.domain.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The one door for writes: finds the owner, hands the command over, sends it again where that is safe. Thread-safe. */
public interface CommandGateway {

    /**
     * Has {@code command} decided by the lane that owns it. Returns at once; the future ends in an answer that is committed
     * or in a {@link Fault}, within {@code deadline}. After hand-over a time-out is {@link
     * io.storegrid.compute.FaultCode#OUTCOME_UNKNOWN}, never a failure. What is chained to the future runs on the thread
     * that ended it, a lane's or the grid's, unless it is chained with an executor: it must not wait for anything.
     */
    CompletableFuture<Answer> execute(Command command, Duration deadline);
}
