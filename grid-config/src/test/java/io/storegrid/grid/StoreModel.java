package io.storegrid.grid;

import io.storegrid.compute.command.AdjustStock;
import io.storegrid.compute.command.ChangeCartLine;
import io.storegrid.compute.command.Command;
import io.storegrid.compute.command.CommandKey;
import io.storegrid.compute.command.CreateCart;
import io.storegrid.compute.command.DeleteCart;
import io.storegrid.compute.command.ExtendHold;
import io.storegrid.compute.command.MergeCarts;
import io.storegrid.compute.command.ReserveCart;
import io.storegrid.compute.command.ReserveStock;
import io.storegrid.compute.command.SetStock;
import io.storegrid.compute.command.SettleHold;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.Outcome;
import io.storegrid.domain.ReservationId;
import io.storegrid.domain.Shortage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the store must answer and become when commands come one after another: plain maps, no time but the order of
 * commands, none of the store's own rules. Holds are known by the randomness in their ids and do not run out.
 */
final class StoreModel {

    static final int LINE_MAX = 10_000;
    static final long LIFE_MS = 1_800_000;

    /** What the caller must be told. */
    record Told(Outcome outcome, List<Shortage> shortages, boolean replayed) {}

    record Stock(long onHand, long reserved, long version) {}

    static final class Hold {
        final Map<String, Integer> lines;
        HoldState state = HoldState.HELD;
        long ttlMs;
        long version = 1;

        Hold(Map<String, Integer> lines, long ttlMs) {
            this.lines = lines;
            this.ttlMs = ttlMs;
        }
    }

    static final class Cart {
        final String currency;
        final Map<String, Integer> lines = new LinkedHashMap<>();

        @Nullable
        String hold;

        long version = 1;
        boolean deleted;

        Cart(String currency) {
            this.currency = currency;
        }
    }

    private record Recorded(CommandKey key, Told told) {}

    final Map<String, Stock> stock = new HashMap<>();
    final Map<String, Hold> holds = new LinkedHashMap<>();
    final Map<String, Cart> carts = new LinkedHashMap<>();
    private final Map<String, Recorded> keys = new HashMap<>();
    private List<Shortage> shortages = List.of();

    /** The randomness in a reservation's id, which is the part that is known before a lane made the id. */
    static String entropyOf(String reservationId) {
        return reservationId.substring(ReservationId.PREFIX.length(), ReservationId.PREFIX.length() + 32);
    }

    Told execute(Command command) {
        CommandKey key = command.key();
        Recorded before = key == null ? null : keys.get(key.key());
        if (key != null && before != null) {
            return key.sameRequest(before.key)
                    ? new Told(before.told.outcome, before.told.shortages, true)
                    : new Told(Outcome.KEY_REUSED, List.of(), false);
        }
        shortages = List.of();
        Told told = new Told(decide(command), shortages, false);
        if (key != null) {
            keys.put(key.key(), new Recorded(key, told));
        }
        return told;
    }

    private Outcome decide(Command command) {
        if (command instanceof ReserveStock reserve) {
            Map<String, Integer> lines = new LinkedHashMap<>();
            reserve.lines().forEach(line -> lines.put(line.sku(), line.quantity()));
            Outcome refusal = shortage(lines, Map.of());
            return refusal != null ? refusal : take(lines, reserve.entropy(), reserve.ttlMs(), Outcome.CREATED);
        } else if (command instanceof SettleHold settle) {
            return settle(settle.reservationId(), settle.settlement());
        } else if (command instanceof ExtendHold extend) {
            return extend(extend);
        } else if (command instanceof AdjustStock adjust) {
            return adjust(adjust);
        } else if (command instanceof SetStock set) {
            return set(set);
        } else if (command instanceof CreateCart create) {
            carts.put(create.cartId(), new Cart(create.currency()));
            return Outcome.CREATED;
        } else if (command instanceof ChangeCartLine change) {
            return change(change);
        } else if (command instanceof DeleteCart delete) {
            return delete(delete);
        } else if (command instanceof MergeCarts merge) {
            return merge(merge);
        } else if (command instanceof ReserveCart reserve) {
            return reserve(reserve);
        }
        throw new AssertionError("not modelled: " + command);
    }

    private @Nullable Outcome shortage(Map<String, Integer> lines, Map<String, Integer> credits) {
        List<Shortage> found = new ArrayList<>();
        for (Map.Entry<String, Integer> line : new TreeMap<>(lines).entrySet()) {
            Stock row = stock.get(line.getKey());
            if (row == null) {
                return Outcome.INVENTORY_NOT_FOUND;
            }
            long available = row.onHand - row.reserved + credits.getOrDefault(line.getKey(), 0);
            if (available < line.getValue()) {
                found.add(new Shortage(line.getKey(), line.getValue(), available));
            }
        }
        // A missing row comes before a shortage, whatever their order.
        shortages = found;
        return found.isEmpty() ? null : Outcome.INSUFFICIENT_STOCK;
    }

    private Outcome take(Map<String, Integer> lines, String entropy, long ttlMs, Outcome outcome) {
        lines.forEach((sku, quantity) -> move(sku, 0, quantity));
        holds.put(entropy, new Hold(lines, ttlMs));
        return outcome;
    }

    private void move(String sku, long onHand, long reserved) {
        stock.computeIfPresent(
                sku, (same, row) -> new Stock(row.onHand + onHand, row.reserved + reserved, row.version + 1));
    }

    private void end(Hold hold, HoldState state) {
        hold.state = state;
        hold.version++;
        hold.lines.forEach((sku, quantity) -> move(sku, state == HoldState.CONFIRMED ? -quantity : 0, -quantity));
    }

