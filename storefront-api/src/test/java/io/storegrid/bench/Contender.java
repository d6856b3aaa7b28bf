package io.storegrid.bench;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One way to write reservations, measured against others. Starts with no rows. {@link #reserve} is thread-safe. */
interface Contender extends AutoCloseable {

    /** What it is called in tables. */
    String name();

    /** Makes stock, before anything is measured. */
    void stock(List<String> skus, long onHand);

    /** Whether the order was held (true) or refused (false), once that is committed. */
    CompletableFuture<Boolean> reserve(Order order);

    /** What its books say. */
    Books books();

    /** Commands in one transaction on average since the last call; 1 where each has its own. */
    default double batch() {
        return 1;
    }

    @Override
    void close();
}
