package io.storegrid.api;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.AdvanceOrder;
import io.storegrid.compute.command.ArchiveProduct;
import io.storegrid.compute.command.CancelOrder;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.ForgetCustomer;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.PlaceOrder;
import io.storegrid.compute.command.PutProduct;
import io.storegrid.compute.command.RecordPayment;
import io.storegrid.compute.command.Refuse;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.compute.gateway.Catalogue;
import io.storegrid.compute.gateway.CategoryCount;
import io.storegrid.compute.gateway.CheckoutGateway;
import io.storegrid.compute.gateway.CommandGateway;
import io.storegrid.compute.gateway.CustomerFile;
import io.storegrid.compute.gateway.Customers;
import io.storegrid.compute.gateway.OrderQuery;
import io.storegrid.compute.gateway.ProductPage;
import io.storegrid.compute.gateway.ProductQuery;
import io.storegrid.compute.gateway.ReadGateway;
import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerEntry;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.Limits;
import io.storegrid.domain.Order;
import io.storegrid.domain.OrderId;
import io.storegrid.domain.OrderLine;
import io.storegrid.domain.OrderState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.PaymentResult;
import io.storegrid.domain.Person;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Shortage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A stand-in for the grid behind the API: the plain rules on maps, one thread at a time, no database. It only has to give
 * each answer that the contract knows; whether the real lanes give it rightly is proven elsewhere.
 */
final class MemoryStore implements CommandGateway, CheckoutGateway, Customers, ReadGateway, Catalogue {

    private record Recorded(CommandKey key, Answer answer) {}

    private final TreeMap<String, Product> products = new TreeMap<>();
    private final Map<String, InventoryItem> stock = new HashMap<>();
    private final Map<String, Cart> carts = new HashMap<>();
    private final Map<String, Reservation> holds = new HashMap<>();
    private final Map<String, Order> orders = new TreeMap<>();
    private final Map<String, Person> people = new HashMap<>();
    private final Map<String, Recorded> keys = new HashMap<>();

    /** When stock began, microseconds since the epoch. */
    static final long FIRST_ENTRY_MICROS = 1_780_000_000_000_000L;

    /** Is told of every order that was made or changed. */
    private Consumer<Order> ordersTold = order -> {};

    /** Microseconds since the epoch; tests move it. */
    private long nowMicros = 1_790_000_000_000_000L;

    /** What the next commands and reads meet; null: nothing. */
    private @Nullable RuntimeException fault;

    /** Whether commands never end. */
    private boolean silent;

    synchronized void empty() {
        products.clear();
        stock.clear();
        carts.clear();
        holds.clear();
        orders.clear();
        people.clear();
        keys.clear();
        fault = null;
        silent = false;
    }

    synchronized void tellOrders(Consumer<Order> whom) {
        ordersTold = whom;
    }

    private void keep(Order order) {
        orders.put(order.id(), order);
        ordersTold.accept(order);
    }

    synchronized void passes(Duration time) {
        nowMicros += time.toMillis() * 1_000;
    }

    synchronized void failsWith(@Nullable RuntimeException next) {
        fault = next;
    }

    synchronized void silent(boolean now) {
        silent = now;
    }

    @Override
    public synchronized CompletableFuture<Answer> execute(Command command, Duration deadline) {
        if (silent) {
            return new CompletableFuture<>();
        }
        if (fault != null) {
            return CompletableFuture.failedFuture(fault);
        }
        CommandKey key = command.key();
        Recorded before = key == null ? null : keys.get(key.key());
        if (before != null && key != null) {
            return CompletableFuture.completedFuture(
                    before.key().sameRequest(key) ? before.answer().asReplayed() : answer(Outcome.KEY_REUSED));
        }
        Answer answer = decide(command);
        if (key != null) {
            keys.put(key.key(), new Recorded(key, answer));
        }
        return CompletableFuture.completedFuture(answer);
    }

