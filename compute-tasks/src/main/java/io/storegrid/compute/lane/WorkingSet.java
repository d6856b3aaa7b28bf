package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.Order;
import io.storegrid.domain.Person;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.OrderSql;
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
    private final Map<String, OrderRow> orders = new HashMap<>();
    private final Map<String, Integer> holdsOfCart = new HashMap<>();
    private final List<Reservation> made = new ArrayList<>();
    private final List<OrderSql.Buyer> people = new ArrayList<>(0);
    private final Map<String, Answer> amended = new HashMap<>();
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

    void put(String id, OrderRow row) {
        orders.put(id, row);
    }

    /** @param count live holds that name this cart, its row being locked */
    void putHoldsOf(String cartId, int count) {
        holdsOfCart.put(cartId, count);
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

    OrderRow order(String id) {
        return known(orders.get(id), id);
    }

    /** Adds a new reservation; its stock was taken before. */
    void make(Reservation reservation) {
        made.add(reservation);
        if (reservation.cartId() != null) {
            holdsOfCart.computeIfPresent(reservation.cartId(), (cart, count) -> count + 1);
        }
    }

    /** Adds a row for a new order. */
    OrderRow make(Order order) {
        OrderRow row = new OrderRow(null);
        orders.put(order.id(), row);
        return row;
    }

    /** Keeps who placed a new order. */
    void make(String orderId, Person person) {
        people.add(new OrderSql.Buyer(orderId, person));
    }

    /** Live holds of a cart, those made by this batch included. */
    int holdsOf(String cartId) {
        return known(holdsOfCart.get(cartId), cartId);
    }

    /** Has another answer stand under the key of an earlier command. */
    void amend(String key, Answer answer) {
        amended.put(key, answer);
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

    Map<String, OrderRow> orders() {
        return orders;
    }

    List<OrderSql.Buyer> people() {
        return people;
    }

    /** Answers that are to stand under keys of earlier commands, by key. */
    Map<String, Answer> amended() {
        return amended;
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
