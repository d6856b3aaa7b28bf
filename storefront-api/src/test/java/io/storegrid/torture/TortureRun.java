package io.storegrid.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.agent.Ablation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nothing acknowledged is lost and nothing oversold, whatever is done to the grid: another plan each time, unless
 * {@code -Dtorture.seed} names one; the long tier by {@code -Dtorture.faults}, {@code -Dtorture.minutes} and
 * {@code -Dtorture.keep}.
 */
@Timeout(7_200)
class TortureRun {

    private static final Duration QUIET = Duration.ofSeconds(8);
    private static final int FAULTS_MIN = 10;
    private static final int ACKNOWLEDGED_MIN = 5_000;

    @TempDir
    private Path directory;

    @Test
    void keepsItsPromiseWhateverIsKilled() throws Exception {
        long seed = Long.getLong("torture.seed", System.nanoTime());
        int faults = Integer.getInteger("torture.faults", 11);
        List<Nemesis> only = Arrays.stream(
                        System.getProperty("torture.only", "").split(",", -1))
                .filter(name -> !name.isEmpty())
                .map(Nemesis::valueOf)
                .toList();
        Trial trial = Trial.run(
                directory,
                seed,
                QUIET,
                faults,
                faults >= FAULTS_MIN && only.isEmpty() ? ACKNOWLEDGED_MIN : 0,
                Duration.ofMinutes(Integer.getInteger("torture.minutes", 5)),
                Integer.getInteger("torture.rate", 150),
                Ablation.NONE,
                only);
        String keep = System.getProperty("torture.keep", "");
        Path page = keep.isEmpty()
                ? trial.keep(Path.of("target", "torture"), "last")
                : trial.keep(Path.of(keep), System.getProperty("torture.name", "run-" + seed));
        System.out.println("[torture] the page: " + page.toAbsolutePath());
        assertEquals(List.of(), trial.against(), "seed " + seed);
        if (faults >= FAULTS_MIN && only.isEmpty()) {
            assertTrue(trial.history().faults().size() >= FAULTS_MIN, "faults within the time");
            assertTrue(trial.acknowledged() >= ACKNOWLEDGED_MIN, trial.acknowledged() + " changes acknowledged");
        }
    }
}