    private Answer decide(Command command) {
        if (command instanceof PutProduct put) {
            return put(put);
        } else if (command instanceof ArchiveProduct archive) {
            return archive(archive);
        } else if (command instanceof SetStock set) {
            return set(set);
        } else if (command instanceof AdjustStock adjust) {
            return adjust(adjust);
        } else if (command instanceof CreateCart create) {
            Cart cart = Cart.create(create.cartId(), create.currency(), create.customerId(), create.lines(), nowMicros);
            carts.put(cart.id(), cart);
            return answer(Outcome.CREATED).withCart(cart);
        } else if (command instanceof ChangeCartLine change) {
            return onCart(change.cartId(), change.ifVersion(), cart -> {
                long before = change.mode() == ChangeCartLine.Mode.ADD ? cart.quantityOf(change.sku()) : 0;
                return cart.withLine(change.sku(), before + change.quantity(), nowMicros);
            });
        } else if (command instanceof DeleteCart delete) {
            return onCart(delete.cartId(), delete.ifVersion(), cart -> Optional.of(cart.deletedAt(nowMicros)));
        } else if (command instanceof MergeCarts merge) {
            Cart from = carts.get(merge.fromCartId());
            if (from == null || !from.openAt(nowMicros)) {
                return answer(Outcome.CART_NOT_FOUND);
            }
            Answer merged = onCart(merge.cartId(), merge.ifVersion(), cart -> cart.withLinesOf(from, nowMicros));
            if (merged.outcome().accepted()) {
                carts.put(from.id(), from.emptied(nowMicros));
            }
            return merged;
        } else if (command instanceof ReserveStock reserve) {
            return reserve(reserve.lines(), reserve.ttlMs(), reserve.cartId(), reserve.entropy());
        } else if (command instanceof ReserveCart reserve) {
            return reserve(reserve);
        } else if (command instanceof PlaceOrder place) {
            return place(place);
        } else if (command instanceof RecordPayment said) {
            return onOrder(said.orderId(), order -> record(order, said));
        } else if (command instanceof CancelOrder cancel) {
            return onOrder(
                    cancel.orderId(),
                    order -> order.state().leadsTo(OrderState.CANCELLED)
                            ? answer(Outcome.CHANGED).withOrder(order.cancelled(nowMicros))
                            : answer(Outcome.NOT_CANCELLABLE).withOrder(order));
        } else if (command instanceof AdvanceOrder advance) {
            return onOrder(advance.orderId(), order -> {
                if (order.state() == advance.to()) {
                    return answer(Outcome.UNCHANGED).withOrder(order);
                }
                return order.state().leadsTo(advance.to())
                        ? answer(Outcome.CHANGED).withOrder(order.advanced(advance.to(), nowMicros))
                        : answer(Outcome.INVALID_TRANSITION).withOrder(order);
            });
        } else if (command instanceof ForgetCustomer forget) {
            carts.computeIfPresent(forget.cartId(), (id, cart) -> cart.withoutCustomer(nowMicros));
            return answer(Outcome.CHANGED);
        } else if (command instanceof Refuse refuse) {
            return answer(refuse.outcome()).withRef(refuse.ref());
        } else if (command instanceof ExtendHold extend) {
            return extend(extend);
        } else if (command instanceof SettleHold settle) {
            return settle(settle);
        }
        throw new Fault(FaultCode.INTERNAL, "unknown command " + command);
    }

