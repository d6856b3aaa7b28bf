package io.storegrid.compute.order;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.Entropy;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.RecordRefund;
import io.storegrid.compute.gateway.CheckoutGateway;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.payment.PaymentAnswer;
import io.storegrid.compute.payment.PaymentProvider;
import io.storegrid.compute.payment.PaymentRequest;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Money;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.PaymentResult;
import io.storegrid.domain.PaymentState;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The steps of an order between its commands: what a provider says becomes the next command. A saga (Garcia-Molina and
 * Salem, 1987) whose state is rows: each command commits its effect together with the step that is due next, so whoever does
 * a step may die at any moment, and another takes it up ({@link OrderScanner}).
 *
 * <p>Every step may be done twice, and by two at once: the provider knows a payment by its reference and takes it once, and
 * the command that takes its answer down changes an order once. No transaction, lane or thread waits while a provider is
 * asked. Thread-safe.
 */
public final class OrderSaga implements CheckoutGateway {

    private static final Logger LOG = LoggerFactory.getLogger(OrderSaga.class);

    /** How long a command that nobody waits for may take; whatever it leaves undone is done by the scanner. */
    private static final Duration STEP_MAX = Duration.ofSeconds(5);

    /**
     * How long a provider that does not answer is asked again. Then it is told to take no money, and the shopper can pay another
     * way; a provider that said that it will answer later has as long as the hold.
     */
    private static final Duration ASK_MAX = Duration.ofMinutes(2);

    private final CommandGateway commands;
    private final PaymentProvider provider;
    private final Function<String, @Nullable URI> callback;

    /** @param callback where the provider may post what it has to say of an order; null: nowhere */
    public OrderSaga(CommandGateway commands, PaymentProvider provider, Function<String, @Nullable URI> callback) {
        this.commands = commands;
        this.provider = provider;
        this.callback = callback;
    }

    @Override
    public CompletableFuture<Answer> place(PlaceOrder command, Duration deadline) {
        long endNanos = System.nanoTime() + deadline.toNanos();
        return commands.execute(command, deadline).thenCompose(placed -> {
            Order order = placed.order();
            if (!placed.outcome().accepted() || order == null || order.payment().state() != PaymentState.REQUESTED) {
                return CompletableFuture.completedFuture(placed);
            }
            return within(endNanos, ask(order)).thenCompose(recorded -> told(command, placed, recorded, endNanos));
        });
    }

    /** What the shopper is told: what the payment's record says, which is what stands under the key from now on. */
    private CompletableFuture<Answer> told(
            PlaceOrder command, Answer placed, Optional<Answer> recorded, long endNanos) {
        Answer answer = recorded.orElseThrow(
                () -> new Fault(FaultCode.OUTCOME_UNKNOWN, "the payment provider has not said yet what became of it"));
        Order order = answer.order();
        if (answer.outcome() != Outcome.CHANGED || order == null) {
            // Somebody else took it down meanwhile; the record has what was made of it.
            Duration left = Duration.ofNanos(Math.max(0, endNanos - System.nanoTime()));
            return command.key() == null ? CompletableFuture.completedFuture(answer) : commands.execute(command, left);
        }
        Outcome outcome = order.state() == OrderState.PAYMENT_FAILED ? Outcome.PAYMENT_DECLINED : Outcome.CREATED;
        Answer end = Answer.of(outcome, answer.atMicros()).withOrder(order);
        return CompletableFuture.completedFuture(placed.replayed() ? end.asReplayed() : end);
    }

    @Override
    public CompletableFuture<Answer> execute(Command command, Duration deadline) {
        return commands.execute(command, deadline).thenApply(this::refundIfDue);
    }

    /**
     * Does what is due for an order.
     *
     * @param nowMicros the database's time
     * @return ends when it is done or has to wait for another try; never fails
     */
    CompletableFuture<?> step(Order order, long nowMicros) {
        CompletableFuture<?> step = switch (order.payment().state()) {
            case REQUESTED -> nowMicros < askUntilMicros(order) ? ask(order) : giveUp(order);
            case PENDING -> nowMicros < order.payByMicros() ? done() : giveUp(order);
            case REFUND_DUE -> refund(order);
            case APPROVED, DECLINED, REFUNDED -> done();
        };
        return step.exceptionally(trouble -> {
            LOG.debug("A step of an order has to wait [order={}]", order.id(), trouble);
            return null;
        });
    }

