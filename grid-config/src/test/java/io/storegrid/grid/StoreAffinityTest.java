package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.domain.ReservationId;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
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
    void staysInRangeForAnIdOfAnotherLayout() {
        int partition = affinity.partition(ReservationId.of(0xffff, ENTROPY));
        assertTrue(partition >= 0 && partition < StoreAffinity.PARTITIONS);
    }
}
