package io.storegrid.compute.payment;

import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.domain.Money;
import java.util.concurrent.CompletableFuture;

/**
 * The books of one reference: every question is answered from them under their lock, so that money is taken at most once and
 * given back at most once, however many ask at the same time.
 */
final class SimulatedAccount {

    /** What becomes of one request. */
    sealed interface Reply {}

    /** The answer, and how often it is posted as well. */
    record Say(PaymentAnswer answer, int posts) implements Reply {}

    /** The answer when it is there. */
    record SayLater(CompletableFuture<PaymentAnswer> answer) implements Reply {}

    /** A status instead of an answer. */
    record Fail(int status, String detail) implements Reply {}

    /** The connection is closed without a word. */
    record HangUp() implements Reply {}

    /** Nothing, for as long as the other side has patience. */
    record KeepSilent() implements Reply {}

    /** Decides later what is pending now. */
    interface Later {
        void in(int delayMs, Runnable decision);
    }

    private static final int CONFLICT = 409;
    private static final int SERVER_ERROR = 500;
    private static final String UNKNOWN_RULE = "the simulator has no such rule";

    private final PaymentRequest request;
    private final SimulatorRule rule;
    private final boolean trusting;
    private final CompletableFuture<PaymentAnswer> decided = new CompletableFuture<>();
    private Result state = Result.UNKNOWN;
    private long takenMinor;
    private long refundedMinor;
    private int charges;
    private int refunds;
    private int cancels;
    private String reason = "";

    /** @param trusting gives back what it never took, when it was never asked to take it */
    SimulatedAccount(PaymentRequest request, boolean trusting) {
        this.request = request;
        this.trusting = trusting;
        rule = SimulatorRule.of(request.method());
    }

    /**
     * @param declinedBefore whether a payment of the same order was declined under another reference
     * @param later decides what is pending, and tells the world
     */
    synchronized Reply charge(PaymentRequest asked, boolean declinedBefore, Later later) {
        charges++;
        if (!sameOrder(asked) || !asked.amount().equals(request.amount())) {
            return conflict();
        }
        if (rule.kind() == SimulatorRule.Kind.SLOW && state == Result.PENDING) {
            return new SayLater(decided);
        }
        if (rule.kind() == SimulatorRule.Kind.LOST_ALWAYS && state == Result.APPROVED) {
            return new HangUp();
        }
        return state == Result.UNKNOWN ? decide(declinedBefore, later) : new Say(answer(), 0);
    }

    private Reply decide(boolean declinedBefore, Later later) {
        switch (rule.kind()) {
            case APPROVE, REFUND_FAILS, CANCEL_FAILS -> take(amountMinor());
            case WRONG_AMOUNT -> take(Math.addExact(amountMinor(), 1));
            case DECLINE -> decline("the simulator was told to decline");
            case DECLINE_ONCE -> {
                if (declinedBefore) {
                    take(amountMinor());
                } else {
                    decline("the simulator was told to decline the first try");
                }
            }
            case UNKNOWN -> decline(UNKNOWN_RULE);
            case TIMEOUT -> {
                return new KeepSilent();
            }
            case LATE, LATE_DECLINE -> {
                state = Result.PENDING;
                later.in(rule.number(), this::settle);
            }
            case SLOW -> {
                state = Result.PENDING;
                later.in(rule.number(), this::settle);
                return new SayLater(decided);
            }
            case TWICE -> {
                take(amountMinor());
                return new Say(answer(), 2);
            }
            case LOST, LOST_ALWAYS -> {
                take(amountMinor());
                return new HangUp();
            }
            case ERROR -> {
                if (charges <= rule.number()) {
                    return new Fail(SERVER_ERROR, "the simulator was told to fail");
                }
                take(amountMinor());
            }
        }
        return new Say(answer(), 0);
    }

    /** What was pending falls due; nothing when it was cancelled meanwhile. */
    private synchronized void settle() {
        if (state != Result.PENDING) {
            return;
        }
        if (rule.kind() == SimulatorRule.Kind.LATE_DECLINE) {
            decline("the simulator was told to decline later");
        } else {
            take(amountMinor());
        }
        decided.complete(answer());
    }

    synchronized Reply refund(PaymentRequest asked) {
        refunds++;
        if (!sameOrder(asked)) {
            return conflict();
        }
        if (rule.kind() == SimulatorRule.Kind.REFUND_FAILS && refunds <= rule.number()) {
            return new Fail(SERVER_ERROR, "the simulator was told to fail");
        }
        long askedMinor = asked.amount().amountMinor();
        if (state == Result.REFUNDED) {
            return askedMinor == refundedMinor ? new Say(answer(), 0) : conflict();
        }
        boolean onTrust = trusting && state == Result.UNKNOWN && charges == 0;
        if (onTrust || (state == Result.APPROVED && askedMinor <= takenMinor)) {
            state = Result.REFUNDED;
            refundedMinor = askedMinor;
            reason = onTrust ? "on trust: the simulator does not know this payment" : "";
            return new Say(answer(), 0);
        }
        return new Say(
                PaymentAnswer.without(
                        Result.DECLINED, currency(), "there is less to give back [taken=" + takenMinor + "]"),
                0);
    }

    synchronized Reply cancel(PaymentRequest asked) {
        cancels++;
        if (!sameOrder(asked)) {
            return conflict();
        }
        if (rule.kind() == SimulatorRule.Kind.CANCEL_FAILS && cancels <= rule.number()) {
            return new Fail(SERVER_ERROR, "the simulator was told to fail");
        }
        if (state != Result.APPROVED && state != Result.REFUNDED) {
            state = Result.CANCELLED;
            reason = "";
            decided.complete(answer());
        }
        return new Say(answer(), 0);
    }

    synchronized SimulatedPayment view() {
        return new SimulatedPayment(
                request.reference(),
                request.orderId(),
                request.method(),
                state,
                new Money(takenMinor, currency()),
                new Money(refundedMinor, currency()),
                charges,
                refunds,
                cancels);
    }

    synchronized PaymentAnswer answer() {
        return switch (state) {
            case APPROVED -> new PaymentAnswer(state, new Money(takenMinor, currency()), reason);
            case REFUNDED -> new PaymentAnswer(state, new Money(refundedMinor, currency()), reason);
            default -> PaymentAnswer.without(state, currency(), reason);
        };
    }

    PaymentRequest request() {
        return request;
    }

    /** Whether whoever asked hears of the decision by a callback, and not by the answer it waits for. */
    boolean postsDecision() {
        return rule.kind() == SimulatorRule.Kind.LATE || rule.kind() == SimulatorRule.Kind.LATE_DECLINE;
    }

    boolean declinesOnce() {
        return rule.kind() == SimulatorRule.Kind.DECLINE_ONCE;
    }

    private void take(long minor) {
        state = Result.APPROVED;
        takenMinor = minor;
    }

    private void decline(String why) {
        state = Result.DECLINED;
        reason = why;
    }

    private boolean sameOrder(PaymentRequest asked) {
        return asked.orderId().equals(request.orderId())
                && asked.method().equals(request.method())
                && asked.amount().currency().equals(currency());
    }

    private static Reply conflict() {
        return new Fail(CONFLICT, "the reference was used for something else");
    }

    private long amountMinor() {
        return request.amount().amountMinor();
    }

    private String currency() {
        return request.amount().currency();
    }
}
