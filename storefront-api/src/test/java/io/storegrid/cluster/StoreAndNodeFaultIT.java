package io.storegrid.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient.Reply;
import io.storegrid.cluster.TestCluster.Member;
import io.storegrid.persistence.EmbeddedDatabase;
import io.storegrid.persistence.TestDatabase;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL away and then a node killed, the case in which Ignite's own write-through loses the whole grid. */
@Timeout(1_800)
class StoreAndNodeFaultIT {

    private static final int SOME_WRITES = 150;

    @TempDir
    private Path directory;

    @Test
    void theOthersReadOnWithoutTheStoreAndWriteWhenItIsBack() throws Exception {
        try (EmbeddedDatabase database = TestDatabase.serverIn(directory.resolve("store"))) {
            database.start();
            try (TestCluster cluster = new TestCluster("StoreAndNodeFaultIT", directory, database.settings(), 3, 3)) {
                for (int round = 0; round < TestCluster.ROUNDS; round++) {
                    cluster.restore();
                    try (Shoppers shoppers = cluster.shoppers()) {
                        shoppers.awaitMore(SOME_WRITES);
                        long begin = System.nanoTime();
                        database.kill();
                        cluster.kill(cluster.anyRunning());
                        cluster.awaitOthersDropped();
                        for (Member survivor : cluster.running()) {
                            TestCluster.await(
                                    "reads from memory through " + survivor, () -> cluster.readsAll(survivor));
                            TestCluster.await(
                                    "writes through " + survivor + " to be refused for want of the store",
                                    () -> refusesForWantOfStore(survivor));
                        }
                        for (Member survivor : cluster.running()) {
                            assertTrue(cluster.readsAll(survivor), "reads go on through " + survivor);
                            Reply live = survivor.api().get("/health/live").send();
                            assertEquals(200, live.status(), live::toString);
                        }
                        long refused = System.nanoTime();
                        database.start();
                        long back = System.nanoTime();
                        shoppers.awaitMore(SOME_WRITES);
                        cluster.print("PostgreSQL and a node killed: the others read on and refuse writes after "
                                + TimeUnit.NANOSECONDS.toMillis(refused - begin) + " ms; " + SOME_WRITES
                                + " writes within " + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back)
                                + " ms after PostgreSQL was back");
                        cluster.awaitBalanced();
                        cluster.print(shoppers.finish().toString());
                    }
                    cluster.check();
                }
            }
        }
    }

    /** Asks for more than there is, so that an answer that was not expected leaves nothing behind. */
    private static boolean refusesForWantOfStore(Member member) {
        Reply reply = member.api()
                .post("/v1/reservations")
                .key()
                .json("{\"lines\":[{\"sku\":\"RARO-0\",\"quantity\":9999}]}")
                .send();
        return reply.status() == 503 && reply.code().equals("store-unavailable");
    }
}
