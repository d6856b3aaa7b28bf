package io.storegrid.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.load.Retries.Verdict;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetriesTest {

    @ParameterizedTest(name = "{0} answered {1} {2} {3}: {4}")
    @CsvSource({
        "reserve,   0,      ,                         , AGAIN",
        "reserve, 503, code , outcome-unknown         , AGAIN",
        "reserve, 409, code , idempotency-in-progress , AGAIN",
        "reserve, 409, code , insufficient-stock      , DONE",
        "reserve, 201, state, HELD                    , DONE",
        "reserve, 201, state, EXPIRED                 , WRONG",
        "reserve, 200, state, HELD                    , WRONG",
        "reserve, 422, code , idempotency-key-reused  , WRONG",
        "reserve, 500, code , internal                , WRONG",
        "confirm,   0,      ,                         , AGAIN",
        "confirm, 200, state, CONFIRMED               , DONE",
        "confirm, 200, state, HELD                    , WRONG",
        "confirm, 404, code , reservation-not-found   , WRONG",
        "confirm, 409, code , reservation-not-held    , WRONG",
        "confirm, 409, code , insufficient-stock      , WRONG",
        "release, 200, state, RELEASED                , DONE",
        "release, 200, state, CONFIRMED               , WRONG",
        "release, 409, code , reservation-not-held    , WRONG",
    })
    void asksAgainOnlyWhenThereIsNoAnswer(String request, int status, String member, String value, Verdict verdict) {
        assertEquals(verdict, Retries.judge(request, status, "{\"" + member + "\":\"" + value + "\"}"));
    }

    @Test
    void anAnswerThatIsNotTheStoresIsWrong() {
        assertEquals(Verdict.WRONG, Retries.judge("reserve", 201, "<html>"));
    }

    @Test
    void waitsLongerEachTimeAndTenSecondsInAll() {
        assertEquals(Duration.ofMillis(50), Retries.pause(1));
        assertEquals(Duration.ofMillis(100), Retries.pause(2));
        assertEquals(Duration.ofMillis(1_600), Retries.pause(100));
        Duration all =
                IntStream.range(1, Retries.TRIES_MAX).mapToObj(Retries::pause).reduce(Duration.ZERO, Duration::plus);
        assertTrue(all.toSeconds() >= 10 && all.toSeconds() < 15, all.toString());
    }
}
