package io.storegrid.compute.imports;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.ImportProducts;
import io.storegrid.compute.command.ImportProducts.Line;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.LineRefusal;
import io.storegrid.domain.Outcome;
import io.storegrid.persistence.ImportRow.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings lines to the owners of their SKUs and does not rest until each is settled. Lines of one SKU have one owner and
 * stay in order. A repeated command changes nothing, so whatever the environment does to one, it is sent again, for as long
 * as it takes; a command that is refused as a defect is halved until the one line that causes it stands alone and is
 * reported. Thread-safe.
 */
final class LineDelivery {

    private static final Logger LOG = LoggerFactory.getLogger(LineDelivery.class);

    /** For one command; far above what a step takes, so that a slow disk is not taken for a fault. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final CommandGateway gateway;
    private final Function<String, String> owner;
    private final Pause pause;

    /** Lines on their way. */
    static final class Parcel {
        private final List<Sent> commands = new ArrayList<>();
    }

    private record Sent(String importId, List<Line> lines, CompletableFuture<Answer> answer) {}

    /** @param owner a SKU's owner now, by any name that tells owners apart */
    LineDelivery(CommandGateway gateway, Function<String, String> owner, Pause pause) {
        this.gateway = gateway;
        this.owner = owner;
        this.pause = pause;
    }

    /** Hands the lines over, one command an owner, and returns at once. */
    Parcel send(String importId, List<Line> lines) {
        Map<String, List<Line>> byOwner = new LinkedHashMap<>();
        for (Line line : lines) {
            byOwner.computeIfAbsent(owner.apply(line.product().sku()), any -> new ArrayList<>())
                    .add(line);
        }
        Parcel parcel = new Parcel();
        byOwner.values().forEach(group -> parcel.commands.add(dispatch(importId, group)));
        return parcel;
    }

    /** Waits until every line is settled; gives those that were refused, in the order of lines. */
    List<Refusal> await(Parcel parcel) throws InterruptedException {
        List<Refusal> refusals = new ArrayList<>();
        for (Sent sent : parcel.commands) {
            settle(sent, refusals);
        }
        refusals.sort(Comparator.comparingLong(Refusal::line));
        return refusals;
    }

    private Sent dispatch(String importId, List<Line> lines) {
        return new Sent(importId, lines, gateway.execute(new ImportProducts(importId, lines), DEADLINE));
    }

    private void settle(Sent first, List<Refusal> refusals) throws InterruptedException {
        Sent sent = first;
        for (int attempt = 0; ; attempt++) {
            try {
                note(sent, sent.answer.get(), refusals);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof Fault fault) || fault.code().retry() == FaultCode.Retry.NO) {
                    isolate(sent, e, refusals);
                    return;
                }
                if (attempt == 0) {
                    LOG.info("Import waits [import={}, cause={}]", sent.importId, fault.code());
                }
            }
            pause.before(attempt);
            sent = dispatch(sent.importId, sent.lines);
        }
    }

    private void isolate(Sent sent, ExecutionException cause, List<Refusal> refusals) throws InterruptedException {
        List<Line> lines = sent.lines;
        if (lines.size() == 1) {
            LOG.warn(
                    "A line could not be imported [import={}, line={}]",
                    sent.importId,
                    lines.get(0).number(),
                    cause);
            refusals.add(new Refusal(lines.get(0).number(), "internal", "The store could not take this line."));
            return;
        }
        int half = lines.size() / 2;
        settle(dispatch(sent.importId, lines.subList(0, half)), refusals);
        settle(dispatch(sent.importId, lines.subList(half, lines.size())), refusals);
    }

    private static void note(Sent sent, Answer answer, List<Refusal> refusals) {
        if (!answer.outcome().accepted() && answer.refusedLines().isEmpty()) {
            sent.lines.forEach(line -> refusals.add(refusal(line.number(), answer.outcome())));
            return;
        }
        for (LineRefusal refused : answer.refusedLines()) {
            refusals.add(refusal(refused.line(), refused.outcome()));
        }
    }

    private static Refusal refusal(long line, Outcome outcome) {
        String code = outcome.name().toLowerCase(Locale.ROOT).replace('_', '-');
        String detail = switch (outcome) {
            case BELOW_RESERVED -> "Fewer units than are reserved cannot be on hand.";
            case VERSION_CONFLICT -> "The product changed at the same time.";
            case QUANTITY_LIMIT -> "More units than one SKU may have.";
            default -> "The store refused this line.";
        };
        return new Refusal(line, code, detail);
    }
}
