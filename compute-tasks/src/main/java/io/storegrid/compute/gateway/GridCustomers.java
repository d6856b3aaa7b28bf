package io.storegrid.compute.gateway;

import io.storegrid.compute.Fault;
import io.storegrid.compute.StoreAccess;
import io.storegrid.compute.StoreRead;
import io.storegrid.compute.command.ForgetCustomer;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** {@link Customers} in front of the carts in the grid and the people in PostgreSQL. */
public final class GridCustomers implements Customers {

    private final StoreAccess store;
    private final CommandGateway commands;
    private final Duration deadline;

    /** @param deadline the longest that erasing one customer waits for carts */
    public GridCustomers(StoreAccess store, CommandGateway commands, Duration deadline) {
        this.store = store;
        this.commands = commands;
        this.deadline = deadline;
    }

    @Override
    public CustomerFile file(String customerId) {
        return StoreRead.asked(() -> store.customer(customerId));
    }

    @Override
    public void forget(String customerId) {
        List<CompletableFuture<Answer>> running = new ArrayList<>();
        for (Cart cart : file(customerId).carts()) {
            running.add(commands.execute(new ForgetCustomer(cart.id()), deadline));
        }
        try {
            // Carts first: one that becomes an order meanwhile would name the customer again.
            for (CompletableFuture<Answer> one : running) {
                one.join();
            }
        } catch (CompletionException e) {
            if (e.getCause() instanceof Fault fault) {
                throw fault;
            }
            throw e;
        }
        int unused = StoreRead.asked(() -> store.forgetBuyer(customerId));
    }
}
