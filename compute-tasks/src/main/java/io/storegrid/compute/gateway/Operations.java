package io.storegrid.compute.gateway;

import io.storegrid.domain.LedgerVerdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one door for whoever runs the store: how the grid stands, and the few things an operator may ask of it. Each method
 * may throw {@link io.storegrid.compute.Fault}; all but {@link #readiness} and {@link #drain} may block. Thread-safe.
 */
public interface Operations {

    /**
     * One condition of readiness.
     *
     * @param name a short word: {@code joined}, {@code cachesActive}, {@code rebalanced}, {@code quorum}, {@code notDraining}
     * @param detail for people; empty when there is nothing to say
     */
    record Check(String name, boolean holds, String detail) {}

    /**
     * Whether this node should be sent requests.
     *
     * @param checks every condition, in a fixed order; the node is ready when all hold
     * @param degraded PostgreSQL does not answer: reads go on, writes are refused; no reason not to be ready
     */
    record Readiness(List<Check> checks, boolean degraded) {

        /** Whether every condition holds. */
        public boolean ready() {
            return checks.stream().allMatch(Check::holds);
        }
    }

    /**
     * One node of the grid.
     *
     * @param name as given at its start
     * @param address where its peers reach it, host and port
     * @param order its place in the order of joining, from 1
     * @param role {@code all}, {@code data} or {@code api}
     * @param local whether this node answers
     * @param primaryPartitions partitions of the stock it decides on
     * @param backupPartitions partitions of the stock it keeps a copy of
     */
    record GridNode(
            String name,
            String address,
            long order,
            String role,
            boolean local,
            int primaryPartitions,
            int backupPartitions) {}

    /**
     * How far one cache has been spread after the last change of the grid.
     *
     * @param remainingKeys keys that still have to move to this node; 0 when {@code rebalanced}
     */
    record RebalanceProgress(String cache, boolean rebalanced, long remainingKeys) {}

    /**
     * The grid as this node sees it.
     *
     * @param version counts the changes of the grid
     * @param partitions of each cache
     * @param lostPartitions of any cache; both copies are gone
     */
    record Topology(
            long version,
            int partitions,
            List<GridNode> nodes,
            List<RebalanceProgress> rebalance,
            List<Integer> lostPartitions) {}

    /**
     * Who answers for a SKU.
     *
     * @param primary the deciding node's name; null while there is none
     * @param backups names of the nodes with a copy
     */
    record Affinity(String sku, int partition, @Nullable String primary, List<String> backups) {}

    /**
     * What a comparison of the grid with PostgreSQL found and healed.
     *
     * @param compared rows compared, all caches together
     * @param repaired copies that were older than their row and were replaced
     * @param ahead copies with a version above their row's: a defect, replaced too
     * @param tookMs milliseconds
     */
    record ReconcileReport(long compared, long repaired, long ahead, long tookMs) {}

    /**
     * One invariant of the store, as PostgreSQL holds it now.
     *
     * @param name I1, I2, …
     * @param claim what must be true
     * @param violations rows that break it
     * @param examples the first few of those rows, for people
     */
    record Invariant(String name, String claim, long violations, List<String> examples) {}

    /**
     * What a verification of the stock ledger found.
     *
     * @param tookMs milliseconds
     */
    record LedgerReport(LedgerVerdict verdict, long tookMs) {}

    /** Whether this node should be sent requests. Never waits for PostgreSQL or a peer. */
    Readiness readiness();

    /** The grid as this node sees it. */
    Topology topology();

    /** Who answers for {@code sku}, a valid SKU, known or not. */
    Affinity affinity(String sku);

    /**
     * Begins to take this node out: no new work, what runs is finished, then it leaves without losing a partition.
     * Returns at once; asking again changes nothing.
     */
    void drain();

    /** Compares the grid with PostgreSQL and heals what differs. Minutes for a large store. */
    ReconcileReport reconcile();

    /** Verifies the hash chains of the stock ledger, or that of {@code sku} alone. Minutes for a long one. */
    LedgerReport verifyLedger(@Nullable String sku);

    /** Every invariant that SQL can check, in order. */
    List<Invariant> invariants();
}
