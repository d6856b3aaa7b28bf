package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.cluster.TestCluster.Share;
import io.storegrid.persistence.TestDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Growing and shrinking under load, as on a day of a sale: callers notice nothing. */
@Timeout(1_800)
class ScaleOutIT {

    /** How far a node's share may be from an equal one; rendezvous hashing spreads 256 partitions within 25 % or so. */
    private static final double SHARE_OFF_MAX = 0.45;

    private static final int SOME_WRITES = 150;

    @TempDir
    private Path directory;

    @Test
    void growsToThreeNodesAndShrinksToTwoWithoutAFailedRequest() throws Exception {
        try (TestDatabase database = TestDatabase.create();
                TestCluster cluster = new TestCluster("ScaleOutIT", directory, database.settings(), 3, 1)) {
            cluster.start(cluster.member(0));
            assertShares(1, cluster.awaitBalanced());
            for (int round = 0; round < TestCluster.ROUNDS; round++) {
                try (Shoppers shoppers = cluster.shoppers()) {
                    shoppers.awaitMore(SOME_WRITES);
                    while (cluster.running().size() < cluster.members().size()) {
                        TestCluster.Member next = cluster.members().stream()
                                .filter(member -> !cluster.running().contains(member))
                                .findFirst()
                                .orElseThrow();
                        assertShares(cluster.running().size() + 1, cluster.join(next));
                        shoppers.awaitMore(SOME_WRITES);
                    }
                    // In the first round the oldest, which the others look up to.
                    TestCluster.Member leaving = cluster.member(round % 3);
                    long begin = System.nanoTime();
                    cluster.drain(leaving);
                    long gone = System.nanoTime();
                    assertShares(2, cluster.awaitBalanced());
                    cluster.print(String.format(
                            "%s drained: gone after %d ms, all partitions in place after %d ms",
                            leaving, (gone - begin) / 1_000_000, (System.nanoTime() - begin) / 1_000_000));
                    shoppers.awaitMore(SOME_WRITES);
                    Shoppers.Figures figures = shoppers.finish();
                    cluster.print(figures.toString());
                    assertEquals(0, figures.failed(), figures::toString);
                }
                cluster.check();
            }
        }
    }

    private static void assertShares(int nodes, Map<String, Share> shares) {
        assertEquals(nodes, shares.size(), shares::toString);
        double equal = (double) TestCluster.PARTITIONS / nodes;
        for (Share share : shares.values()) {
            assertTrue(Math.abs(share.primaries() - equal) <= equal * SHARE_OFF_MAX, shares::toString);
            double backups = nodes == 1 ? 0 : equal;
            assertTrue(Math.abs(share.backups() - backups) <= backups * SHARE_OFF_MAX, shares::toString);
        }
    }
}