    private Outcome settle(String id, HoldState state) {
        Hold hold = holds.get(entropyOf(id));
        if (hold == null) {
            return Outcome.RESERVATION_NOT_FOUND;
        }
        if (hold.state == HoldState.HELD) {
            end(hold, state);
            return Outcome.CHANGED;
        }
        return state == HoldState.RELEASED && hold.state == HoldState.RELEASED
                ? Outcome.UNCHANGED
                : Outcome.RESERVATION_NOT_HELD;
    }

    private Outcome extend(ExtendHold command) {
        Hold hold = holds.get(entropyOf(command.reservationId()));
        if (hold == null) {
            return Outcome.RESERVATION_NOT_FOUND;
        }
        if (hold.state != HoldState.HELD) {
            return Outcome.RESERVATION_NOT_HELD;
        }
        if (command.ttlMs() > LIFE_MS) {
            return Outcome.EXTENSION_LIMIT;
        }
        if (command.ttlMs() < hold.ttlMs) {
            return Outcome.UNCHANGED;
        }
        hold.ttlMs = command.ttlMs();
        hold.version++;
        return Outcome.CHANGED;
    }

    private Outcome adjust(AdjustStock command) {
        Stock row = stock.get(command.sku());
        if (row == null) {
            return Outcome.INVENTORY_NOT_FOUND;
        }
        if (row.onHand - row.reserved + command.delta() < 0) {
            shortages = List.of(new Shortage(command.sku(), -command.delta(), row.onHand - row.reserved));
            return Outcome.INSUFFICIENT_STOCK;
        }
        move(command.sku(), command.delta(), 0);
        return Outcome.CREATED;
    }

    private Outcome set(SetStock command) {
        Stock row = stock.get(command.sku());
        if (command.ifVersion() != (row == null ? 0 : row.version)) {
            return Outcome.VERSION_CONFLICT;
        }
        if (row == null) {
            stock.put(command.sku(), new Stock(command.onHand(), 0, 1));
            return Outcome.CREATED;
        }
        if (command.onHand() < row.reserved) {
            return Outcome.BELOW_RESERVED;
        }
        move(command.sku(), command.onHand() - row.onHand, 0);
        return Outcome.CHANGED;
    }

    private @Nullable Cart open(String id) {
        Cart cart = carts.get(id);
        return cart == null || cart.deleted ? null : cart;
    }

    private Outcome change(ChangeCartLine command) {
        Cart cart = open(command.cartId());
        if (cart == null) {
            return Outcome.CART_NOT_FOUND;
        }
        if (command.ifVersion() != 0 && command.ifVersion() != cart.version) {
            return Outcome.VERSION_CONFLICT;
        }
        int has = cart.lines.getOrDefault(command.sku(), 0);
        int wanted = command.quantity() + (command.mode() == ChangeCartLine.Mode.ADD ? has : 0);
        if (wanted == has) {
            return Outcome.UNCHANGED;
        }
        if (wanted > LINE_MAX) {
            return Outcome.QUANTITY_LIMIT;
        }
        if (wanted == 0) {
            cart.lines.remove(command.sku());
        } else {
            cart.lines.put(command.sku(), wanted);
        }
        cart.version++;
        return Outcome.CHANGED;
    }

    private @Nullable Hold live(Cart cart) {
        Hold hold = cart.hold == null ? null : holds.get(cart.hold);
        return hold == null || hold.state != HoldState.HELD ? null : hold;
    }

    private void giveBack(Cart cart) {
        Hold hold = live(cart);
        if (hold != null) {
            end(hold, HoldState.RELEASED);
        }
    }

    private Outcome delete(DeleteCart command) {
        Cart cart = open(command.cartId());
        if (cart == null) {
            return Outcome.CART_NOT_FOUND;
        }
        giveBack(cart);
        cart.deleted = true;
        cart.version++;
        return Outcome.CHANGED;
    }

    private Outcome merge(MergeCarts command) {
        Cart cart = open(command.cartId());
        Cart from = open(command.fromCartId());
        if (cart == null || from == null) {
            return Outcome.CART_NOT_FOUND;
        }
        if (!cart.currency.equals(from.currency)) {
            return Outcome.CART_NOT_OPEN;
        }
        if (from.lines.isEmpty()) {
            return Outcome.UNCHANGED;
        }
        Map<String, Integer> sums = new LinkedHashMap<>(cart.lines);
        from.lines.forEach((sku, quantity) -> sums.merge(sku, quantity, Integer::sum));
        if (sums.values().stream().anyMatch(quantity -> quantity > LINE_MAX)) {
            return Outcome.QUANTITY_LIMIT;
        }
        giveBack(from);
        from.lines.clear();
        from.hold = null;
        from.version++;
        cart.lines.putAll(sums);
        cart.version++;
        return Outcome.CHANGED;
    }

    private Outcome reserve(ReserveCart command) {
        Cart cart = open(command.cartId());
        if (cart == null) {
            return Outcome.CART_NOT_FOUND;
        }
        if (cart.lines.isEmpty()) {
            return Outcome.EMPTY_CART;
        }
        Hold old = live(cart);
        Outcome refusal = shortage(cart.lines, old == null ? Map.of() : old.lines);
        if (refusal != null) {
            return refusal;
        }
        giveBack(cart);
        cart.hold = command.entropy();
        cart.version++;
        return take(
                new LinkedHashMap<>(cart.lines),
                Objects.requireNonNull(cart.hold),
                command.ttlMs(),
                old == null ? Outcome.CREATED : Outcome.CHANGED);
    }
}
