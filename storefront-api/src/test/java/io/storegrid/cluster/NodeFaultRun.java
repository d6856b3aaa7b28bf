package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.cluster.TestCluster.Member;
import io.storegrid.persistence.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * By name, because {@code TortureIT} does the same to a grid with every build and looks closer; here the failover is measured.
 * Three nodes under load, and one or two of them killed or paused. The tests share one grid, which is whole again before each:
 * starting nodes is what takes the time. Any number of nodes may write, so that nothing but the fence keeps a node that woke up
 * too late from selling twice.
 */
@Timeout(1_800)
class NodeFaultRun {

    /** Rounds of the kill; {@code -Dcluster.kills}. */
    private static final int KILLS = Integer.getInteger("cluster.kills", 2) * TestCluster.ROUNDS;

    /** No promise, which is stricter and measured by hand: clocks of a busy test machine prove little. */
    private static final Duration FAILOVER_MAX = Duration.ofSeconds(10);

    private static final int SOME_WRITES = 150;

    @TempDir
    private static Path directory;

    private static TestDatabase database;
    private static TestCluster cluster;

    @BeforeAll
    static void makeGrid() throws Exception {
        database = TestDatabase.create();
        cluster = new TestCluster("NodeFaultRun", directory, database.settings(), 3, 1);
    }

    @BeforeEach
    void makeWhole() throws Exception {
        cluster.restore();
    }

    @AfterAll
    static void endGrid() {
        cluster.close();
        database.close();
    }

    @Test
    void losesNothingWhenANodeIsKilled() throws Exception {
        List<Long> failovers = new ArrayList<>();
        for (int round = 0; round < KILLS; round++) {
            cluster.restore();
            try (Shoppers shoppers = cluster.shoppers()) {
                shoppers.awaitMore(SOME_WRITES);
                failovers.add(failoverMs("kill-" + round));
                shoppers.awaitMore(SOME_WRITES);
                cluster.awaitBalanced();
                cluster.print(shoppers.finish().toString());
            }
            cluster.check();
        }
        List<Long> sorted = failovers.stream().sorted().toList();
        cluster.print("first write on a killed node's stock after " + failovers + " ms, median "
                + sorted.get(sorted.size() / 2) + " ms");
        assertTrue(sorted.get(sorted.size() - 1) <= FAILOVER_MAX.toMillis(), failovers::toString);
    }

    /** Kills a node; milliseconds until one of its keys was written through one of the others. */
    private static long failoverMs(String key) throws Exception {
        Member victim = cluster.anyRunning();
        String sku = cluster.skuOn(victim, null);
        long killed = cluster.kill(victim);
        List<CompletableFuture<Long>> writes = cluster.running().stream()
                .map(survivor ->
                        CompletableFuture.supplyAsync(() -> cluster.firstWrite(survivor, sku, key + "-" + survivor)))
                .toList();
        cluster.awaitOthersDropped();
        long dropped = System.nanoTime();
        TestCluster.awaitTakenOver(cluster.anyRunning(), sku, victim);
        long takenOver = System.nanoTime();
        List<Long> took = new ArrayList<>();
        for (CompletableFuture<Long> write : writes) {
            took.add(TimeUnit.NANOSECONDS.toMillis(write.get(60, TimeUnit.SECONDS) - killed));
        }
        cluster.print(victim + " killed: dropped by the others within "
                + TimeUnit.NANOSECONDS.toMillis(dropped - killed) + " ms, its stock has another owner within "
                + TimeUnit.NANOSECONDS.toMillis(takenOver - killed) + " ms, first write through each of them after "
                + took
                + " ms");
        return took.stream().mapToLong(Long::longValue).min().orElseThrow();
    }

    @Test
    void aNodeThatSleptTooLongLeavesAndSaysWhy() throws Exception {
        for (int round = 0; round < TestCluster.ROUNDS; round++) {
            cluster.restore();
            try (Shoppers shoppers = cluster.shoppers()) {
                shoppers.awaitMore(SOME_WRITES);
                Member sleeper = cluster.anyRunning();
                String sku = cluster.skuOn(sleeper, null);
                long begin = System.nanoTime();
                TestCluster.Paused paused = cluster.pause(sleeper);
                cluster.awaitOthersDropped();
                long dropped = System.nanoTime();
                long written = cluster.firstWrite(cluster.anyRunning(), sku, "pause-" + round);
                shoppers.awaitMore(SOME_WRITES);
                long woken = System.nanoTime();
                int code = paused.resume();
                String said = paused.complaint();
                List<String> reasons = said.lines()
                        .filter(line -> line.startsWith("storegrid: "))
                        .toList();
                cluster.print(sleeper + " paused: dropped by the others after "
                        + TimeUnit.NANOSECONDS.toMillis(dropped - begin) + " ms, first write on its stock after "
                        + TimeUnit.NANOSECONDS.toMillis(written - begin) + " ms, gone "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - woken)
                        + " ms after it woke up, among " + said.lines().count() + " lines: "
                        + reasons);
                cluster.print(shoppers.finish().toString());
                assertEquals(1, code, said);
                assertEquals(1, reasons.size(), said);
                assertTrue(reasons.get(0).contains("the other nodes dropped this one"), said);
            }
            cluster.check();
        }
    }

    @Test
    void servesAgainByItselfWhenBothCopiesAreLost() throws Exception {
        for (int round = 0; round < TestCluster.ROUNDS; round++) {
            cluster.restore();
            try (Shoppers shoppers = cluster.shoppers()) {
                shoppers.awaitMore(SOME_WRITES);
                Member survivor = cluster.anyRunning();
                List<Member> lost = cluster.running().stream()
                        .filter(member -> member != survivor)
                        .toList();
                String sku = cluster.skuOn(lost.get(0), lost.get(1));
                long killed = cluster.kill(lost.toArray(new Member[0]));
                long written = cluster.firstWrite(survivor, sku, "lost-" + round);
                cluster.awaitBalanced();
                assertTrue(cluster.readsAll(survivor), "all stock is read");
                cluster.print(lost + " killed at once: first write on stock without a copy after "
                        + TimeUnit.NANOSECONDS.toMillis(written - killed)
                        + " ms, alone with all partitions and reads after "
                        + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed) + " ms");
                shoppers.awaitMore(SOME_WRITES);
                cluster.print(shoppers.finish().toString());
            }
            cluster.check();
        }
    }
}
