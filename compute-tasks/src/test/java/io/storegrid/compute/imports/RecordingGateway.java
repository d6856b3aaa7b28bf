package io.storegrid.compute.imports;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.LineRefusal;
import io.storegrid.domain.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A store of one map: applies lines as a lane would, with faults on demand. A stock of 13 is refused. */
final class RecordingGateway implements CommandGateway {

    static final long REFUSED_ON_HAND = 13;
    static final String POISON = "POISON";

    private final Map<String, String> titles = new HashMap<>();
    private final Deque<FaultCode> faults = new ArrayDeque<>();
    private final List<ImportProducts> commands = new ArrayList<>();
    private @Nullable CompletableFuture<Answer> gate;

    /** The next commands end in these faults, one each. */
    synchronized void fail(FaultCode... codes) {
        faults.addAll(List.of(codes));
    }

    /** Commands from now on are taken and not answered. */
    synchronized void hang() {
        gate = new CompletableFuture<>();
    }

    synchronized Map<String, String> titles() {
        return Map.copyOf(titles);
    }

    synchronized List<ImportProducts> commands() {
        return List.copyOf(commands);
    }

    @Override
    public synchronized CompletableFuture<Answer> execute(Command command, Duration deadline) {
        ImportProducts lines = (ImportProducts) command;
        commands.add(lines);
        if (gate != null) {
            return gate;
        }
        FaultCode fault = faults.poll();
        if (fault != null && fault != FaultCode.OUTCOME_UNKNOWN) {
            return CompletableFuture.failedFuture(new Fault(fault, "planted"));
        }
        if (lines.lines().stream().anyMatch(line -> line.product().sku().equals(POISON))) {
            return CompletableFuture.failedFuture(new Fault(FaultCode.INTERNAL, "poison"));
        }
        List<LineRefusal> refused = new ArrayList<>();
        for (ImportProducts.Line line : lines.lines()) {
            titles.put(line.product().sku(), line.product().title());
            if (line.onHand() == REFUSED_ON_HAND) {
                refused.add(new LineRefusal(line.number(), Outcome.BELOW_RESERVED));
            }
        }
        return fault != null
                ? CompletableFuture.failedFuture(new Fault(fault, "planted"))
                : CompletableFuture.completedFuture(
                        Answer.of(Outcome.CHANGED, 0).withRefusedLines(refused));
    }
}