    /** Payment methods with "decline" in them are declined, those with "later" are not decided, all others are paid. */
    private Answer place(PlaceOrder place) {
        Cart cart = carts.get(place.cartId());
        if (cart == null || !cart.openAt(nowMicros)) {
            return answer(Outcome.CART_NOT_FOUND);
        }
        if (cart.orderId() != null) {
            return answer(Outcome.CART_NOT_OPEN).withCart(cart);
        }
        Answer held = reserve(new ReserveCart(null, cart.id(), 1_800_000, place.entropy()));
        Reservation hold = held.reservation();
        if (hold == null || !held.outcome().accepted()) {
            return held;
        }
        List<OrderLine> lines = cart.lines().stream()
                .map(line -> new OrderLine(
                        line.sku(),
                        line.sku(),
                        line.quantity(),
                        product(line.sku())
                                .map(product -> product.price().amountMinor())
                                .orElse(0L)))
                .toList();
        Order placed = Order.place(
                OrderId.of(7, place.entropy()),
                cart.id(),
                hold.id(),
                lines,
                cart.currency(),
                place.paymentMethod(),
                place.paymentReference(),
                null,
                nowMicros,
                hold.expiresAtMicros());
        people.put(
                placed.id(),
                new Person(
                        cart.customerId(),
                        place.person().email(),
                        place.person().shippingAddress()));
        if (place.paymentMethod().contains("decline")) {
            keep(placed.paymentFailed(nowMicros));
            return answer(Outcome.PAYMENT_DECLINED).withOrder(orders.get(placed.id()));
        }
        Order after = placed.awaitingPayment(nowMicros);
        if (!place.paymentMethod().contains("later")) {
            end(hold, HoldState.CONFIRMED);
            after = after.paid(hold.id(), after.total(), nowMicros);
        }
        carts.computeIfPresent(cart.id(), (id, now) -> now.orderedAs(placed.id(), hold.id(), nowMicros));
        keep(after);
        return answer(Outcome.CREATED).withOrder(after);
    }

    private Answer record(Order order, RecordPayment said) {
        if (!said.reference().equals(order.payment().reference())) {
            return answer(Outcome.ORDER_NOT_PAYABLE).withOrder(order);
        }
        if (order.state() != OrderState.PENDING_PAYMENT) {
            return answer(Outcome.UNCHANGED).withOrder(order);
        }
        if (said.result() != PaymentResult.APPROVED) {
            return answer(Outcome.CHANGED).withOrder(order.paymentFailed(nowMicros));
        }
        boolean right = said.amount().equals(order.total());
        return answer(Outcome.CHANGED)
                .withOrder(
                        right
                                ? order.paid(order.reservationId(), order.total(), nowMicros)
                                : order.paidInVain(order.total(), nowMicros));
    }

    private Answer onOrder(String id, Function<Order, Answer> change) {
        Order order = orders.get(id);
        if (order == null) {
            return answer(Outcome.ORDER_NOT_FOUND);
        }
        Answer answer = change.apply(order);
        if (answer.outcome().accepted() && answer.order() != null) {
            keep(answer.order());
        }
        return answer;
    }

    private Answer put(PutProduct put) {
        Product there = products.get(put.product().sku());
        long version = there == null || there.archived() ? 0 : there.version();
        if (version != put.ifVersion()) {
            return answer(Outcome.VERSION_CONFLICT).withCurrentVersion(version);
        }
        Product stored = put.product().stored((there == null ? 0 : there.version()) + 1, nowMicros);
        products.put(stored.sku(), stored);
        return answer(version == 0 ? Outcome.CREATED : Outcome.CHANGED).withProduct(stored);
    }

    private Answer archive(ArchiveProduct archive) {
        Product there = product(archive.sku()).orElse(null);
        if (there == null) {
            return answer(Outcome.PRODUCT_NOT_FOUND).withRef(archive.sku());
        }
        if (there.version() != archive.ifVersion()) {
            return answer(Outcome.VERSION_CONFLICT).withCurrentVersion(there.version());
        }
        products.put(there.sku(), there.archivedAt(nowMicros));
        return answer(Outcome.CHANGED).withProduct(products.get(there.sku()));
    }

    private Answer set(SetStock set) {
        InventoryItem there = stock.get(set.sku());
        long version = there == null ? 0 : there.version();
        if (version != set.ifVersion()) {
            return answer(Outcome.VERSION_CONFLICT).withCurrentVersion(version);
        }
        if (there != null && set.onHand() < there.reserved()) {
            return answer(Outcome.BELOW_RESERVED).withInventory(there);
        }
        InventoryItem next = there == null
                ? InventoryItem.initial(set.sku(), set.onHand())
                : new InventoryItem(set.sku(), set.onHand(), there.reserved(), version + 1);
        stock.put(set.sku(), next);
        return answer(there == null ? Outcome.CREATED : Outcome.CHANGED).withInventory(next);
    }

