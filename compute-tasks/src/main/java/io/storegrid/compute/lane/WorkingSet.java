package io.storegrid.compute.lane;

import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Reservation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Everything a batch reads and changes while it is decided: one row object for each row, shared by all members, so that
 * each member sees what those before it did. Decisions are made here and nowhere else; nothing here talks to the database
 * or the grid. Used by the lane's thread only.
 */
final class WorkingSet {

    private final Map<String, StockRow> stock = new HashMap<>();
    private final Map<String, HoldRow> holds = new HashMap<>();
    private final Map<String, CartRow> carts = new HashMap<>();
    private final Map<String, ProductEntry> products = new HashMap<>();
    private final List<Reservation> made = new ArrayList<>();
    private final long atMicros;
    private final ToIntFunction<String> partitionOf;

    /**
     * @param atMicros the database's time of this batch, microseconds since the epoch
     * @param partitionOf the partition of a SKU, for ids of new reservations
     */
    WorkingSet(long atMicros, ToIntFunction<String> partitionOf) {
        this.atMicros = atMicros;
        this.partitionOf = partitionOf;
    }

    long atMicros() {
        return atMicros;
    }

    int partitionOf(String sku) {
        return partitionOf.applyAsInt(sku);
    }

    void put(String sku, StockRow row) {
        stock.put(sku, row);
    }

    void put(String id, HoldRow row) {
        holds.put(id, row);
    }

    void put(String id, CartRow row) {
        carts.put(id, row);
    }

    void put(String sku, ProductEntry row) {
        products.put(sku, row);
    }

    StockRow stock(String sku) {
        return known(stock.get(sku), sku);
    }

    HoldRow hold(String id) {
        return known(holds.get(id), id);
    }

    CartRow cart(String id) {
        return known(carts.get(id), id);
    }

    ProductEntry product(String sku) {
        return known(products.get(sku), sku);
    }

    /** Adds a new hold; its stock was taken before. */
    void make(Reservation reservation) {
        made.add(reservation);
    }

    Map<String, StockRow> stock() {
        return stock;
    }

    Map<String, HoldRow> holds() {
        return holds;
    }

    Map<String, CartRow> carts() {
        return carts;
    }

    Map<String, ProductEntry> products() {
        return products;
    }

    List<Reservation> made() {
        return made;
    }

    private static <R> R known(@Nullable R row, String key) {
        if (row == null) {
            throw new InvariantViolation("a batch decides on what it did not load [key=" + key + "]");
        }
        return row;
    }
}
