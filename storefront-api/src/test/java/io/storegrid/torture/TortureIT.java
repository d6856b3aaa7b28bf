package io.storegrid.torture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.agent.Ablation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The middle tier, with every build: nothing acknowledged is lost and nothing oversold while each of the faults that differ
 * most strikes once; a grid divided is {@code SplitFaultIT}'s. One plan for all builds, so that a red one is about what was
 * changed; {@link TortureRun} has any plan.
 */
@Timeout(900)
class TortureIT {

    private static final long SEED = 20_261_126;
    private static final Duration QUIET = Duration.ofSeconds(5);
    private static final Duration MOST = Duration.ofMinutes(8);
    private static final int RATE = 150;
    private static final int ACKNOWLEDGED_MIN = 5_000;

    private static final List<Nemesis> FAULTS = List.of(
            Nemesis.KILL_OWNER,
            Nemesis.KILL_TWO,
            Nemesis.PAUSE,
            Nemesis.STORE_RESTART,
            Nemesis.STORE_REFUSED,
            Nemesis.STORE_SWALLOWED,
            Nemesis.LOCKED_ROW,
            Nemesis.LOST_COMMITS,
            Nemesis.STORE_AND_NODE,
            Nemesis.PROVIDER_AWAY);

    @TempDir
    private Path directory;

    @Test
    void keepsItsPromiseWhateverIsKilled() throws Exception {
        Trial trial =
                Trial.run(directory, SEED, QUIET, FAULTS.size(), ACKNOWLEDGED_MIN, MOST, RATE, Ablation.NONE, FAULTS);
        System.out.println("[torture] the page: "
                + trial.keep(Path.of("target", "torture"), "last").toAbsolutePath());
        assertEquals(List.of(), trial.against());
        assertTrue(
                trial.acknowledged() >= ACKNOWLEDGED_MIN,
                () -> trial.acknowledged() + " changes acknowledged, too few");
    }
}