    private Answer adjust(AdjustStock adjust) {
        InventoryItem there = stock.get(adjust.sku());
        if (there == null) {
            return answer(Outcome.INVENTORY_NOT_FOUND).withRef(adjust.sku());
        }
        if (there.available() + adjust.delta() < 0) {
            return answer(Outcome.INSUFFICIENT_STOCK)
                    .withShortages(List.of(new Shortage(adjust.sku(), -adjust.delta(), there.available())));
        }
        InventoryItem next =
                new InventoryItem(there.sku(), there.onHand() + adjust.delta(), there.reserved(), there.version() + 1);
        stock.put(next.sku(), next);
        return answer(Outcome.CHANGED).withInventory(next).withRef(adjust.adjustmentId());
    }

    private Answer onCart(String id, long ifVersion, Function<Cart, Optional<Cart>> change) {
        Cart cart = carts.get(id);
        if (cart == null || !cart.openAt(nowMicros)) {
            return answer(Outcome.CART_NOT_FOUND);
        }
        if (cart.orderId() != null
                || (cart.customerId() != null && cart.customerId().equals("closed"))) {
            return answer(Outcome.CART_NOT_OPEN).withCart(cart);
        }
        if (ifVersion != 0 && ifVersion != cart.version()) {
            return answer(Outcome.VERSION_CONFLICT).withCurrentVersion(cart.version());
        }
        Optional<Cart> next = change.apply(cart);
        if (next.isEmpty()) {
            return answer(Outcome.QUANTITY_LIMIT);
        }
        carts.put(id, next.get());
        return answer(Outcome.CHANGED).withCart(next.get());
    }

    private Answer reserve(ReserveCart reserve) {
        Cart cart = carts.get(reserve.cartId());
        if (cart == null || !cart.openAt(nowMicros)) {
            return answer(Outcome.CART_NOT_FOUND);
        }
        if (cart.lines().isEmpty()) {
            return answer(Outcome.EMPTY_CART);
        }
        Reservation own = cart.reservationId() == null ? null : holds.get(cart.reservationId());
        boolean replaces = own != null && own.state() == HoldState.HELD;
        if (own != null && replaces) {
            end(own, HoldState.RELEASED);
        }
        List<ReservationLine> lines = cart.lines().stream()
                .map(line -> new ReservationLine(line.sku(), line.quantity()))
                .toList();
        Answer answer = reserve(ReservationLine.summed(lines), reserve.ttlMs(), cart.id(), reserve.entropy());
        Reservation made = answer.reservation();
        if (made == null) {
            return answer;
        }
        carts.put(cart.id(), cart.heldBy(made.id(), replaces, nowMicros));
        return answer(replaces ? Outcome.CHANGED : Outcome.CREATED).withReservation(made);
    }

    private Answer reserve(List<ReservationLine> lines, long ttlMs, @Nullable String cartId, String entropy) {
        List<Shortage> shortages = new ArrayList<>();
        for (ReservationLine line : lines) {
            InventoryItem item = stock.get(line.sku());
            if (item == null) {
                return answer(Outcome.INVENTORY_NOT_FOUND).withRef(line.sku());
            }
            if (item.available() < line.quantity()) {
                shortages.add(new Shortage(line.sku(), line.quantity(), item.available()));
            }
        }
        if (!shortages.isEmpty()) {
            return answer(Outcome.INSUFFICIENT_STOCK).withShortages(shortages);
        }
        lines.forEach(line -> change(line.sku(), 0, line.quantity()));
        Reservation made = new Reservation(
                ReservationId.of(7, entropy),
                HoldState.HELD,
                cartId,
                null,
                lines,
                nowMicros,
                nowMicros + ttlMs * 1_000,
                1);
        holds.put(made.id(), made);
        return answer(Outcome.CREATED).withReservation(made);
    }

