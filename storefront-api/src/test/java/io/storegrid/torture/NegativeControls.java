package io.storegrid.torture;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.torture.agent.Ablation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The same torture without one rule of the protocol has to fail: else the checkers, or the faults, are worth nothing. No part
 * of {@code verify}, because nothing that is built changes what it says; run by name.
 */
@Timeout(3_600)
class NegativeControls {

    private static final int SEEDS_MAX = 3;
    private static final int FAULTS = 6;

    /** Faults excuse stale copies for a while; late messages alone must not make any. */
    private static final Duration LONG_QUIET = Duration.ofSeconds(45);

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "without {0}")
    @EnumSource(value = Ablation.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void tortureFails(Ablation ablation) throws Exception {
        boolean noticed = false;
        for (int seed = 1; seed <= SEEDS_MAX && !noticed; seed++) {
            Path run = directory.resolve(ablation + "-" + seed);
            Trial trial = Trial.run(
                    run,
                    seed,
                    ablation == Ablation.NEWEST_WINS ? LONG_QUIET : Duration.ZERO,
                    ablation == Ablation.NEWEST_WINS ? 1 : FAULTS,
                    0,
                    Duration.ofMinutes(3),
                    110,
                    ablation,
                    faults(ablation));
            noticed = !trial.violated().isEmpty();
            trial.violated().forEach(verdict -> System.out.println("[torture] " + ablation + ": " + verdict));
            trial.keep(
                    Path.of(System.getProperty("torture.keep", "target/torture")),
                    "without-" + ablation.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        assertTrue(noticed, "nobody noticed in " + SEEDS_MAX + " seeds that " + ablation + " was gone");
    }

    /** Those under which the rule earns its keep. */
    private static List<Nemesis> faults(Ablation ablation) {
        return switch (ablation) {
            case FENCE -> List.of(Nemesis.KILL_OWNER, Nemesis.STUTTER, Nemesis.LOST_COMMITS);
            case NEWEST_WINS -> List.of(Nemesis.STUTTER);
            case RECORDS -> List.of(Nemesis.LOST_COMMITS, Nemesis.KILL_OWNER);
            case NONE -> List.of();
        };
    }
}
