package io.storegrid.torture.check;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.history.History;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** No false alarm: what is sound by construction passes every checker. */
class SoundRunsTest {

    private static final long FIRST_SEED = Long.getLong("torture.sound.seed", 1);
    private static final long SEEDS = Long.getLong("torture.sound.seeds", 12);

    static LongStream seeds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void soundRunsPass(long seed) {
        History history = SimulatedRun.of(SimulatedRun.Demand.small(seed));
        for (Verdict verdict : Checkers.judge(history, Bounds.STRICT)) {
            assertTrue(verdict.holds(), verdict::toString);
            assertTrue(verdict.examined() > 0, verdict::toString);
        }
    }
}
