package io.storegrid.compute.lane;

import io.storegrid.compute.StoreClock;
import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.OrderSql;
import io.storegrid.persistence.ProductSql;
import io.storegrid.persistence.ReservationSql;
import io.storegrid.persistence.StockSql;
import io.storegrid.persistence.Times;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts together the rows that a batch is decided on, in one of two ways: from the lane's pictures, reading from PostgreSQL
 * what is unknown and what a refusal would rest on; or inside the transaction, under the locks of all rows. Used by the
 * lane's thread only.
 */
final class BatchReader {

    /** Rounds of "decide, read what memory may not refuse on"; each names rows that were not read before. */
    private static final int ROUNDS_MAX = 4;

    private final StoreClock clock;
    private final Copies<InventoryItem> stock;
    private final Copies<Cart> carts;
    private final Function<String, @Nullable Reservation> gridHold;
    private final Function<String, @Nullable Order> gridOrder;
    private final ToIntFunction<String> partitionOf;

    /**
     * @param gridHold this node's own copy of a reservation, if it has one: lines never change, and state and time are
     *     guarded, so an old copy costs a second try and nothing else
     * @param gridOrder this node's own copy of an order, if it has one; only what never changes is taken from it
     */
    BatchReader(
            StoreClock clock,
            int copiesMax,
            Function<String, @Nullable Reservation> gridHold,
            Function<String, @Nullable Order> gridOrder,
            ToIntFunction<String> partitionOf) {
        this.clock = clock;
        this.stock = new Copies<>(copiesMax);
        this.carts = new Copies<>(copiesMax);
        this.gridHold = gridHold;
        this.gridOrder = gridOrder;
        this.partitionOf = partitionOf;
    }

    /** What was read from PostgreSQL for this batch, after every member had entered the lane. */
    private static final class FreshReads {
        private final Transaction transaction;
        private final Map<String, StockSql.Reading> stock = new HashMap<>();
        private final Set<String> readStock = new HashSet<>();
        private final Map<String, ReservationSql.Reading> holds = new HashMap<>();
        private final Set<String> readHolds = new HashSet<>();
        private final Map<String, Cart> carts = new HashMap<>();
        private final Set<String> readCarts = new HashSet<>();

        FreshReads(Transaction transaction) {
            this.transaction = transaction;
        }
    }

    /** Gives the connection of the batch's transaction, once it is needed. */
    interface Transaction {
        Connection connection() throws SQLException;
    }

    /**
     * Decides {@code batch} on pictures; null when that leads nowhere and locks have to. What has to be read is read in the
     * transaction that writes afterwards: each statement of it sees what was committed before it began, and one transaction
     * less is one less.
     */
    @Nullable
    Plan inMemory(List<Member> batch, Transaction transaction) throws SQLException {
        Touches touches = new Touches(batch);
        FreshReads fresh = new FreshReads(transaction);
        for (int round = 0; round < ROUNDS_MAX; round++) {
            Plan plan = Plan.decide(batch, assemble(touches, fresh));
            if (!plan.incomplete()) {
                return plan;
            }
            Set<String> holds = new TreeSet<>(plan.unreadHolds());
            if (!plan.unreadStock().isEmpty()) {
                readStock(plan.unreadStock(), fresh);
                // Those that were read before the stock may have been ended by another owner in between.
                holds.addAll(fresh.readHolds);
            }
            readHolds(holds, fresh);
            readCarts(plan.unreadCarts(), fresh);
        }
        return null;
    }

