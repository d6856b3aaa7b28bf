package io.storegrid.compute.gateway;

/** The one door to what is kept of people. Blocking, thread-safe; throws {@link io.storegrid.compute.Fault}. */
public interface Customers {

    /** All that is kept of one customer; empty when nothing is. */
    CustomerFile file(String customerId);

    /**
     * Erases one customer: carts lose the name, orders lose the person and keep their amounts. What was erased when it fails
     * stays erased; repeating it finishes the work.
     */
    void forget(String customerId);
}