    private Answer extend(ExtendHold extend) {
        Reservation hold = holds.get(extend.reservationId());
        if (hold == null) {
            return answer(Outcome.RESERVATION_NOT_FOUND);
        }
        if (hold.stateAt(nowMicros) != HoldState.HELD) {
            return answer(Outcome.RESERVATION_NOT_HELD).withReservation(hold);
        }
        long until = Math.max(hold.expiresAtMicros(), nowMicros + extend.ttlMs() * 1_000);
        if (until - hold.createdAtMicros() > Limits.HOLD_LIFE_MAX.toMillis() * 1_000) {
            return answer(Outcome.EXTENSION_LIMIT).withReservation(hold);
        }
        holds.put(hold.id(), hold.extendedTo(until));
        return answer(Outcome.CHANGED).withReservation(holds.get(hold.id()));
    }

    private Answer settle(SettleHold settle) {
        Reservation hold = holds.get(settle.reservationId());
        if (hold == null) {
            return answer(Outcome.RESERVATION_NOT_FOUND);
        }
        if (hold.state() == settle.settlement()) {
            return answer(Outcome.UNCHANGED).withReservation(hold);
        }
        if (hold.stateAt(nowMicros) != HoldState.HELD) {
            return answer(Outcome.RESERVATION_NOT_HELD).withReservation(hold);
        }
        return answer(Outcome.CHANGED).withReservation(end(hold, settle.settlement()));
    }

    private Reservation end(Reservation hold, HoldState settlement) {
        for (ReservationLine line : hold.lines()) {
            change(line.sku(), settlement == HoldState.CONFIRMED ? -line.quantity() : 0, -line.quantity());
        }
        Reservation ended = hold.settled(settlement);
        holds.put(ended.id(), ended);
        return ended;
    }

    private void change(String sku, long onHand, long reserved) {
        InventoryItem item = stock.get(sku);
        if (item != null) {
            stock.put(
                    sku,
                    new InventoryItem(sku, item.onHand() + onHand, item.reserved() + reserved, item.version() + 1));
        }
    }

    private Answer answer(Outcome outcome) {
        return Answer.of(outcome, nowMicros);
    }

    private void meetFault() {
        if (fault != null) {
            throw fault;
        }
    }

    @Override
    public synchronized Optional<Product> product(String sku) {
        meetFault();
        return Optional.ofNullable(products.get(sku)).filter(product -> !product.archived());
    }

    @Override
    public synchronized Map<String, Product> products(Collection<String> skus) {
        Map<String, Product> found = new HashMap<>();
        skus.forEach(sku -> product(sku).ifPresent(product -> found.put(sku, product)));
        return found;
    }

    @Override
    public synchronized Optional<InventoryItem> inventory(String sku) {
        meetFault();
        return Optional.ofNullable(stock.get(sku));
    }

    @Override
    public Optional<InventoryItem> freshInventory(String sku) {
        return inventory(sku);
    }

    @Override
    public synchronized Optional<InventoryItem> inventoryAt(String sku, long atMicros) {
        return atMicros < FIRST_ENTRY_MICROS ? Optional.empty() : inventory(sku);
    }

