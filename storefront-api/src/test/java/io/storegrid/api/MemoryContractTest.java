package io.storegrid.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.storegrid.api.contract.ContractDrive;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The whole of HTTP in front of a store in memory: server, router, routes, problem documents. */
class MemoryContractTest extends HttpFixture {

    private static final int REQUESTS = 12_000;
    private static final long LIMIT_NANOS = TimeUnit.SECONDS.toNanos(8);

    @Test
    void answersAsDocumentedWhateverIsSent() throws Exception {
        long seed = Long.getLong("edge.seed", System.nanoTime());
        for (int i = 0; i < 5; i++) {
            stocked("A" + i, 100);
        }
        ContractDrive drive = new ContractDrive(node.api().port(), seed);
        int sent = drive.runUntilAllSucceeded(2, REQUESTS, System.nanoTime() + LIMIT_NANOS);
        System.out.println("MemoryContractTest [seed=" + seed + ", requests=" + sent + "] " + drive.statuses());
        List<String> findings = drive.findings();
        assertEquals("", String.join("\n", findings), () -> "seed=" + seed);
        assertEquals(List.of(), drive.neverSucceeded());
        assertEquals(0, node.imports().spooledFiles());
    }
}
