package io.storegrid.compute.model;

import io.storegrid.compute.lane.LaneRules;

/**
 * What the lane's own rules say to every pair of versions: the one that is there (0: none) and the one that comes. Asked once,
 * because states ask for it without end.
 */
final class NewestWins {

    /** Whether a row that was read becomes the picture. */
    static final boolean[][] READ = table((known, value) -> LaneRules.pictureAfterRead(known, value) == value);

    /** Whether a row that the lane committed becomes the picture. */
    static final boolean[][] COMMITTED = table((known, value) -> LaneRules.pictureAfterCommit(known, value) == value);

    /** Whether a copy in the grid takes a value that was applied after a commit. */
    static final boolean[][] APPLIED = table((known, value) -> LaneRules.cacheTakes(known, value, false));

    /** Whether it takes one that comes from healing every copy. */
    static final boolean[][] HEALED = table((known, value) -> LaneRules.cacheTakes(known, value, true));

    private NewestWins() {}

    private interface Rule {
        boolean applies(int known, int value);
    }

    private static boolean[][] table(Rule rule) {
        boolean[][] table = new boolean[World.VERSIONS_MAX + 1][World.VERSIONS_MAX + 1];
        for (int known = 0; known <= World.VERSIONS_MAX; known++) {
            for (int value = 1; value <= World.VERSIONS_MAX; value++) {
                table[known][value] = rule.applies(known, value);
            }
        }
        return table;
    }
}
