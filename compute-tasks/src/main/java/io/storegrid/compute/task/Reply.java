package io.storegrid.compute.task;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.domain.Answer;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** What an owner says to one command: an answer, a fault, or that it is not the owner. Crosses the grid. */
public final class Reply {

    private final @Nullable Answer answer;
    private final @Nullable FaultCode fault;
    private final String message;

    private Reply(@Nullable Answer answer, @Nullable FaultCode fault, String message) {
        this.answer = answer;
        this.fault = fault;
        this.message = message;
    }

    public static Reply of(@Nullable Answer answer, @Nullable Throwable failure) {
        if (failure == null) {
            return new Reply(answer, null, "");
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof Moved) {
            return new Reply(null, null, String.valueOf(cause.getMessage()));
        }
        FaultCode code = cause instanceof Fault known ? known.code() : FaultCode.INTERNAL;
        return new Reply(null, code, String.valueOf(cause.getMessage()));
    }

    /** The answer, when there is one. */
    public @Nullable Answer answer() {
        return answer;
    }

    /** The fault, when there is one; neither an answer nor a fault means that the node is not the owner. */
    public @Nullable Fault fault() {
        return fault == null ? null : new Fault(fault, message);
    }
}
