package io.storegrid.compute.gateway;

import io.storegrid.domain.Cart;
import io.storegrid.domain.Order;
import io.storegrid.domain.Person;
import java.util.ArrayList;
import java.util.List;

/** All that is kept of one customer. Crosses the grid. */
public final class CustomerFile {

    private final ArrayList<Cart> carts;
    private final ArrayList<Purchase> purchases;

    public CustomerFile(List<Cart> carts, List<Purchase> purchases) {
        this.carts = new ArrayList<>(carts);
        this.purchases = new ArrayList<>(purchases);
    }

    /** Carts that name the customer, by id. */
    public List<Cart> carts() {
        return List.copyOf(carts);
    }

    /** Orders that the customer placed, newest first. */
    public List<Purchase> purchases() {
        return List.copyOf(purchases);
    }

    /** Whether nothing is kept. */
    public boolean empty() {
        return carts.isEmpty() && purchases.isEmpty();
    }

    /** An order and who placed it. Crosses the grid. */
    public static final class Purchase {

        private final Order order;
        private final Person person;

        public Purchase(Order order, Person person) {
            this.order = order;
            this.person = person;
        }

        public Order order() {
            return order;
        }

        public Person person() {
            return person;
        }
    }
}
