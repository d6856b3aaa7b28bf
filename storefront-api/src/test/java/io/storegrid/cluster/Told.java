package io.storegrid.cluster;

import io.storegrid.domain.HoldState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Everything that callers of one store were told was done, and nothing else. Thread-safe. */
final class Told {

    /**
     * A hold as its caller knows it.
     *
     * @param brief it was to last for seconds only and is left to expire
     */
    private record Hold(HoldState state, Map<String, Integer> lines, boolean brief) {

        /** How the hold has to end up. */
        HoldState due() {
            return brief && state == HoldState.HELD ? HoldState.EXPIRED : state;
        }
    }

    private final Map<String, Long> firstStock;
    private final ConcurrentMap<String, Hold> holds = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Integer> cartUnits = new ConcurrentHashMap<>();

    /** @param firstStock units on hand by SKU, when nobody had bought anything */
    Told(Map<String, Long> firstStock) {
        this.firstStock = Map.copyOf(firstStock);
    }

    void held(String id, Map<String, Integer> lines, boolean brief) {
        holds.put(id, new Hold(HoldState.HELD, Map.copyOf(lines), brief));
    }

    void settled(String id, HoldState state) {
        holds.computeIfPresent(id, (same, hold) -> new Hold(state, hold.lines(), hold.brief()));
    }

    void added(String cart, String sku, int quantity) {
        cartUnits.merge(Stored.cartLine(cart, sku), quantity, Integer::sum);
    }

    int count() {
        return holds.size();
    }

    /** Each hold's id with the state it has to be in at rest. */
    Map<String, HoldState> due() {
        Map<String, HoldState> due = new TreeMap<>();
        holds.forEach((id, hold) -> due.put(id, hold.due()));
        return due;
    }

    /** Units on hand and reserved by SKU, as they follow from what callers were told. */
    Map<String, Stored.Stock> stock() {
        Map<String, Stored.Stock> stock = new TreeMap<>();
        firstStock.forEach((sku, onHand) -> stock.put(sku, new Stored.Stock(onHand, 0)));
        for (Hold hold : holds.values()) {
            int sold = hold.due() == HoldState.CONFIRMED ? 1 : 0;
            int live = hold.due() == HoldState.HELD ? 1 : 0;
            hold.lines()
                    .forEach((sku, units) -> stock.computeIfPresent(
                            sku,
                            (same, now) -> new Stored.Stock(
                                    now.onHand() - (long) sold * units, now.reserved() + (long) live * units)));
        }
        return stock;
    }

    /** Where {@code stored} is not what callers were told, at rest and when no request is in doubt: both ways, and exactly. */
    List<String> differences(Stored stored) {
        List<String> differences = new ArrayList<>();
        Map<String, Hold> told = new HashMap<>(holds);
        told.forEach((id, hold) -> {
            Stored.Hold row = stored.holds().get(id);
            if (row == null) {
                differences.add("acknowledged and gone: " + id + " " + hold);
            } else if (row.state() != hold.due() || !row.lines().equals(hold.lines())) {
                differences.add("acknowledged otherwise: " + id + " " + hold + ", stored " + row);
            }
        });
        stored.holds().forEach((id, row) -> {
            if (!told.containsKey(id)) {
                differences.add("nobody was told of " + id + " " + row);
            }
        });
        compare("stock", stock(), stored.stock(), differences);
        compare("cart", cartUnits, stored.cartUnits(), differences);
        return differences;
    }

    private static <V> void compare(String what, Map<String, V> told, Map<String, V> stored, List<String> differences) {
        TreeSet<String> names = new TreeSet<>(told.keySet());
        names.addAll(stored.keySet());
        for (String name : names) {
            V one = told.get(name);
            V other = stored.get(name);
            if (one == null || !one.equals(other)) {
                differences.add(what + " " + name + ": told " + one + ", stored " + other);
            }
        }
    }
}
