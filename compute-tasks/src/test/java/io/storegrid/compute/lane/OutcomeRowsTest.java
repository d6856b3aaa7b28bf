package io.storegrid.compute.lane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.Outcome;
import java.lang.reflect.Method;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every outcome and every kind of verdict has a row in the tables of the rules. */
class OutcomeRowsTest {

    private static final List<Class<?>> TABLES = List.of(
            StockRulesTest.class,
            HoldRulesTest.class,
            CartRulesTest.class,
            ProductRulesTest.class,
            OrderRulesTest.class);

    /** Not made by a rule: which request used a key before is known only to the runner. */
    private static final Set<Outcome> MADE_ELSEWHERE = EnumSet.of(Outcome.KEY_REUSED);

    private static String rows() {
        StringBuilder rows = new StringBuilder();
        for (Class<?> table : TABLES) {
            for (Method method : table.getDeclaredMethods()) {
                CsvSource source = method.getAnnotation(CsvSource.class);
                if (source != null) {
                    rows.append(source.textBlock()).append('\n');
                    rows.append(String.join("\n", source.value())).append('\n');
                }
            }
        }
        return rows.toString();
    }

    @Test
    void everyOutcomeThatARuleCanReturnHasARow() {
        Set<Outcome> expected = EnumSet.complementOf(EnumSet.copyOf(MADE_ELSEWHERE));
        assertEquals(expected, EnumSet.copyOf(TestRows.outcomesIn(rows())));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"read stock", "read hold", "read stock [A] and hold", "read cart", "deferred", "expire first"})
    void everyKindOfVerdictHasARow(String verdict) {
        assertTrue(rows().contains(verdict), verdict);
    }
}
