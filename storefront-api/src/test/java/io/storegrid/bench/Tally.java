package io.storegrid.bench;

import io.storegrid.compute.command.Entropy;
import io.storegrid.domain.ReservationLine;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What callers were told by one contender that several loads share, one unit an order, to hold its books against.
 * Thread-safe.
 */
final class Tally {

    private final Contender contender;
    private final AtomicLong held = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();

    Tally(Contender contender) {
        this.contender = contender;
    }

    /** Orders one unit of {@code sku}, {@code operations} times. */
    ClosedLoop.Run run(String sku, int callers, int operations) {
        List<ReservationLine> lines = List.of(new ReservationLine(sku, 1));
        ClosedLoop.Run run = ClosedLoop.run(() -> contender.reserve(order(lines)), callers, operations);
        add(run.held(), run.refused());
        return run;
    }

    void add(long moreHeld, long moreRefused) {
        held.addAndGet(moreHeld);
        refused.addAndGet(moreRefused);
    }

    static Order order(List<ReservationLine> lines) {
        return new Order(Demand.key(ThreadLocalRandom.current()), Entropy.digits(), lines);
    }

    /** Fails unless the books say what callers were told. */
    void check() {
        check(0);
    }

    /** As the other, with {@code ended} orders more that were held and whose holds have ended since. */
    void check(long ended) {
        // An order that ended has left its key and nothing else, like one that was refused.
        contender.books().check(contender.name(), held.get(), held.get(), refused.get() + ended);
    }
}