    /** Locks all rows of {@code batch} in the one order, inside the caller's transaction, and decides it on them. */
    Plan underLocks(Connection connection, List<Member> batch) throws SQLException {
        Touches touches = new Touches(batch);
        Set<String> cartIds = new TreeSet<>(touches.carts());
        cartIds.addAll(cartsOf(connection, touches.orders()));
        Map<String, Cart> lockedCarts = cartIds.isEmpty() ? Map.of() : CartSql.lock(connection, cartIds);
        Map<String, Order> lockedOrders =
                touches.orders().isEmpty() ? Map.of() : OrderSql.lock(connection, touches.orders());
        Set<String> holdIds = new TreeSet<>(touches.holds());
        Set<String> skus = new TreeSet<>(touches.stock());
        Set<String> priced = new TreeSet<>();
        for (Order order : lockedOrders.values()) {
            holdIds.add(order.reservationId());
            order.lines().forEach(line -> skus.add(line.sku()));
        }
        for (Cart cart : lockedCarts.values()) {
            if (!touches.carts().contains(cart.id())) {
                continue;
            }
            if (touches.ordering().contains(cart.id())) {
                cart.lines().forEach(line -> priced.add(line.sku()));
            }
            if (cart.reservationId() != null) {
                holdIds.add(cart.reservationId());
            }
            cart.lines().forEach(line -> skus.add(line.sku()));
        }
        Map<String, ReservationSql.Reading> holds =
                holdIds.isEmpty() ? Map.of() : ReservationSql.lock(connection, holdIds);
        holds.values().forEach(reading -> reading.reservation().lines().forEach(line -> skus.add(line.sku())));
        Map<String, Product> products =
                touches.products().isEmpty() ? Map.of() : ProductSql.lock(connection, touches.products());
        priced.removeAll(touches.products());
        Map<String, Product> prices = priced.isEmpty() ? Map.of() : ProductSql.read(connection, priced);
        Map<String, InventoryItem> items = skus.isEmpty() ? Map.of() : StockSql.lock(connection, skus);
        Map<String, Long> due = items.isEmpty() ? Map.of() : StockSql.due(connection, items.keySet());

        WorkingSet rows = new WorkingSet(Times.now(connection), partitionOf);
        cartIds.forEach(id -> rows.put(id, new CartRow(lockedCarts.get(id), true)));
        touches.orders().forEach(id -> rows.put(id, new OrderRow(lockedOrders.get(id))));
        if (!touches.crowded().isEmpty()) {
            ReservationSql.countLiveOf(connection, touches.crowded()).forEach(rows::putHoldsOf);
        }
        priced.forEach(sku -> rows.put(sku, new ProductEntry(prices.get(sku))));
        for (String id : holdIds) {
            ReservationSql.Reading reading = holds.get(id);
            rows.put(
                    id,
                    reading == null
                            ? new HoldRow(null, false, true)
                            : new HoldRow(reading.reservation(), reading.withinTime(), true));
        }
        touches.products().forEach(sku -> rows.put(sku, new ProductEntry(products.get(sku))));
        for (String sku : skus) {
            InventoryItem item = items.get(sku);
            rows.put(sku, new StockRow(sku, item, due.getOrDefault(sku, 0L), true));
            if (item != null) {
                stock.loaded(sku, item);
            }
        }
        lockedCarts.forEach(carts::loaded);
        return Plan.decide(batch, rows);
    }

    /** The carts that orders came from. They never change, so any copy will do. */
    private Set<String> cartsOf(Connection connection, Set<String> orderIds) throws SQLException {
        Set<String> carts = new TreeSet<>();
        Set<String> unknown = new TreeSet<>();
        for (String id : orderIds) {
            Order copy = gridOrder.apply(id);
            if (copy == null) {
                unknown.add(id);
            } else {
                carts.add(copy.cartId());
            }
        }
        if (!unknown.isEmpty()) {
            OrderSql.read(connection, unknown).values().forEach(order -> carts.add(order.cartId()));
        }
        return carts;
    }

    /** Moves the pictures on to what a committed batch made of the rows. */
    void committed(Effects effects) {
        effects.stock().forEach(stock::moved);
        effects.carts().forEach((id, cart) -> {
            if (cart.version() == 1) {
                carts.loaded(id, cart);
            } else {
                carts.moved(id, cart);
            }
        });
    }

    /** Drops the pictures of a batch that went wrong. */
    void drop(List<Member> batch) {
        Touches touches = new Touches(batch);
        stock.drop(touches.stock());
        carts.drop(touches.carts());
        if (!touches.holds().isEmpty()) {
            // A hold's lines are not at hand here; its stock may be any.
            stock.dropAll();
        }
    }

