package io.storegrid.api.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.api.ApiClient;
import io.storegrid.api.launch.PackagedNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A packaged node under requests made out of the document, good and bad: no answer from 500 on, every answer as documented,
 * and afterwards the books are right and the node has complained of nothing.
 */
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class ContractIT {

    private static final int REQUESTS = Integer.getInteger("edge.requests", 4_500);
    private static final int CLIENTS = Integer.getInteger("edge.clients", 4);

    private static final Duration IMPORT_LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path directory;

    @AfterEach
    void leaveNothingBehind() throws IOException {
        PackagedNode.endOrphan(directory);
    }

    @Test
    void answersAsDocumentedWhateverIsSent() throws Exception {
        long seed = Long.getLong("edge.seed", System.nanoTime());
        try (PackagedNode node = PackagedNode.start(
                directory, "--http-port=0", "--discovery-port=" + PackagedNode.freePort(), "--name=contract")) {
            ContractDrive drive = new ContractDrive(node.port(), seed);
            long began = System.nanoTime();
            int sent = drive.runUntilAllSucceeded(CLIENTS, REQUESTS, began + TimeUnit.MINUTES.toNanos(50));
            System.out.printf(
                    "ContractIT [seed=%d, requests=%d, tookMs=%d] %s%n",
                    seed, sent, (System.nanoTime() - began) / 1_000_000, drive.statuses());
            ApiClient api = new ApiClient(node.port());
            for (String started : drive.imports()) {
                awaitDone(api, started);
            }
            String books = api.get("/v1/admin/invariants").send().body();
            String compared = api.post("/v1/admin/reconcile").send().body();
            assertEquals("", String.join("\n", drive.findings()), () -> "seed=" + seed);
            assertTrue(drive.neverSucceeded().isEmpty(), () -> "never succeeded: " + drive.neverSucceeded());
            assertTrue(books.contains("\"hold\":true"), books);
            assertTrue(compared.contains("\"repaired\":0"), compared);
            assertEquals("", node.complained());
            ApiClient.Reply drained = api.post("/v1/admin/drain").send();
            assertEquals(202, drained.status(), drained::toString);
        }
    }

    /** A line that cannot be kept is reported; it holds up neither its own import nor the next one. */
    private static void awaitDone(ApiClient api, String path) {
        long deadline = System.nanoTime() + IMPORT_LIMIT.toNanos();
        String state = "";
        while (!state.equals("DONE")) {
            ApiClient.Reply reply = api.get(path).send();
            state = reply.json().path("state").asText();
            assertTrue(System.nanoTime() - deadline < 0, reply::toString);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
