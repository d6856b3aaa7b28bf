package io.storegrid.api.http;

import io.javalin.http.Context;
import io.storegrid.api.problem.Problems;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.Refuse;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Outcome;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one way from a route to the command gateway: lets the request's thread go, and answers on a thread of the server
 * when the command is decided, never on the lane's. Thread-safe.
 */
public final class Writes {

    private final CommandGateway commands;
    private final Duration deadline;
    private final Executor answering;

    /**
     * @param deadline the longest a caller waits
     * @param answering runs what turns an answer into a reply; may block
     */
    public Writes(CommandGateway commands, Duration deadline, Executor answering) {
        this.commands = commands;
        this.deadline = deadline;
        this.answering = answering;
    }

    /** Begins a write that is to end by a deadline. */
    public interface Beginning {
        CompletableFuture<Answer> begin(Duration deadline);
    }

    /**
     * Has {@code command} decided. {@code accepted} writes the reply when it holds; a refusal becomes a problem document,
     * and either says so when it is the record of an earlier request.
     */
    public void run(Context ctx, Command command, Consumer<Answer> accepted) {
        run(ctx, deadline -> commands.execute(command, deadline), accepted);
    }

    /**
     * The command of a request that is refused for what was found by reading, to be run in place of its own: what was read
     * may have been otherwise when the same request came first. Without a key nobody can know, and it is refused at once.
     *
     * @param home of the request's own command
     * @param ref what the refusal is about
     */
    public static Command refusal(@Nullable CommandKey key, String home, Outcome outcome, String ref) {
        if (key == null) {
            throw Problems.of(Answer.of(outcome, 0).withRef(ref)).exception();
        }
        return new Refuse(key, home, outcome, ref);
    }

    /** Like {@link #run(Context, Command, Consumer)}, for what goes through another door than the command gateway. */
    public void run(Context ctx, Beginning write, Consumer<Answer> accepted) {
        ctx.future(() -> {
            ctx.attribute(Problems.AWAITING, true);
            return write.begin(deadline)
                    .handleAsync(
                            (answer, failure) -> {
                                ctx.attribute(Problems.AWAITING, null);
                                if (failure != null) {
                                    throw failure instanceof CompletionException wrapped
                                            ? wrapped
                                            : new CompletionException(failure);
                                }
                                reply(ctx, answer, accepted);
                                return answer;
                            },
                            answering);
        });
    }

    private static void reply(Context ctx, Answer answer, Consumer<Answer> accepted) {
        if (answer.replayed()) {
            ctx.header("Idempotency-Replayed", "true");
        }
        if (answer.outcome().accepted()) {
            accepted.accept(answer);
        } else {
            Problems.write(ctx, Problems.of(answer));
        }
    }
}