    /** Entries as if all stock had come with the first one and nothing since. */
    @Override
    public synchronized Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit) {
        return inventory(sku).map(item -> {
            List<LedgerPage.Line> lines = new ArrayList<>();
            LedgerMark mark = from == null ? LedgerMark.of(item) : from;
            while (lines.size() < limit && mark.version() > 0) {
                boolean first = mark.version() == 1;
                LedgerEntry entry = new LedgerEntry(
                        sku,
                        mark.version(),
                        first ? mark.onHand() : 0,
                        first ? mark.reserved() : 0,
                        first ? "INITIAL" : "ADJUSTED",
                        "adj_" + mark.version(),
                        FIRST_ENTRY_MICROS);
                lines.add(new LedgerPage.Line(entry, mark, "%064x".formatted(mark.version())));
                mark = mark.before(entry);
            }
            return new LedgerPage(
                    lines, item.version(), "%064x".formatted(item.version()), mark.version() == 0 ? null : mark);
        });
    }

    @Override
    public synchronized Map<String, InventoryItem> inventories(Collection<String> skus) {
        Map<String, InventoryItem> found = new HashMap<>();
        skus.forEach(sku -> inventory(sku).ifPresent(item -> found.put(sku, item)));
        return found;
    }

    @Override
    public synchronized Optional<Cart> cart(String id) {
        meetFault();
        return Optional.ofNullable(carts.get(id)).filter(cart -> cart.openAt(nowMicros));
    }

    @Override
    public synchronized Optional<Reservation> reservation(String id) {
        meetFault();
        return Optional.ofNullable(holds.get(id));
    }

    @Override
    public CompletableFuture<Answer> place(PlaceOrder command, Duration deadline) {
        return execute(command, deadline);
    }

    @Override
    public synchronized Optional<Order> order(String id) {
        meetFault();
        return Optional.ofNullable(orders.get(id));
    }

    @Override
    public synchronized List<Order> orders(OrderQuery query) {
        meetFault();
        Comparator<Order> oldest = Comparator.comparing(Order::createdAtMicros).thenComparing(Order::id);
        return orders.values().stream()
                .filter(order -> query.state() == null || order.state() == query.state())
                .filter(order -> query.customerId() == null
                        || query.customerId()
                                .equals(Objects.requireNonNull(people.get(order.id()))
                                        .customerId()))
                .filter(order -> order.createdAtMicros() < query.beforeMicros()
                        || (order.createdAtMicros() == query.beforeMicros()
                                && order.id().compareTo(query.beforeId()) < 0))
                .sorted(oldest.reversed())
                .limit(query.limit())
                .toList();
    }

    @Override
    public synchronized CustomerFile file(String customerId) {
        meetFault();
        return new CustomerFile(
                carts.values().stream()
                        .filter(cart -> customerId.equals(cart.customerId()))
                        .toList(),
                orders(new OrderQuery(customerId, null, Long.MAX_VALUE, "", 1_000)).stream()
                        .map(order -> new CustomerFile.Purchase(order, Objects.requireNonNull(people.get(order.id()))))
                        .toList());
    }

    @Override
    public synchronized void forget(String customerId) {
        meetFault();
        carts.replaceAll((id, cart) -> customerId.equals(cart.customerId()) ? cart.withoutCustomer(nowMicros) : cart);
        people.replaceAll(
                (id, person) -> customerId.equals(person.customerId()) ? new Person(null, null, Map.of()) : person);
    }

    @Override
    public synchronized int maxPerOrder(String sku) {
        Product product = products.get(sku);
        return product == null ? 0 : product.maxPerOrder();
    }

    @Override
    public synchronized long nowMicros() {
        return nowMicros;
    }

    @Override
    public synchronized ProductPage page(ProductQuery query) {
        meetFault();
        ProductQuery.Position after = query.after();
        boolean byPrice =
                query.sort() == ProductQuery.Sort.PRICE_ASCENDING || query.sort() == ProductQuery.Sort.PRICE_DESCENDING;
        if (after != null && byPrice) {
            // As the real catalogue does, though the order here is always by SKU.
            Long.parseLong(after.value());
        }
        List<Product> items = products.values().stream()
                .filter(product -> !product.archived())
                .filter(product ->
                        query.category() == null || product.category().equals(query.category()))
                .filter(product -> query.skus().isEmpty() || query.skus().contains(product.sku()))
                .filter(product -> after == null || product.sku().compareTo(after.sku()) > 0)
                .limit(query.limit() + 1L)
                .collect(Collectors.toCollection(ArrayList::new));
        ProductQuery.Position next = null;
        if (items.size() > query.limit()) {
            items.remove(items.size() - 1);
            Product last = items.get(items.size() - 1);
            next = new ProductQuery.Position(
                    byPrice ? Long.toString(last.price().amountMinor()) : "", last.sku());
        }
        return new ProductPage(items, next);
    }

    @Override
    public synchronized List<CategoryCount> categories() {
        return products.values().stream()
                .filter(product -> !product.archived())
                .collect(Collectors.groupingBy(Product::category, TreeMap::new, Collectors.counting()))
                .entrySet()
                .stream()
                .map(entry -> new CategoryCount(entry.getKey(), entry.getValue()))
                .toList();
    }
}
