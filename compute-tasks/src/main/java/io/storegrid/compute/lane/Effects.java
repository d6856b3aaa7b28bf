package io.storegrid.compute.lane;

import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import java.util.HashMap;
import java.util.Map;

/**
 * What a committed batch made of its rows, as PostgreSQL returned it: what the caches are to show (PROTOCOL 20).
 */
final class Effects {

    private final Map<String, InventoryItem> stock = new HashMap<>();
    private final Map<String, Reservation> reservations = new HashMap<>();
    private final Map<String, Cart> carts = new HashMap<>();
    private final Map<String, Product> products = new HashMap<>();
    private final Map<String, Order> orders = new HashMap<>();

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

    Map<String, Order> orders() {
        return orders;
    }

    boolean none() {
        return stock.isEmpty() && reservations.isEmpty() && carts.isEmpty() && products.isEmpty() && orders.isEmpty();
    }
}
