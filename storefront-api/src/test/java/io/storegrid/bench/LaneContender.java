package io.storegrid.bench;

import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.lane.LaneSettings;
import io.storegrid.domain.InventoryItem;
import io.storegrid.grid.TestStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import javax.cache.Cache;

/** The product below HTTP: gateway, lane, one transaction, caches of a grid of one node. */
final class LaneContender implements Contender {

    private static final String MEMORY = "2GB";

    private final TestStore store = TestStore.start(1, LaneSettings.DEFAULT, MEMORY);
    private double batchesBefore;
    private double membersBefore;

    @Override
    public String name() {
        return "lane";
    }

    @Override
    public void stock(List<String> skus, long onHand) {
        skus.stream()
                .map(sku -> store.send(new SetStock(null, sku, onHand, 0, "bench")))
                .toList()
                .forEach(TestStore::await);
    }

    @Override
    public CompletableFuture<Boolean> reserve(Order order) {
        CommandKey key = new CommandKey(order.key(), SqlRows.fingerprint(order));
        ReserveStock command = new ReserveStock(key, order.lines(), SqlRows.TTL_SECONDS * 1_000, null, order.entropy());
        return store.runtime(0)
                .commands()
                .execute(command, TestStore.DEADLINE)
                .thenApply(answer -> answer.outcome().accepted());
    }

    TestStore store() {
        return store;
    }

    @Override
    public Books books() {
        long reserved = 0;
        for (Cache.Entry<String, InventoryItem> entry :
                store.grid().node(0).<String, InventoryItem>cache("inventory")) {
            reserved += entry.getValue().reserved();
        }
        try (Connection connection = store.database().connect()) {
            return Books.read(connection, OptionalLong.of(reserved));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public double batch() {
        double batches = store.recordings("storegrid.lane.batch.size");
        double members = store.recorded("storegrid.lane.batch.size");
        double mean = (members - membersBefore) / Math.max(1, batches - batchesBefore);
        batchesBefore = batches;
        membersBefore = members;
        return mean;
    }

    @Override
    public void close() {
        store.stop();
    }
}
