package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.command.ExpireHold;
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
}
