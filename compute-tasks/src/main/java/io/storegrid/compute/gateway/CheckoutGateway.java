package io.storegrid.compute.gateway;

import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.domain.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The one door for commands on orders: each is carried out as by {@link CommandGateway}, and what it leaves to be done about
 * money is begun. Futures fail as that gateway's do. Thread-safe.
 */
public interface CheckoutGateway {

    /**
     * Places an order and has it paid.
     *
     * @return the order as its payment left it: CREATED when it is paid, or its provider will say later; PAYMENT_DECLINED; or
     *     why it could not be placed. The same key gets the same answer. A payment whose end is not known by the deadline is
     *     a fault with OUTCOME_UNKNOWN: it goes on, and the key tells its end
     */
    CompletableFuture<Answer> place(PlaceOrder command, Duration deadline);

    /** Carries out any other command on an order. */
    CompletableFuture<Answer> execute(Command command, Duration deadline);
}
