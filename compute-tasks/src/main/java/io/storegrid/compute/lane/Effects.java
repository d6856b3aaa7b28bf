package io.storegrid.compute.lane;

import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a committed batch made of its rows, as PostgreSQL returned it: what the caches are to show (PROTOCOL 20). Sorted by
 * key, because ATOMIC caches lock the entries of one bulk operation in the order given.
 */
final class Effects {

    private final Map<String, InventoryItem> stock = new TreeMap<>();
    private final Map<String, Reservation> reservations = new TreeMap<>();
    private final Map<String, Cart> carts = new TreeMap<>();
    private final Map<String, Product> products = new TreeMap<>();

    Map<String, InventoryItem> stock() {
        return stock;
    }

    Map<String, Reservation> reservations() {
        return reservations;
    }

    Map<String, Cart> carts() {
        return carts;
    }

    Map<String, Product> products() {
        return products;
    }

    boolean none() {
        return stock.isEmpty() && reservations.isEmpty() && carts.isEmpty() && products.isEmpty();
    }
}
