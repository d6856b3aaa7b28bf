package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.StoreEvent;
import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.OrderSql;
import io.storegrid.persistence.OutboxSql;
import io.storegrid.persistence.ProductSql;
import io.storegrid.persistence.ReservationSql;
import io.storegrid.persistence.RoundTrip;
import io.storegrid.persistence.StockSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes a plan: a handful of multi-row statements in the one order of all transactions (PROTOCOL 1), after the keys: carts,
 * holds, products, stock with its ledger, new holds, orders with their history and steps, what the world is told. They travel together, so a guard that is lost shows only when all of
 * them were carried out; the caller rolls back either way. Neither begins nor ends the transaction. Used once.
 */
final class BatchWriter {

    private final Plan plan;
    private final List<CartSql.Change> carts = new ArrayList<>(0);
    private final List<ReservationSql.Settlement> settlements = new ArrayList<>(0);
    private final List<Reservation> extended = new ArrayList<>(0);
    private final List<Product> products = new ArrayList<>(0);
    private final List<OrderSql.Change> orders = new ArrayList<>(0);
    private final List<StockSql.Creation> creations = new ArrayList<>(0);
    private final List<StockSql.Change> changes = new ArrayList<>();
    private final Map<String, InventoryItem> decided = new HashMap<>();

    private BatchWriter(Plan plan) {
        this.plan = plan;
        WorkingSet rows = plan.rows();
        for (CartRow row : rows.carts().values()) {
            addIfAny(carts, row.change());
        }
        for (HoldRow row : rows.holds().values()) {
            addIfAny(settlements, row.settlement());
            addIfAny(extended, row.extended());
        }
        for (ProductEntry row : rows.products().values()) {
            addIfAny(products, row.change());
        }
        for (OrderRow row : rows.orders().values()) {
            addIfAny(orders, row.change());
        }
        for (Map.Entry<String, StockRow> entry : rows.stock().entrySet()) {
            StockRow row = entry.getValue();
            addIfAny(creations, row.creation());
            addIfAny(changes, row.change());
            if (row.touched()) {
                decided.put(entry.getKey(), Objects.requireNonNull(row.current()));
            }
        }
    }

    private static <T> void addIfAny(List<T> list, @Nullable T one) {
        if (one != null) {
            list.add(one);
        }
    }

    /** Whether {@code plan} changes any row. */
    static boolean writes(Plan plan) {
        WorkingSet rows = plan.rows();
        return !rows.made().isEmpty()
                || rows.stock().values().stream().anyMatch(StockRow::touched)
                || rows.holds().values().stream().anyMatch(hold -> hold.settlement() != null || hold.extended() != null)
                || rows.carts().values().stream().anyMatch(cart -> cart.change() != null)
                || rows.products().values().stream().anyMatch(product -> product.change() != null)
                || rows.orders().values().stream().anyMatch(order -> order.change() != null);
    }

    /**
     * Writes the effects and corrects the answers to what PostgreSQL returned.
     *
     * @param trip what the caller has to send first, if anything; it is sent here
     * @throws GuardLost when a row was not as decided; the transaction must be rolled back
     */
    static Effects write(Connection connection, RoundTrip trip, Plan plan) throws SQLException, GuardLost {
        return new BatchWriter(plan).write(connection, trip);
    }

    private Effects write(Connection connection, RoundTrip first) throws SQLException, GuardLost {
        RoundTrip trip = first;
        Supplier<Integer> writtenCarts = carts.isEmpty() ? () -> 0 : CartSql.write(trip, carts);
        Supplier<Map<String, Reservation>> settled =
                settlements.isEmpty() ? Map::of : ReservationSql.settle(trip, settlements);
        Supplier<Integer> writtenExtensions = extended.isEmpty() ? () -> 0 : ReservationSql.extend(trip, extended);
        Supplier<Integer> writtenProducts = products.isEmpty() ? () -> 0 : ProductSql.write(trip, products);
        long atMicros = plan.rows().atMicros();
        if (!creations.isEmpty()) {
            trip.send(connection);
            if (StockSql.create(connection, creations, atMicros) != creations.size()) {
                throw new GuardLost("stock");
            }
            trip = new RoundTrip();
        }
        Supplier<Map<String, InventoryItem>> changed =
                changes.isEmpty() ? Map::of : StockSql.change(trip, changes, atMicros);
        List<Reservation> made = plan.rows().made();
        if (!made.isEmpty()) {
            var unused = ReservationSql.insert(trip, made);
        }
        // Rows of orders were locked before those of holds; writing them comes last, where nothing waits for a lock.
        Supplier<Integer> writtenOrders = orders.isEmpty() ? () -> 0 : OrderSql.write(trip, orders, atMicros);
        if (!plan.rows().people().isEmpty()) {
            var unused = OrderSql.putPeople(trip, plan.rows().people(), atMicros);
        }
        List<StoreEvent> events = Events.of(orders, products, settlements);
        if (!events.isEmpty()) {
            var unused = OutboxSql.append(trip, events, atMicros);
        }
        trip.send(connection);

        require("carts", writtenCarts.get(), carts.size());
        Map<String, Reservation> ended = settled.get();
        require("holds", ended.size(), settlements.size());
        require("holds", writtenExtensions.get(), extended.size());
        require("products", writtenProducts.get(), products.size());
        require("orders", writtenOrders.get(), orders.size());
        require("stock", changed.get().size(), changes.size());
        return effects(ended, changed.get());
    }

