package io.storegrid.api.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.api.problem.ProblemCode;
import io.storegrid.api.problem.ProblemException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PreconditionsTest {

    @ParameterizedTest(name = "{0} is version {1}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {"'\"1\"', 1", "' \"42\" ', 42", "'\"999999999999999999\"', 999999999999999999"})
    void readsAVersion(String header, long version) {
        assertEquals(version, Preconditions.version(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"W/\"1\"", "\"0\"", "\"-1\"", "\"01\"", "\"abc\"", "\"\"", "\"9999999999999999999\""})
    void matchesNothingWithATagThatIsNoVersion(String header) {
        assertEquals(Preconditions.NO_VERSION, Preconditions.version(header));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "", "\"1", "\"1\", \"2\"", "w/\"1\"", "\"a\"b\""})
    void refusesWhatIsNoTag(String header) {
        ProblemException refusal = assertThrows(ProblemException.class, () -> Preconditions.version(header));
        assertEquals(ProblemCode.INVALID_PARAMETER, refusal.problem().code());
    }

    @ParameterizedTest(name = "{0} has version 7: {1}")
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "'\"7\"', true",
                "'W/\"7\"', true",
                "'\"6\", \"7\"', true",
                "'*', true",
                "'\"77\"', false",
                "'7', false",
                "'', false"
            })
    void comparesWeaklyForReads(String header, boolean has) {
        assertEquals(has, Preconditions.lists(header, 7));
    }
}
