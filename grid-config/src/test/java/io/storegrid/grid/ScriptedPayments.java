package io.storegrid.grid;

import io.storegrid.compute.payment.PaymentAnswer;
import io.storegrid.compute.payment.PaymentAnswer.Result;
import io.storegrid.compute.payment.PaymentProvider;
import io.storegrid.compute.payment.PaymentRequest;
import io.storegrid.domain.Money;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A provider that does what a test says, and keeps books: what was taken and given back under each reference. Outlives any
 * node of a test. Thread-safe.
 */
final class ScriptedPayments implements PaymentProvider {

    /** What a provider may do to one call. */
    enum Act {
        /** Does what it was asked to. */
        DO,
        /** Refuses. */
        DECLINE,
        /** Will say later. */
        LATER,
        /** Does it, and its answer is lost. */
        DO_AND_LOSE,
        /** Does nothing, and says nothing. */
        LOSE,
        /** Takes one centavo less. */
        TAKE_LESS
    }

    private final Map<String, Money> taken = new HashMap<>();
    private final Map<String, Money> given = new HashMap<>();
    private final Map<String, Boolean> dead = new HashMap<>();
    private final Deque<Act> script = new ArrayDeque<>();
    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger charges = new AtomicInteger();

    /** What becomes of the next calls; all after them are done. */
    synchronized ScriptedPayments next(Act... acts) {
        script.clear();
        script.addAll(java.util.List.of(acts));
        return this;
    }

    private Act act() {
        calls.incrementAndGet();
        Act act = script.poll();
        return act == null ? Act.DO : act;
    }

    @Override
    public synchronized CompletableFuture<PaymentAnswer> charge(PaymentRequest request) {
        charges.incrementAndGet();
        return answer(request, charged(request, act()));
    }

    private @Nullable PaymentAnswer charged(PaymentRequest request, Act act) {
        if (act == Act.LOSE) {
            return null;
        }
        String reference = request.reference();
        if (dead.containsKey(reference)) {
            return said(Result.CANCELLED, request);
        }
        if (act == Act.DECLINE) {
            return said(Result.DECLINED, request);
        }
        if (act == Act.LATER) {
            return said(Result.PENDING, request);
        }
        Money amount = request.amount();
        taken.putIfAbsent(
                reference, act == Act.TAKE_LESS ? new Money(amount.amountMinor() - 1, amount.currency()) : amount);
        return act == Act.DO_AND_LOSE ? null : new PaymentAnswer(Result.APPROVED, taken.get(reference), "");
    }

    @Override
    public synchronized CompletableFuture<PaymentAnswer> refund(PaymentRequest request) {
        Act act = act();
        if (act != Act.LOSE) {
            if (!taken.containsKey(request.reference())) {
                return answer(request, said(Result.DECLINED, request));
            }
            given.putIfAbsent(request.reference(), request.amount());
        }
        return answer(
                request,
                act == Act.LOSE || act == Act.DO_AND_LOSE
                        ? null
                        : new PaymentAnswer(Result.REFUNDED, request.amount(), ""));
    }

    @Override
    public synchronized CompletableFuture<PaymentAnswer> cancel(PaymentRequest request) {
        if (act() == Act.LOSE) {
            return answer(request, null);
        }
        Money there = taken.get(request.reference());
        if (there != null) {
            return answer(request, new PaymentAnswer(Result.APPROVED, there, ""));
        }
        dead.put(request.reference(), true);
        return answer(request, said(Result.CANCELLED, request));
    }

    /** The provider took the money after all, whoever knows of it. */
    synchronized void take(String reference, Money amount) {
        taken.put(reference, amount);
    }

    private static PaymentAnswer said(Result result, PaymentRequest request) {
        return new PaymentAnswer(result, new Money(0, request.amount().currency()), "");
    }

    /** Null: nobody hears it, which a provider tells as UNKNOWN. */
    private static CompletableFuture<PaymentAnswer> answer(PaymentRequest request, @Nullable PaymentAnswer answer) {
        return CompletableFuture.completedFuture(answer == null ? said(Result.UNKNOWN, request) : answer);
    }

    /** Calls of any kind so far. */
    int calls() {
        return calls.get();
    }

    int charges() {
        return charges.get();
    }

    /** What is with the provider under a reference: taken and not given back, minor units. */
    synchronized long kept(String reference) {
        Money in = taken.get(reference);
        Money out = given.get(reference);
        return (in == null ? 0 : in.amountMinor()) - (out == null ? 0 : out.amountMinor());
    }

    /** The same over all references. */
    synchronized long kept() {
        return taken.keySet().stream().mapToLong(this::kept).sum();
    }

    @Override
    public void close() {}
}
