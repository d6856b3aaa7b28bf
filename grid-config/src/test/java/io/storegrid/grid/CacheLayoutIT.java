package io.storegrid.grid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.storegrid.compute.StoreCaches;
import io.storegrid.compute.gateway.Operations;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.domain.ReservationId;
import io.storegrid.persistence.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.affinity.Affinity;
import org.apache.ignite.cluster.ClusterNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CacheLayoutIT {

    private static final String ENTROPY = "0123456789abcdef0123456789abcdef";

    private final TestDatabase database = TestDatabase.create();
    private final TestGrid grid = TestGrid.start(3, database.settings());

    @BeforeAll
    void fillStore() {
        database.execute("INSERT INTO product (sku, title, description, category, price_minor, currency, attributes,"
                + " media_urls, archived, version, updated_at) SELECT 'SKU-' || i, 'Brigadeiro ' || i, '', 'Doces', 100,"
                + " 'BRL', '{}', '{}', false, 1, now() FROM generate_series(1, 500) i");
        database.execute("INSERT INTO inventory (sku, on_hand, reserved, version)"
                + " SELECT 'SKU-' || i, i, 0, 1 FROM generate_series(1, 500) i");
    }

    @AfterAll
    void stop() {
        grid.close();
        database.close();
    }

    @Test
    void keepsStockProductsAndHoldsOfOnePartitionTogether() {
        for (Ignite node : grid.nodes()) {
            Affinity<String> stock = node.affinity(StoreCaches.INVENTORY);
            for (int i = 1; i <= 500; i++) {
                String sku = "SKU-" + i;
                List<ClusterNode> owners = List.copyOf(stock.mapKeyToPrimaryAndBackups(sku));
                assertEquals(2, owners.size());
                assertEquals(
                        owners,
                        List.copyOf(node.<String>affinity(StoreCaches.PRODUCTS).mapKeyToPrimaryAndBackups(sku)));
                String hold = ReservationId.of(stock.partition(sku), ENTROPY);
                assertEquals(
                        owners,
                        List.copyOf(
                                node.<String>affinity(StoreCaches.RESERVATIONS).mapKeyToPrimaryAndBackups(hold)));
            }
        }
    }

    @Test
    void givesEveryNodeItsShare() {
        int[] shares = grid.nodes().stream()
                .mapToInt(node -> node.affinity(StoreCaches.INVENTORY)
                        .primaryPartitions(node.cluster().localNode())
                        .length)
                .toArray();
        assertEquals(StoreAffinity.PARTITIONS, shares[0] + shares[1] + shares[2]);
        for (int share : shares) {
            assertTrue(share > StoreAffinity.PARTITIONS / 6, "unfair: " + share);
        }
    }

    @Test
    void readsThroughAndAnswersAlikeOnEveryNode() {
        for (int i = 1; i <= 500; i += 7) {
            for (Ignite node : grid.nodes()) {
                StoreCaches caches = new StoreCaches(node);
                InventoryItem item = caches.inventory().get("SKU-" + i);
                assertNotNull(item);
                assertEquals(i, item.onHand());
                assertEquals(
                        "Brigadeiro " + i, caches.products().get("SKU-" + i).title());
            }
        }
    }

    @Test
    void writesThroughAPlainPutBehindItsFence() {
        StoreCaches caches = new StoreCaches(grid.node(0));
        Product product = new Product(
                "NEW-1", "Pão de mel", "", "Doces", new Money(500, "BRL"), Map.of(), List.of(), 0, false, 1, 1);
        caches.products().put("NEW-1", product);
        assertThrows(javax.cache.CacheException.class, () -> caches.products().put("NEW-1", product.stored(9, 2)));
    }

    @Test
    void losesNothingWhenANodeLeavesAndSharesWithOneThatJoins() {
        StoreCaches caches = new StoreCaches(grid.node(0));
        List<String> skus = new ArrayList<>();
        for (int i = 1; i <= 200; i++) {
            skus.add("SKU-" + i);
        }
        for (String sku : skus) {
            assertNotNull(caches.inventory().get(sku));
        }
        Ignite last = grid.add();
        grid.stop(last);
        for (Ignite node : grid.nodes()) {
            for (String sku : skus) {
                assertNotNull(new StoreCaches(node).inventory().get(sku));
            }
        }
    }

    @Test
    void refusesStrangersAndNamesakes() {
        // At once, because a refusal is mostly waiting.
        CompletableFuture<IgniteException> refused = CompletableFuture.supplyAsync(
                () -> assertThrows(IgniteException.class, () -> grid.add("stranger", "another-grid")));
        String taken = grid.node(0).name();
        IgniteException namesake = assertThrows(IgniteException.class, () -> grid.add(taken, "test"));
        assertTrue(StartProblem.of(namesake, settings(taken)).getMessage().contains("one of that name"));
        IgniteException stranger = refused.join();
        assertTrue(StartProblem.of(stranger, settings("stranger")).getMessage().contains("the grid is called test"));
        assertEquals(3, grid.node(0).cluster().nodes().size());
    }

    @Test
    void tellsHowTheGridStands() {
        Ignite node = grid.node(1);
        GridOperations operations = new GridOperations(
                node, 3, () -> true, () -> {}, () -> new Operations.ReconcileReport(0, 0, 0, 0), List::of, sku -> {
                    throw new AssertionError("nobody asked for the ledger");
                });
        {
            TestGrid.await(
                    Duration.ofSeconds(5),
                    "readiness",
                    () -> operations.readiness().ready());
            Operations.Topology topology = operations.topology();
            assertEquals(3, topology.nodes().size());
            assertEquals(
                    StoreAffinity.PARTITIONS,
                    topology.nodes().stream()
                            .mapToInt(Operations.GridNode::primaryPartitions)
                            .sum());
            assertEquals(List.of(), topology.lostPartitions());
            assertEquals(
                    1,
                    topology.nodes().stream().filter(Operations.GridNode::local).count());
            Operations.Affinity affinity = operations.affinity("SKU-1");
            assertEquals(1, affinity.backups().size());
            assertNotNull(affinity.primary());
            operations.drain();
            assertEquals(
                    List.of("notDraining"),
                    operations.readiness().checks().stream()
                            .filter(check -> !check.holds())
                            .map(Operations.Check::name)
                            .toList());
        }
    }

    private static NodeSettings settings(String name) {
        return NodeSettings.of(Map.of(Setting.NAME, name));
    }
}
