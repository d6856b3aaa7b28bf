package io.storegrid.compute.payment;

import static io.storegrid.compute.payment.Patience.PRICE;
import static io.storegrid.compute.payment.Patience.request;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.payment.PaymentAnswer.Result;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What falls due later, without waiting for it. */
class SimulatedAccountTest {

    private final Queue<Runnable> due = new ArrayDeque<>();

    private SimulatedAccount.Reply charge(SimulatedAccount account) {
        return account.charge(account.request(), false, (delayMs, decision) -> {
            assertEquals(1_500, delayMs);
            due.add(decision);
        });
    }

    @ParameterizedTest
    @CsvSource({"sim:late:1500, APPROVED, 1990", "sim:late-decline:1500, DECLINED, 0", "sim:slow:1500, APPROVED, 1990"})
    void decidesOnceWhenItFallsDue(String method, Result result, long takenMinor) {
        SimulatedAccount account = new SimulatedAccount(request(method), false);
        charge(account);
        charge(account);
        assertEquals(1, due.size());
        assertEquals(Result.PENDING, account.view().state());
        assertEquals(0, account.view().taken().amountMinor());
        Runnable decision = due.remove();
        decision.run();
        decision.run();
        assertEquals(result, account.view().state());
        assertEquals(takenMinor, account.view().taken().amountMinor());
        SimulatedAccount.Say said = assertInstanceOf(SimulatedAccount.Say.class, charge(account));
        assertEquals(result, said.answer().result());
    }

    @ParameterizedTest
    @CsvSource({"sim:late:1500", "sim:late-decline:1500", "sim:slow:1500"})
    void takesNothingWhenItFallsDueAfterACancellation(String method) {
        SimulatedAccount account = new SimulatedAccount(request(method), false);
        SimulatedAccount.Reply waiting = charge(account);
        account.cancel(account.request());
        due.remove().run();
        assertEquals(Result.CANCELLED, account.view().state());
        assertEquals(0, account.view().taken().amountMinor());
        if (waiting instanceof SimulatedAccount.SayLater later) {
            assertEquals(Result.CANCELLED, later.answer().join().result());
        }
    }

    @ParameterizedTest
    @CsvSource({"sim:late:1500", "sim:slow:1500"})
    void cannotBeCancelledOnceItFellDue(String method) {
        SimulatedAccount account = new SimulatedAccount(request(method), false);
        SimulatedAccount.Reply waiting = charge(account);
        if (waiting instanceof SimulatedAccount.SayLater later) {
            assertFalse(later.answer().isDone());
        }
        due.remove().run();
        SimulatedAccount.Say said = assertInstanceOf(SimulatedAccount.Say.class, account.cancel(account.request()));
        assertEquals(new PaymentAnswer(Result.APPROVED, PRICE, ""), said.answer());
        if (waiting instanceof SimulatedAccount.SayLater later) {
            assertTrue(later.answer().isDone());
        }
    }
}
