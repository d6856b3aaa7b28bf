package io.storegrid.grid;

import io.storegrid.domain.OrderId;
import io.storegrid.domain.ReservationId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cluster.ClusterNode;
import org.jspecify.annotations.Nullable;

/**
 * Where a key lives: a reservation or an order in the partition that its id carries, so beside the stock of its first SKU; everything
 * else where rendezvous hashing puts it. All caches use equal functions, so one partition of all of them has one owner and
 * a SKU's product, stock, holds and orders are on one node.
 */
public final class StoreAffinity extends RendezvousAffinityFunction {

    private static final long serialVersionUID = 1L;

    /**
     * Partitions of each cache. A power of two, so that the partition is a mask and not a division; 256 leaves 16 to each
     * of 16 nodes, which keeps their shares within some tens of percent, while every partition costs memory and exchange
     * time in each of the caches. Part of the form of every reservation id that is handed out: a grid cannot change it
     * while reservations live.
     */
    public static final int PARTITIONS = 256;

    public StoreAffinity() {
        super(false, PARTITIONS);
    }

    /**
     * As rendezvous hashing has it, but with the copies of a partition in different zones as long as there are zones enough:
     * of the nodes in their order, the first one of each zone that has none yet, then whoever comes next.
     */
    @Override
    public List<ClusterNode> assignPartition(
            int part,
            List<ClusterNode> nodes,
            int backups,
            @Nullable Map<UUID, Collection<ClusterNode>> neighborhoodCache) {
        int copies = Math.min(backups == Integer.MAX_VALUE ? nodes.size() : backups + 1, nodes.size());
        List<ClusterNode> ranked = super.assignPartition(part, nodes, nodes.size(), neighborhoodCache);
        List<ClusterNode> chosen = new ArrayList<>(copies);
        Set<String> zones = new HashSet<>();
        for (ClusterNode node : ranked) {
            if (chosen.size() < copies && zones.add(NodeAttributes.zone(node))) {
                chosen.add(node);
            }
        }
        for (ClusterNode node : ranked) {
            if (chosen.size() < copies && !chosen.contains(node)) {
                chosen.add(node);
            }
        }
        return chosen;
    }

    @Override
    public int partition(Object key) {
        if (key instanceof String id) {
            int partition = partitionIn(id);
            if (partition >= 0 && partition < PARTITIONS) {
                return partition;
            }
        }
        return super.partition(key);
    }

    /** The partition that an id carries; -1 when it is of a kind that carries none. */
    private static int partitionIn(String id) {
        if (ReservationId.isValid(id)) {
            return ReservationId.partition(id);
        }
        return OrderId.isValid(id) ? OrderId.partition(id) : -1;
    }
}
