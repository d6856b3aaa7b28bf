package io.storegrid.compute.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The write protocol in every order of its steps: nothing breaks it, and it breaks without any one of its rules.
 *
 * <p>{@code -Dmodel.deep=true} adds larger scenarios, {@code -Dmodel.states} bounds each.
 */
class ProtocolModelTest {

    private static final boolean DEEP = Boolean.getBoolean("model.deep");
    /** States of one scenario at most; some 250 bytes each. */
    private static final int STATES_MAX = Integer.getInteger("model.states", 2_000_000);

    private static final Path DOCUMENT = Path.of("..", "docs", "model.md");

    private static final Map<Scenario, Explorer.Result> EXPLORED = new HashMap<>();

    private static Explorer.Result explored(Scenario scenario) {
        return EXPLORED.computeIfAbsent(scenario, one -> Explorer.explore(one, null, STATES_MAX));
    }

    static List<Scenario> scenarios() {
        List<Scenario> scenarios = new ArrayList<>(Shops.all());
        if (DEEP) {
            scenarios.addAll(Shops.deeper());
        }
        return scenarios;
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void nothingBreaksTheProtocol(Scenario scenario) {
        Explorer.Result result = explored(scenario);
        System.out.printf(
                "model: %s, %s at %,d states, %d steps deep%s%n",
                scenario,
                result.cut() ? "cut" : "complete",
                result.states(),
                result.depth(),
                result.halvings() > 0 ? ", batches halved by a failed assertion" : "");
        assertNull(result.breach(), result::story);
        assertFalse(result.cut() && !DEEP, () -> "cut at " + result.states() + " states: proves less than it says");
    }

    @ParameterizedTest
    @EnumSource
    void theProtocolBreaksWithoutARule(Ablation ablation) throws IOException {
        Explorer.Result result = Explorer.explore(ablation.scenario(), ablation, STATES_MAX);
        System.out.printf(
                "model: without rule %s (%s) in \"%s\": %d steps, the first check %s; %,d states%n%s%n",
                ablation.rule(),
                ablation.words(),
                ablation.scenario(),
                result.trace().size(),
                ablation.protocolTrace() == 0 ? "none" : ablation.protocolTrace(),
                result.states(),
                result.story());
        assertEquals(ablation.breach(), result.breach(), result::story);
        String row = String.format(
                "| `%s`: %s | %s | %s | %d | %s |",
                ablation,
                ablation.words(),
                ablation.rule(),
                ablation.breach(),
                result.trace().size(),
                ablation.protocolTrace() == 0 ? "–" : ablation.protocolTrace());
        assertTrue(Files.readString(DOCUMENT).contains(row), () -> DOCUMENT + " lacks: " + row);
    }

    @Test
    void everythingHappensSomewhere() {
        Set<Event> events = EnumSet.noneOf(Event.class);
        Shops.all().forEach(scenario -> events.addAll(explored(scenario).events()));
        assertEquals(EnumSet.allOf(Event.class), events);
    }
}
