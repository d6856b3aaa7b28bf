package io.storegrid.compute.task;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.Moved;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.lane.LaneHost;
import io.storegrid.domain.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.ignite.Ignite;
import org.apache.ignite.compute.ComputeJobContext;
import org.apache.ignite.lang.IgniteCallable;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.apache.ignite.resources.JobContextResource;
import org.jspecify.annotations.Nullable;

/**
 * Puts commands into the lanes of the node it runs on and comes back with their replies, in the same order. Its thread is
 * let go while the lanes work ({@code holdcc}), so a node's compute pool never fills with waiting.
 */
public final class LaneTask implements IgniteCallable<Reply[]> {

    private static final long serialVersionUID = 1L;

    private final Command[] commands;

    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    @JobContextResource
    private transient @Nullable ComputeJobContext context;

    private transient @Nullable List<CompletableFuture<Answer>> answers;

    public LaneTask(List<Command> commands) {
        this.commands = commands.toArray(new Command[0]);
    }

    @Override
    public Reply @Nullable [] call() {
        List<CompletableFuture<Answer>> submitted = answers;
        if (submitted != null) {
            return replies(submitted);
        }
        ComputeJobContext job = context;
        Ignite node = ignite;
        if (job == null || node == null) {
            throw new Fault(FaultCode.INTERNAL, "a lane task outside a node");
        }
        submitted = submit(node);
        answers = submitted;
        job.holdcc();
        var unused = CompletableFuture.allOf(submitted.toArray(new CompletableFuture<?>[0]))
                .whenComplete((done, failure) -> job.callcc());
        return null;
    }

    private List<CompletableFuture<Answer>> submit(Ignite node) {
        List<CompletableFuture<Answer>> submitted = new ArrayList<>(commands.length);
        Object host = node.cluster().nodeLocalMap().get(LaneHost.class.getName());
        for (Command command : commands) {
            submitted.add(
                    host instanceof LaneHost lanes
                            ? lanes.submit(command)
                            // The node owns the key already and its lanes are not up yet, or not any more.
                            : CompletableFuture.failedFuture(new Moved(command.home())));
        }
        return submitted;
    }

    private static Reply[] replies(List<CompletableFuture<Answer>> answers) {
        Reply[] replies = new Reply[answers.size()];
        for (int i = 0; i < replies.length; i++) {
            replies[i] = answers.get(i).handle(Reply::of).join();
        }
        return replies;
    }
}
