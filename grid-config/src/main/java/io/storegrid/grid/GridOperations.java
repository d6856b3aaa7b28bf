package io.storegrid.grid;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.gateway.Operations;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/** The {@link Operations} of this node: the grid's side is answered here, the books' side by whoever keeps them. Thread-safe. */
public final class GridOperations implements Operations {

    private static final List<String> CACHES =
            List.of(StoreCaches.PRODUCTS, StoreCaches.INVENTORY, StoreCaches.CARTS, StoreCaches.RESERVATIONS);

    private final Ignite ignite;
    private final int expectedNodes;
    private final BooleanSupplier storeUp;
    private final Runnable leave;
    private final Supplier<ReconcileReport> reconcile;
    private final Supplier<List<Invariant>> invariants;
    private final Function<Optional<String>, LedgerReport> verifyLedger;
    private final AtomicBoolean draining = new AtomicBoolean();

    /**
     * @param expectedNodes nodes that the grid is meant to have
     * @param storeUp whether PostgreSQL answers
     * @param leave finishes what runs and ends this node; called at most once, on a thread of its own
     * @param reconcile compares the grid with PostgreSQL and heals
     * @param invariants runs the SQL invariants
     * @param verifyLedger verifies the ledger of one SKU, or all of it
     */
    public GridOperations(
            Ignite ignite,
            int expectedNodes,
            BooleanSupplier storeUp,
            Runnable leave,
            Supplier<ReconcileReport> reconcile,
            Supplier<List<Invariant>> invariants,
            Function<Optional<String>, LedgerReport> verifyLedger) {
        this.ignite = ignite;
        this.expectedNodes = expectedNodes;
        this.storeUp = storeUp;
        this.leave = leave;
        this.reconcile = reconcile;
        this.invariants = invariants;
        this.verifyLedger = verifyLedger;
    }

    @Override
    public Readiness readiness() {
        int nodes = GridFacts.dataNodes(ignite);
        boolean active = nodes > 0 && ignite.cluster().state().active();
        // A node without data that has lost the grid must not be asked about it: Ignite throws at every question.
        List<String> moving = (nodes == 0 ? List.<String>of() : CACHES)
                .stream()
                        .filter(cache -> !GridFacts.rebalanced(ignite, cache))
                        .map(cache -> cache + ": " + GridFacts.keysToCome(ignite.cache(cache)) + " keys to come")
                        .toList();
        List<Check> checks = List.of(
                new Check("joined", nodes > 0, nodes + " node(s) keep data"),
                new Check("cachesActive", active, active ? "" : "the grid is deactivated"),
                new Check("rebalanced", moving.isEmpty(), String.join(", ", moving)),
                new Check("quorum", quorum(), nodes + " of " + expectedNodes + " expected nodes"),
                new Check("notDraining", !draining.get(), draining.get() ? "this node is leaving" : ""));
        return new Readiness(checks, !storeUp.getAsBoolean());
    }

    /** Whether this node sees more than half of the nodes that the grid is meant to have. */
    private boolean quorum() {
        return GridFacts.quorum(ignite, expectedNodes);
    }

    @Override
    public Topology topology() {
        requireGrid();
        org.apache.ignite.cache.affinity.Affinity<Object> affinity = ignite.affinity(StoreCaches.INVENTORY);
        List<GridNode> nodes = ignite.cluster().nodes().stream()
                .sorted(Comparator.comparingLong(ClusterNode::order))
                .map(node -> new GridNode(
                        NodeAttributes.name(node),
                        GridFacts.discoveryAddress(node),
                        node.order(),
                        NodeAttributes.role(node).name().toLowerCase(java.util.Locale.ROOT),
                        node.isLocal(),
                        affinity.primaryPartitions(node).length,
                        affinity.backupPartitions(node).length))
                .toList();
        List<RebalanceProgress> progress = new ArrayList<>();
        TreeSet<Integer> lost = new TreeSet<>();
        for (String name : CACHES) {
            IgniteCache<Object, Object> cache = ignite.cache(name);
            boolean done = GridFacts.rebalanced(ignite, name);
            progress.add(new RebalanceProgress(name, done, done ? 0 : GridFacts.keysToCome(cache)));
            lost.addAll(cache.lostPartitions());
        }
        return new Topology(
                ignite.cluster().topologyVersion(), affinity.partitions(), nodes, progress, List.copyOf(lost));
    }

    @Override
    public Operations.Affinity affinity(String sku) {
        requireGrid();
        org.apache.ignite.cache.affinity.Affinity<Object> affinity = ignite.affinity(StoreCaches.INVENTORY);
        List<String> names = affinity.mapKeyToPrimaryAndBackups(sku).stream()
                .map(NodeAttributes::name)
                .toList();
        return new Operations.Affinity(
                sku,
                affinity.partition(sku),
                names.isEmpty() ? null : names.get(0),
                names.subList(Math.min(1, names.size()), names.size()));
    }

    private void requireGrid() {
        if (GridFacts.dataNodes(ignite) == 0) {
            throw new Fault(FaultCode.NO_QUORUM, "this node sees no node with data");
        }
    }

    @Override
    public void drain() {
        if (draining.compareAndSet(false, true)) {
            new Thread(leave, "storegrid-drain").start();
        }
    }

    @Override
    public ReconcileReport reconcile() {
        requireGrid();
        return reconcile.get();
    }

    @Override
    public LedgerReport verifyLedger(@Nullable String sku) {
        return verifyLedger.apply(Optional.ofNullable(sku));
    }

    @Override
    public List<Invariant> invariants() {
        return invariants.get();
    }
}
