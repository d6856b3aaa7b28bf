package io.storegrid.grid;

import io.storegrid.domain.ReservationId;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;

/**
 * Where a key lives: a reservation in the partition that its id carries, so beside the stock of its first SKU; everything
 * else where rendezvous hashing puts it. All caches use equal functions, so one partition of all of them has one owner and
 * a SKU's product, stock and holds are on one node.
 */
public final class StoreAffinity extends RendezvousAffinityFunction {

    private static final long serialVersionUID = 1L;

    /**
     * Partitions of each cache. A power of two, so that the partition is a mask and not a division; 256 leaves 16 to each
     * of 16 nodes, which keeps their shares within some tens of percent, while every partition costs memory and exchange
     * time in each of the four caches. Part of the form of every reservation id that is handed out: a grid cannot change it
     * while reservations live.
     */
    public static final int PARTITIONS = 256;

    public StoreAffinity() {
        super(false, PARTITIONS);
    }

    @Override
    public int partition(Object key) {
        if (key instanceof String id && ReservationId.isValid(id)) {
            int partition = ReservationId.partition(id);
            if (partition < PARTITIONS) {
                return partition;
            }
        }
        return super.partition(key);
    }
}
