package io.storegrid.torture.agent;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.storegrid.compute.StoreCaches;
import io.storegrid.domain.Cart;
import io.storegrid.domain.CartLine;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.torture.history.FinalState;
import io.storegrid.torture.history.FinalState.CartRow;
import io.storegrid.torture.history.FinalState.Copy;
import io.storegrid.torture.history.FinalState.HoldRow;
import io.storegrid.torture.history.FinalState.OrderRow;
import io.storegrid.torture.history.FinalState.StockRow;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.cache.Cache;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.apache.ignite.cache.CachePeekMode;

/**
 * Tells what entries this very node has in memory, as owner and as backup: over HTTP one sees owners' copies only. Asked by a
 * file in the node's directory, because that goes on working whatever else is broken.
 */
final class CopiesTeller {

    private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private CopiesTeller() {}

    static void start(Path home) {
        Thread thread = new Thread(() -> run(home), "torture-copies");
        thread.setDaemon(true);
        thread.start();
    }

    @SuppressWarnings("InfiniteLoopStatement")
    private static void run(Path home) {
        while (true) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            if (Files.exists(home.resolve(Hooks.COPIES_WANTED))) {
                try {
                    Files.delete(home.resolve(Hooks.COPIES_WANTED));
                    tell(home);
                } catch (IOException | RuntimeException e) {
                    // The harness waits for the file with a deadline, and says so.
                    System.err.println("the copies cannot be told: " + e);
                }
            }
        }
    }

    private static void tell(Path home) throws IOException {
        Path unfinished = home.resolve(Hooks.COPIES + ".unfinished");
        Ignite ignite = Ignition.allGrids().get(0);
        try (BufferedWriter lines = Files.newBufferedWriter(unfinished)) {
            CopiesTeller.<InventoryItem>tell(
                    lines,
                    ignite,
                    StoreCaches.INVENTORY,
                    item -> FinalState.fields(new StockRow(item.onHand(), item.reserved(), item.version())));
            CopiesTeller.<Reservation>tell(lines, ignite, StoreCaches.RESERVATIONS, CopiesTeller::fields);
            CopiesTeller.<Cart>tell(lines, ignite, StoreCaches.CARTS, CopiesTeller::fields);
            CopiesTeller.<Order>tell(lines, ignite, StoreCaches.ORDERS, CopiesTeller::fields);
        }
        Files.move(unfinished, home.resolve(Hooks.COPIES), StandardCopyOption.ATOMIC_MOVE);
    }

    private static <V> void tell(
            BufferedWriter lines, Ignite ignite, String name, Function<V, SortedMap<String, String>> fields)
            throws IOException {
        IgniteCache<String, V> cache = ignite.<String, V>cache(name).withSkipStore();
        for (CachePeekMode mode : new CachePeekMode[] {CachePeekMode.PRIMARY, CachePeekMode.BACKUP}) {
            for (Cache.Entry<String, V> entry : cache.localEntries(mode)) {
                lines.write(MAPPER.writeValueAsString(new Copy(
                        ignite.name(),
                        name,
                        entry.getKey(),
                        mode == CachePeekMode.PRIMARY,
                        fields.apply(entry.getValue()))));
                lines.newLine();
            }
        }
    }

    private static SortedMap<String, String> fields(Reservation hold) {
        SortedMap<String, Integer> units = new TreeMap<>();
        for (ReservationLine line : hold.lines()) {
            units.put(line.sku(), line.quantity());
        }
        return FinalState.fields(new HoldRow(
                hold.state(),
                Objects.requireNonNullElse(hold.cartId(), ""),
                hold.createdAtMicros(),
                hold.expiresAtMicros(),
                hold.version(),
                units,
                Objects.requireNonNullElse(hold.orderId(), "")));
    }

    private static SortedMap<String, String> fields(Order order) {
        SortedMap<String, Integer> units = new TreeMap<>();
        for (OrderLine line : order.lines()) {
            units.merge(line.sku(), line.quantity(), Integer::sum);
        }
        return FinalState.fields(new OrderRow(
                order.state(),
                order.payment().state(),
                order.cartId(),
                order.reservationId(),
                order.total().amountMinor(),
                order.createdAtMicros(),
                order.updatedAtMicros(),
                order.version(),
                units));
    }

    private static SortedMap<String, String> fields(Cart cart) {
        SortedMap<String, Integer> units = new TreeMap<>();
        for (CartLine line : cart.lines()) {
            units.put(line.sku(), line.quantity());
        }
        return FinalState.fields(new CartRow(
                cart.deleted(),
                Objects.requireNonNullElse(cart.reservationId(), ""),
                cart.version(),
                units,
                Objects.requireNonNullElse(cart.orderId(), "")));
    }
}
