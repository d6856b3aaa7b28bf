package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.persistence.TestDatabase;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes restarted one after another under load, as for an upgrade: callers notice nothing. */
@Timeout(1_800)
class RollingRestartIT {

    private static final int SOME_WRITES = 100;

    @TempDir
    private Path directory;

    /** Twice drained and once told by SIGTERM only, which a service manager sends that knows of nothing better. */
    @Test
    void restartsEveryNodeWithoutAFailedRequest() throws Exception {
        try (TestDatabase database = TestDatabase.create();
                TestCluster cluster = new TestCluster("RollingRestartIT", directory, database.settings(), 3, 3)) {
            cluster.restore();
            for (int round = 0; round < TestCluster.ROUNDS; round++) {
                try (Shoppers shoppers = cluster.shoppers()) {
                    shoppers.awaitMore(SOME_WRITES);
                    for (TestCluster.Member member : cluster.members()) {
                        boolean drained = member != cluster.member(1);
                        long begin = System.nanoTime();
                        if (drained) {
                            cluster.drain(member);
                        } else {
                            cluster.terminate(member);
                        }
                        cluster.awaitBalanced();
                        cluster.print(String.format(
                                Locale.ROOT,
                                "%s %s: the other two are balanced after %d ms",
                                member,
                                drained ? "drained" : "terminated",
                                (System.nanoTime() - begin) / 1_000_000));
                        shoppers.awaitMore(SOME_WRITES);
                        cluster.join(member);
                        shoppers.awaitMore(SOME_WRITES);
                    }
                    Shoppers.Figures figures = shoppers.finish();
                    cluster.print(figures.toString());
                    assertEquals(0, figures.failed(), figures::toString);
                }
                cluster.check();
            }
        }
    }
}
