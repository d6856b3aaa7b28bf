package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.ReservationId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.ignite.cache.CacheMetrics;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cluster.ClusterMetrics;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.ClusterMetricsSnapshot;
import org.apache.ignite.lang.IgniteProductVersion;
import org.apache.ignite.spi.discovery.DiscoveryMetricsProvider;
import org.apache.ignite.spi.discovery.tcp.internal.TcpDiscoveryNode;
import org.junit.jupiter.api.Test;

class StoreAffinityTest {

    private static final String ENTROPY = "0123456789abcdef0123456789abcdef";

    private final StoreAffinity affinity = new StoreAffinity();

    @Test
    void putsAReservationWhereItsIdSays() {
        for (int partition = 0; partition < StoreAffinity.PARTITIONS; partition++) {
            assertEquals(partition, affinity.partition(ReservationId.of(partition, ENTROPY)));
        }
    }

    @Test
    void putsEverythingElseByHash() {
        RendezvousAffinityFunction plain = new RendezvousAffinityFunction(false, StoreAffinity.PARTITIONS);
        for (String key : new String[] {"SKU-1", "rsv_", "rsv_0001", "cart_" + ENTROPY, "rsv_zzzz" + ENTROPY}) {
            assertEquals(plain.partition(key), affinity.partition(key), key);
        }
    }

    @Test
    void keepsCopiesInDifferentZonesWhileThereAreTwo() {
        List<ClusterNode> nodes =
                List.of(node(1, "north"), node(2, "north"), node(3, "north"), node(4, "south"), node(5, "south"));
        for (int partition = 0; partition < StoreAffinity.PARTITIONS; partition++) {
            List<ClusterNode> copies = affinity.assignPartition(partition, nodes, 1, null);
            assertEquals(2, copies.size());
            assertEquals(2, copies.stream().map(NodeAttributes::zone).distinct().count());
        }
    }

    @Test
    void keepsTwoCopiesWhereThereIsOneZoneOrNone() {
        RendezvousAffinityFunction plain = new RendezvousAffinityFunction(false, StoreAffinity.PARTITIONS);
        List<ClusterNode> one = List.of(node(1, "north"), node(2, "north"), node(3, "north"));
        List<ClusterNode> none = List.of(node(1, ""), node(2, ""), node(3, ""));
        for (int partition = 0; partition < StoreAffinity.PARTITIONS; partition++) {
            assertEquals(2, new HashSet<>(affinity.assignPartition(partition, one, 1, null)).size());
            assertEquals(
                    plain.assignPartition(partition, none, 1, null),
                    affinity.assignPartition(partition, none, 1, null));
        }
    }

    private static final DiscoveryMetricsProvider NO_METRICS = new DiscoveryMetricsProvider() {
        @Override
        public ClusterMetrics metrics() {
            return new ClusterMetricsSnapshot();
        }

        @Override
        public Map<Integer, CacheMetrics> cacheMetrics() {
            return Map.of();
        }
    };

    private static ClusterNode node(int number, String zone) {
        TcpDiscoveryNode node = new TcpDiscoveryNode(
                new UUID(0, number),
                List.of("127.0.0.1"),
                List.of(),
                0,
                NO_METRICS,
                new IgniteProductVersion(),
                "node-" + number);
        node.setAttributes(Map.of("storegrid.name", "node-" + number, "storegrid.zone", zone));
        return node;
    }

    @Test
    void staysInRangeForAnIdOfAnotherLayout() {
        int partition = affinity.partition(ReservationId.of(0xffff, ENTROPY));
        assertTrue(partition >= 0 && partition < StoreAffinity.PARTITIONS);
    }
}
