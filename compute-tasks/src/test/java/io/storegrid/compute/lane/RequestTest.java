package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.ExpireHold;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTest {

    private final Request request = new Request(new ExpireHold(TestRows.holdId(1)));

    @ParameterizedTest(name = "after {0}: can run {1}, can be withdrawn {2}, is running {3}")
    @CsvSource(textBlock = """
            ,                        true,  true,  false
            run,                     false, false, true
            run requeue,             true,  true,  false
            run requeue run,         false, false, true
            withdraw,                false, false, false
            withdraw requeue,        false, false, false
            run requeue withdraw,    false, false, false
            """)
    void onlyWhatWaitsCanBeTakenOut(@Nullable String steps, boolean run, boolean withdraw, boolean running) {
        for (int probe = 0; probe < 2; probe++) {
            Request one = new Request(request.command());
            for (String step : (steps == null ? "" : steps).split(" ", -1)) {
                switch (step) {
                    case "run" -> assertTrue(one.run());
                    case "requeue" -> one.requeue();
                    case "withdraw" -> assertTrue(one.withdraw());
                    default -> assertEquals("", step);
                }
            }
            assertEquals(running, one.running());
            assertEquals(probe == 0 ? run : withdraw, probe == 0 ? one.run() : one.withdraw());
        }
    }

    @Test
    void aWithdrawnRequestIsNotAnsweredByItself() {
        assertTrue(request.withdraw());
        assertFalse(request.answer().isDone());
    }

    @ParameterizedTest(name = "{0} is told as {1} after a doubt, as itself before")
    @CsvSource({
        "STORE_UNAVAILABLE, OUTCOME_UNKNOWN",
        "OVERLOADED,        OUTCOME_UNKNOWN",
        "DRAINING,          OUTCOME_UNKNOWN",
        "NO_QUORUM,         OUTCOME_UNKNOWN",
        "IN_PROGRESS,       IN_PROGRESS",
        "OUTCOME_UNKNOWN,   OUTCOME_UNKNOWN",
        "INTERNAL,          OUTCOME_UNKNOWN"
    })
    void neverSaysThatNothingWasDoneAfterADoubt(FaultCode fault, FaultCode told) {
        Request doubted = new Request(request.command());
        doubted.doubt();
        doubted.fail(new Fault(fault, "test"));
        assertEquals(told, told(doubted));
        Request sure = new Request(request.command());
        sure.fail(new Fault(fault, "test"));
        assertEquals(fault, told(sure));
    }

    private static FaultCode told(Request ended) {
        CompletionException why =
                assertThrows(CompletionException.class, () -> ended.answer().join());
        return assertInstanceOf(Fault.class, why.getCause()).code();
    }
}
