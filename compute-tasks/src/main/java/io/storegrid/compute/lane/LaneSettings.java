package io.storegrid.compute.lane;

import java.time.Duration;

/**
 * How a node's lanes are cut. A bad value is refused, never clamped.
 *
 * @param lanes writers of this node; a second one halves the batches, so more than one pays only with many cores. Floor 1,
 *     default 1
 * @param depthMax commands a lane holds, waiting or running; above it callers get OVERLOADED at once. Floor 16, default
 *     10 000: what two cores work off in well under a second
 * @param batchMax commands in one transaction; bounds what one rollback costs. Floor 1, default 512
 * @param stallAfter how long a batch may run before its callers are told that its outcome is unknown and newcomers that
 *     the store is away. Floor 200 ms, default 1.5 s: with the watchdog's step it keeps the promise of 2 s
 * @param copiesMax stock rows and carts a lane keeps in memory, each. Floor 100, default 100 000
 */
public record LaneSettings(int lanes, int depthMax, int batchMax, Duration stallAfter, int copiesMax) {

    /** What a node has when nobody says otherwise. */
    public static final LaneSettings DEFAULT = new LaneSettings(1, 10_000, 512, Duration.ofMillis(1_500), 100_000);

    public LaneSettings {
        require(lanes >= 1, "storegrid.lane.lanes must be at least 1");
        require(depthMax >= 16, "storegrid.lane.depth-max must be at least 16");
        require(batchMax >= 1, "storegrid.lane.batch-max must be at least 1");
        require(stallAfter.toMillis() >= 200, "storegrid.lane.stall-after must be at least 200 ms");
        require(copiesMax >= 100, "storegrid.lane.copies-max must be at least 100");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