    private static long askUntilMicros(Order order) {
        return Math.min(order.createdAtMicros() + ASK_MAX.toMillis() * 1_000, order.payByMicros());
    }

    /** Asks for the money and takes the answer down; empty while the provider does not say. */
    private CompletableFuture<Optional<Answer>> ask(Order order) {
        return settle(order, provider::charge, true);
    }

    /** The hold is over: sees to it that no money comes any more, or takes down that it had come. */
    private CompletableFuture<Optional<Answer>> giveUp(Order order) {
        return settle(order, provider::cancel, false);
    }

    /** @param mayWait whether "not yet" is an answer to take down */
    private CompletableFuture<Optional<Answer>> settle(
            Order order, Function<PaymentRequest, CompletableFuture<PaymentAnswer>> call, boolean mayWait) {
        if (order.total().amountMinor() == 0) {
            return record(order, PaymentResult.APPROVED, order.total());
        }
        return call.apply(request(order, order.total())).thenCompose(said -> switch (said.result()) {
            case APPROVED, REFUNDED -> record(order, PaymentResult.APPROVED, said.amount());
            case DECLINED, CANCELLED -> record(order, PaymentResult.DECLINED, said.amount());
            case PENDING -> mayWait ? record(order, PaymentResult.PENDING, said.amount()) : unknown(order, said);
            case UNKNOWN -> unknown(order, said);
        });
    }

    private CompletableFuture<Optional<Answer>> refund(Order order) {
        Money received = order.payment().received();
        if (received == null || received.amountMinor() == 0) {
            return refunded(order);
        }
        return provider.refund(request(order, received)).thenCompose(said -> switch (said.result()) {
            case REFUNDED -> refunded(order);
            case APPROVED, DECLINED, PENDING, CANCELLED, UNKNOWN -> unknown(order, said);
        });
    }

    private CompletableFuture<Optional<Answer>> refunded(Order order) {
        return commands.execute(new RecordRefund(order.id(), order.payment().reference()), STEP_MAX)
                .thenApply(Optional::of);
    }

    private CompletableFuture<Optional<Answer>> record(Order order, PaymentResult result, Money amount) {
        return commands.execute(
                        new RecordPayment(
                                null, order.id(), order.payment().reference(), result, amount, Entropy.digits()),
                        STEP_MAX)
                .thenApply(this::refundIfDue)
                .thenApply(Optional::of);
    }

    private static CompletableFuture<Optional<Answer>> unknown(Order order, PaymentAnswer said) {
        LOG.info(
                "A payment has to wait [order={}, state={}, provider={}, reason={}]",
                order.id(),
                order.payment().state(),
                said.result(),
                said.reason());
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Begins to give money back at once; the scanner does it if this is not the end of it. */
    private Answer refundIfDue(Answer answer) {
        Order order = answer.order();
        if (answer.outcome() == Outcome.CHANGED
                && order != null
                && order.payment().state() == PaymentState.REFUND_DUE) {
            var unused = step(order, 0);
        }
        return answer;
    }

    private PaymentRequest request(Order order, Money amount) {
        return new PaymentRequest(
                order.payment().reference(), order.id(), order.payment().method(), amount, callback.apply(order.id()));
    }

    /** What {@code step} comes to, if it does so in time; what it leads to goes on all the same. */
    private static CompletableFuture<Optional<Answer>> within(long endNanos, CompletableFuture<Optional<Answer>> step) {
        long leftNanos = Math.max(0, endNanos - System.nanoTime());
        return step.copy().orTimeout(leftNanos, TimeUnit.NANOSECONDS).exceptionally(trouble -> {
            Throwable cause = trouble instanceof CompletionException wrapped && wrapped.getCause() != null
                    ? wrapped.getCause()
                    : trouble;
            // The order is placed, so whatever went wrong afterwards is no reason to say that nothing was done.
            String why = cause instanceof TimeoutException ? "within the deadline" : String.valueOf(cause.getMessage());
            throw new Fault(FaultCode.OUTCOME_UNKNOWN, "the payment has no end: " + why, cause);
        });
    }

    private static CompletableFuture<Optional<Answer>> done() {
        return CompletableFuture.completedFuture(Optional.empty());
    }
}