    private static void require(String guard, int written, int meant) throws GuardLost {
        if (written != meant) {
            throw new GuardLost(guard);
        }
    }

    private Effects effects(Map<String, Reservation> settled, Map<String, InventoryItem> changed) {
        Effects effects = new Effects();
        for (CartSql.Change change : carts) {
            effects.carts().put(change.after().id(), change.after());
        }
        effects.reservations().putAll(settled);
        extended.forEach(reservation -> effects.reservations().put(reservation.id(), reservation));
        plan.rows().made().forEach(reservation -> effects.reservations().put(reservation.id(), reservation));
        products.forEach(product -> effects.products().put(product.sku(), product));
        orders.forEach(order -> effects.orders().put(order.after().id(), order.after()));
        effects.stock().putAll(decided);
        effects.stock().putAll(changed);
        correctHolds(settled);
        correctAnswers(plan, decided, changed);
        return effects;
    }

    /** A copy in the grid may have been older than the row (extended meanwhile): tells what the row has become. */
    private void correctHolds(Map<String, Reservation> settled) {
        if (!settled.isEmpty()) {
            plan.answers().replaceAll((member, answer) -> {
                Reservation told = answer.reservation();
                Reservation real = told == null ? null : settled.get(told.id());
                return real == null || Objects.equals(real, told) ? answer : answer.withReservation(real);
            });
        }
    }

    /**
     * Where others changed a row between our picture and our statement, and the guard held all the same, every number of the
     * row that was told moves by what they did.
     */
    private static void correctAnswers(
            Plan plan, Map<String, InventoryItem> decided, Map<String, InventoryItem> returned) {
        if (returned.entrySet().stream()
                .allMatch(entry -> Objects.equals(entry.getValue(), decided.get(entry.getKey())))) {
            return;
        }
        plan.answers().replaceAll((member, answer) -> {
            InventoryItem told = answer.outcome().accepted() ? answer.inventory() : null;
            InventoryItem real = told == null ? null : returned.get(told.sku());
            InventoryItem meant = told == null ? null : decided.get(told.sku());
            if (told == null || real == null || meant == null || real.equals(meant)) {
                return answer;
            }
            return answer.withInventory(moved(told, meant, real));
        });
    }

    private static InventoryItem moved(InventoryItem told, InventoryItem meant, InventoryItem real) {
        InvariantViolation.require(
                real.version() > meant.version(), "a picture was ahead of its row [meant=%s, row=%s]", meant, real);
        return new InventoryItem(
                told.sku(),
                told.onHand() + real.onHand() - meant.onHand(),
                told.reserved() + real.reserved() - meant.reserved(),
                told.version() + real.version() - meant.version());
    }

    /**
     * The answers of keyed members that are not the ones their keys were claimed with, and those of earlier commands that a
     * batch gave another one.
     */
    static Map<String, Answer> corrected(
            Map<Member, Answer> claimed, Map<Member, Answer> actual, Map<String, Answer> amended) {
        Map<String, Answer> corrected = new HashMap<>();
        actual.forEach((member, answer) -> {
            if (member.key() != null && !Objects.equals(answer, claimed.get(member))) {
                corrected.put(Objects.requireNonNull(member.key()).key(), answer);
            }
        });
        // The end of a payment, under the key of the order it belongs to.
        amended.forEach(corrected::putIfAbsent);
        return corrected;
    }
}
