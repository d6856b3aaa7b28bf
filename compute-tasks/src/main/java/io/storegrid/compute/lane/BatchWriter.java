package io.storegrid.compute.lane;

import io.storegrid.domain.Answer;
import io.storegrid.domain.Cart;
import io.storegrid.domain.InvariantViolation;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.ProductSql;
import io.storegrid.persistence.ReservationSql;
import io.storegrid.persistence.StockSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a plan: a handful of multi-row statements in the one order of all transactions (PROTOCOL 1), after the keys: carts,
 * holds, products, stock with its ledger, new holds. Neither begins nor ends the transaction. Stateless.
 */
final class BatchWriter {

    private BatchWriter() {}

    /** Whether {@code plan} changes any row. */
    static boolean writes(Plan plan) {
        WorkingSet rows = plan.rows();
        return !rows.made().isEmpty()
                || rows.stock().values().stream().anyMatch(StockRow::touched)
                || rows.holds().values().stream().anyMatch(hold -> hold.settlement() != null || hold.extended() != null)
                || rows.carts().values().stream().anyMatch(cart -> cart.change() != null)
                || rows.products().values().stream().anyMatch(product -> product.change() != null);
    }

    /**
     * Writes the effects and corrects the answers to what PostgreSQL returned.
     *
     * @throws GuardLost when a row was not as decided; the transaction must be rolled back
     */
    static Effects write(Connection connection, Plan plan) throws SQLException, GuardLost {
        Effects effects = new Effects();
        writeCarts(connection, plan, effects);
        settleHolds(connection, plan, effects);
        extendHolds(connection, plan, effects);
        writeProducts(connection, plan, effects);
        changeStock(connection, plan, effects);
        List<Reservation> made = plan.rows().made();
        if (!made.isEmpty()) {
            ReservationSql.insert(connection, made);
            made.forEach(reservation -> effects.reservations().put(reservation.id(), reservation));
        }
        return effects;
    }

    private static void writeCarts(Connection connection, Plan plan, Effects effects) throws SQLException, GuardLost {
        List<CartSql.Change> changes = new ArrayList<>();
        for (CartRow row : plan.rows().carts().values()) {
            CartSql.Change change = row.change();
            if (change != null) {
                changes.add(change);
            }
        }
        if (changes.isEmpty()) {
            return;
        }
        if (CartSql.write(connection, changes) != changes.size()) {
            throw new GuardLost("carts");
        }
        for (CartSql.Change change : changes) {
            Cart cart = change.after();
            effects.carts().put(cart.id(), cart);
        }
    }

    private static void settleHolds(Connection connection, Plan plan, Effects effects) throws SQLException, GuardLost {
        List<ReservationSql.Settlement> settlements = new ArrayList<>();
        for (HoldRow row : plan.rows().holds().values()) {
            ReservationSql.Settlement settlement = row.settlement();
            if (settlement != null) {
                settlements.add(settlement);
            }
        }
        if (settlements.isEmpty()) {
            return;
        }
        Map<String, Reservation> settled = ReservationSql.settle(connection, settlements);
        if (settled.size() != settlements.size()) {
            throw new GuardLost("holds");
        }
        effects.reservations().putAll(settled);
        // A copy in the grid may have been older than the row (extended meanwhile): tell what the row has become.
        plan.answers().replaceAll((member, answer) -> {
            Reservation told = answer.reservation();
            Reservation real = told == null ? null : settled.get(told.id());
            return real == null || Objects.equals(real, told) ? answer : answer.withReservation(real);
        });
    }

    private static void extendHolds(Connection connection, Plan plan, Effects effects) throws SQLException, GuardLost {
        List<Reservation> extended = new ArrayList<>();
        for (HoldRow row : plan.rows().holds().values()) {
            Reservation after = row.extended();
            if (after != null) {
                extended.add(after);
            }
        }
        if (extended.isEmpty()) {
            return;
        }
        if (ReservationSql.extend(connection, extended) != extended.size()) {
            throw new GuardLost("holds");
        }
        extended.forEach(reservation -> effects.reservations().put(reservation.id(), reservation));
    }

    private static void writeProducts(Connection connection, Plan plan, Effects effects)
            throws SQLException, GuardLost {
        List<Product> products = new ArrayList<>();
        for (ProductEntry row : plan.rows().products().values()) {
            Product product = row.change();
            if (product != null) {
                products.add(product);
            }
        }
        if (products.isEmpty()) {
            return;
        }
        if (ProductSql.write(connection, products) != products.size()) {
            throw new GuardLost("products");
        }
        products.forEach(product -> effects.products().put(product.sku(), product));
    }

    private static void changeStock(Connection connection, Plan plan, Effects effects) throws SQLException, GuardLost {
        List<StockSql.Creation> creations = new ArrayList<>();
        List<StockSql.Change> changes = new ArrayList<>();
        Map<String, InventoryItem> decided = new HashMap<>();
        for (Map.Entry<String, StockRow> entry : plan.rows().stock().entrySet()) {
            StockRow row = entry.getValue();
            StockSql.Creation creation = row.creation();
            if (creation != null) {
                creations.add(creation);
            }
            StockSql.Change change = row.change();
            if (change != null) {
                changes.add(change);
            }
            if (row.touched()) {
                decided.put(entry.getKey(), Objects.requireNonNull(row.current()));
            }
        }
        long atMicros = plan.rows().atMicros();
        if (!creations.isEmpty() && StockSql.create(connection, creations, atMicros) != creations.size()) {
            throw new GuardLost("stock");
        }
        Map<String, InventoryItem> returned = Map.of();
        if (!changes.isEmpty()) {
            returned = StockSql.change(connection, changes, atMicros);
            if (returned.size() != changes.size()) {
                throw new GuardLost("stock");
            }
        }
        correctAnswers(plan, decided, returned);
        effects.stock().putAll(decided);
        effects.stock().putAll(returned);
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

    /** The answers of keyed members that are not the ones their keys were claimed with. */
    static Map<String, Answer> corrected(Map<Member, Answer> claimed, Map<Member, Answer> actual) {
        Map<String, Answer> corrected = new HashMap<>();
        actual.forEach((member, answer) -> {
            if (member.key() != null && !Objects.equals(answer, claimed.get(member))) {
                corrected.put(Objects.requireNonNull(member.key()).key(), answer);
            }
        });
        return corrected;
    }
}
