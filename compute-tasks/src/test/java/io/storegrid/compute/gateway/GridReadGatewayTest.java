package io.storegrid.compute.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.storegrid.compute.Fault;
import io.storegrid.compute.FaultCode;
import io.storegrid.compute.StoreAccess;
import io.storegrid.compute.StoreCaches;
import io.storegrid.domain.Cart;
import io.storegrid.domain.HoldState;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.Money;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import io.storegrid.domain.ReservationLine;
import io.storegrid.domain.Versioned;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.sql.SQLTransientConnectionException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.junit.jupiter.api.Test;

/** Reads through a grid that finds nothing, as one does for a moment on a node that others have given up. */
class GridReadGatewayTest {

    private static final long NOW = 1_700_000_000_000_000L;

    private final Map<String, Map<String, Versioned>> rows = new HashMap<>();
    private boolean up = true;
    private boolean broken;

    private final GridReadGateway reads = new GridReadGateway(new StoreCaches(blindGrid()), store());

    @Test
    void findsWhatTheGridMisses() {
        InventoryItem item = put(StoreCaches.INVENTORY, "COCADA", new InventoryItem("COCADA", 7, 2, 3));
        Product product = put(StoreCaches.PRODUCTS, "COCADA", product("COCADA", false));
        Cart cart = put(StoreCaches.CARTS, "cart_1", Cart.create("cart_1", "BRL", null, List.of(), NOW));
        Reservation hold = put(
                StoreCaches.RESERVATIONS,
                "rsv_1",
                new Reservation(
                        "rsv_1",
                        HoldState.HELD,
                        null,
                        null,
                        List.of(new ReservationLine("COCADA", 2)),
                        NOW,
                        NOW + 1,
                        1));

        assertEquals(Optional.of(item), reads.inventory("COCADA"));
        assertEquals(Optional.of(product), reads.product("COCADA"));
        assertEquals(Map.of("COCADA", product), reads.products(List.of("COCADA", "SEM-NADA")));
        assertEquals(Optional.of(cart), reads.cart("cart_1"));
        assertEquals(Optional.of(hold), reads.reservation("rsv_1"));
    }

    @Test
    void saysThatNothingIsThereWhenPostgreSqlSaysSo() {
        assertEquals(Optional.empty(), reads.inventory("COCADA"));
        assertEquals(Optional.empty(), reads.product("COCADA"));
        assertEquals(Map.of(), reads.products(List.of("COCADA")));
        assertEquals(Optional.empty(), reads.cart("cart_1"));
        assertEquals(Optional.empty(), reads.reservation("rsv_1"));
        assertEquals(Optional.empty(), reads.order("ord_1"));
    }

    @Test
    void hidesWhatWasArchived() {
        put(StoreCaches.PRODUCTS, "COCADA", product("COCADA", true));

        assertEquals(Optional.empty(), reads.product("COCADA"));
        assertEquals(Map.of(), reads.products(List.of("COCADA")));
    }

    @Test
    void doesNotKnowWhilePostgreSqlIsAway() {
        up = false;
        assertEquals(
                FaultCode.STORE_UNAVAILABLE,
                assertThrows(Fault.class, () -> reads.cart("cart_1")).code());
        up = true;
        broken = true;
        assertEquals(
                FaultCode.STORE_UNAVAILABLE,
                assertThrows(Fault.class, () -> reads.products(List.of("COCADA")))
                        .code());
    }

    private <V extends Versioned> V put(String cache, String key, V row) {
        rows.computeIfAbsent(cache, name -> new HashMap<>()).put(key, row);
        return row;
    }

    private static Product product(String sku, boolean archived) {
        return new Product(sku, "Cocada", "", "Doces", new Money(450, "BRL"), Map.of(), List.of(), 0, archived, 1, 1);
    }

    private StoreAccess store() {
        return proxy(StoreAccess.class, (self, method, arguments) -> switch (method.getName()) {
            case "up" -> up;
            case "nowMicros" -> NOW;
            case "rows" -> rowsOf((String) arguments[0], (Collection<?>) arguments[1]);
            default -> throw new UnsupportedOperationException(method.getName());
        });
    }

    private Map<String, Versioned> rowsOf(String cache, Collection<?> keys) throws SQLTransientConnectionException {
        if (broken) {
            throw new SQLTransientConnectionException("away", "08001");
        }
        Map<String, Versioned> found = new HashMap<>(rows.getOrDefault(cache, Map.of()));
        found.keySet().retainAll(keys);
        return found;
    }

    private static Ignite blindGrid() {
        IgniteCache<?, ?> blind = proxy(IgniteCache.class, (self, method, arguments) -> switch (method.getName()) {
            case "withKeepBinary" -> self;
            case "get" -> null;
            case "getAll" -> Map.of();
            default -> throw new UnsupportedOperationException(method.getName());
        });
        return proxy(Ignite.class, (self, method, arguments) -> {
            if (method.getName().equals("cache")) {
                return blind;
            }
            throw new UnsupportedOperationException(method.getName());
        });
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