    void dropAll() {
        stock.dropAll();
        carts.dropAll();
    }

    private WorkingSet assemble(Touches touches, FreshReads fresh) throws SQLException {
        Map<String, Reservation> holds = holds(touches.holds(), fresh);
        Set<String> skus = touches.stock();
        if (!holds.isEmpty()) {
            skus = new TreeSet<>(skus);
            for (Reservation hold : holds.values()) {
                for (ReservationLine line : hold.lines()) {
                    skus.add(line.sku());
                }
            }
        }
        loadStock(missing(skus, fresh.readStock, stock), fresh);
        readCarts(missing(touches.carts(), fresh.readCarts, carts), fresh);

        WorkingSet rows = new WorkingSet(clock.nowMicros(), partitionOf);
        for (String id : touches.holds()) {
            ReservationSql.Reading reading = fresh.holds.get(id);
            boolean read = fresh.readHolds.contains(id);
            rows.put(id, new HoldRow(holds.get(id), reading != null && reading.withinTime(), read));
        }
        for (String sku : skus) {
            StockSql.Reading reading = fresh.stock.get(sku);
            rows.put(
                    sku,
                    fresh.readStock.contains(sku)
                            ? new StockRow(
                                    sku,
                                    reading == null ? null : reading.item(),
                                    reading == null ? 0 : reading.due(),
                                    true)
                            : new StockRow(sku, stock.row(sku), 0, false));
        }
        for (String id : touches.carts()) {
            boolean read = fresh.readCarts.contains(id);
            rows.put(id, new CartRow(read ? fresh.carts.get(id) : carts.row(id), read));
        }
        return rows;
    }

    private Map<String, Reservation> holds(Set<String> ids, FreshReads fresh) throws SQLException {
        Map<String, Reservation> holds = new HashMap<>();
        Set<String> unknown = new TreeSet<>();
        for (String id : ids) {
            if (!fresh.readHolds.contains(id)) {
                Reservation copy = gridHold.apply(id);
                if (copy != null && !copy.state().settled()) {
                    holds.put(id, copy);
                } else {
                    unknown.add(id);
                }
            }
        }
        readHolds(unknown, fresh);
        for (String id : ids) {
            ReservationSql.Reading reading = fresh.holds.get(id);
            if (reading != null) {
                holds.put(id, reading.reservation());
            }
        }
        return holds;
    }

    private static Set<String> missing(Collection<String> keys, Set<String> read, Copies<?> copies) {
        Set<String> missing = new TreeSet<>();
        for (String key : keys) {
            if (!read.contains(key) && copies.row(key) == null) {
                missing.add(key);
            }
        }
        return missing;
    }

    /** Makes pictures. What a refusal would rest on is more than the row, and is read when one is near. */
    private void loadStock(Set<String> skus, FreshReads fresh) throws SQLException {
        if (!skus.isEmpty()) {
            StockSql.rows(fresh.transaction.connection(), skus).forEach(stock::loaded);
        }
    }

    private void readStock(Set<String> skus, FreshReads fresh) throws SQLException {
        if (skus.isEmpty()) {
            return;
        }
        Map<String, StockSql.Reading> readings = StockSql.read(fresh.transaction.connection(), skus);
        stock.drop(skus);
        readings.forEach((sku, reading) -> stock.loaded(sku, reading.item()));
        fresh.stock.putAll(readings);
        fresh.readStock.addAll(skus);
    }

    private void readHolds(Set<String> ids, FreshReads fresh) throws SQLException {
        if (!ids.isEmpty()) {
            fresh.holds.putAll(ReservationSql.read(fresh.transaction.connection(), ids));
            fresh.readHolds.addAll(ids);
        }
    }

    private void readCarts(Set<String> ids, FreshReads fresh) throws SQLException {
        if (ids.isEmpty()) {
            return;
        }
        Map<String, Cart> read = CartSql.read(fresh.transaction.connection(), ids);
        carts.drop(ids);
        read.forEach(carts::loaded);
        fresh.carts.putAll(read);
        fresh.readCarts.addAll(ids);
    }
}
