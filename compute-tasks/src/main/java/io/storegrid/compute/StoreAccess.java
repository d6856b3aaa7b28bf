package io.storegrid.compute;

import io.storegrid.compute.gateway.CustomerFile;
import io.storegrid.compute.gateway.OrderQuery;
import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.LedgerVerdict;
import io.storegrid.domain.Order;
import io.storegrid.domain.Person;
import io.storegrid.domain.Versioned;
import io.storegrid.persistence.CartSql;
import io.storegrid.persistence.Database;
import io.storegrid.persistence.Invariants;
import io.storegrid.persistence.LedgerAudit;
import io.storegrid.persistence.LedgerSql;
import io.storegrid.persistence.OrderSql;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks PostgreSQL beside the lanes: its time, whether it answers, single rows, the books. A node with data asks
 * itself, one without asks a node with data. Blocking where it says that it throws {@link SQLException}; thread-safe.
 */
public interface StoreAccess {

    /** Whether PostgreSQL answers, as far as is known; at once. */
    boolean up();

    /** PostgreSQL's time as known here, microseconds since the epoch; at once. */
    long nowMicros();

    /** The rows behind keys of a cache, past the grid; absent ones left out. */
    Map<String, Versioned> rows(String cache, Collection<String> keys) throws SQLException;

    /** Orders, newest first. */
    List<Order> orders(OrderQuery query) throws SQLException;

    /** All that is kept of one customer. */
    CustomerFile customer(String customerId) throws SQLException;

    /** Erases who placed a customer's orders; carts are changed by commands. The number of orders that lost their person. */
    int forgetBuyer(String customerId) throws SQLException;

    /** Rows that break an invariant, by its name; empty when all hold. Full scans. */
    Map<String, List<String>> violations() throws SQLException;

    /** Ledger entries of a SKU, newest first, from {@code from} or from the newest; empty when it never had stock. */
    Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit) throws SQLException;

    /** The stock at a moment, microseconds since the epoch; empty before the first entry. */
    Optional<InventoryItem> stockAt(String sku, long atMicros) throws SQLException;

    /** Verifies the ledger, or one SKU's part of it. A pass over all entries. */
    LedgerVerdict verifyLedger(@Nullable String sku) throws SQLException;

    private static CustomerFile file(Connection connection, String customerId) throws SQLException {
        Map<String, Cart> carts = CartSql.read(connection, OrderSql.cartsOf(connection, customerId));
        List<Order> orders = OrderSql.list(connection, customerId, null, Long.MAX_VALUE, "", Integer.MAX_VALUE);
        Map<String, Person> people = new HashMap<>();
        OrderSql.people(connection, orders.stream().map(Order::id).toList())
                .forEach(buyer -> people.put(buyer.orderId(), buyer.person()));
        Person nobody = new Person(customerId, null, Map.of());
        return new CustomerFile(
                carts.values().stream().sorted(Comparator.comparing(Cart::id)).toList(),
                orders.stream()
                        .map(order -> new CustomerFile.Purchase(order, people.getOrDefault(order.id(), nobody)))
                        .toList());
    }

    /** Of a node that reaches PostgreSQL. */
    static StoreAccess of(Database database, StoreHealth health) {
        return new StoreAccess() {
            @Override
            public boolean up() {
                return health.up();
            }

            @Override
            public long nowMicros() {
                return health.nowMicros();
            }

            @Override
            public Map<String, Versioned> rows(String cache, Collection<String> keys) throws SQLException {
                try (Connection connection = database.reader()) {
                    return Healer.rows(connection, cache, keys);
                }
            }

            @Override
            public List<Order> orders(OrderQuery query) throws SQLException {
                try (Connection connection = database.reader()) {
                    return OrderSql.list(
                            connection,
                            query.customerId(),
                            query.state(),
                            query.beforeMicros(),
                            query.beforeId(),
                            query.limit());
                }
            }

            @Override
            public Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit) throws SQLException {
                try (Connection connection = database.reader()) {
                    return LedgerSql.page(connection, sku, from, limit);
                }
            }

            @Override
            public CustomerFile customer(String customerId) throws SQLException {
                try (Connection connection = database.maintenance()) {
                    return file(connection, customerId);
                }
            }

            @Override
            public int forgetBuyer(String customerId) throws SQLException {
                try (Connection connection = database.maintenance()) {
                    return OrderSql.forget(connection, customerId).size();
                }
            }

            @Override
            public Optional<InventoryItem> stockAt(String sku, long atMicros) throws SQLException {
                try (Connection connection = database.reader()) {
                    return LedgerSql.at(connection, sku, atMicros);
                }
            }

            @Override
            public LedgerVerdict verifyLedger(@Nullable String sku) throws SQLException {
                try (Connection connection = database.maintenance()) {
                    return LedgerAudit.verify(connection, sku);
                }
            }

            @Override
            public Map<String, List<String>> violations() throws SQLException {
                try (Connection connection = database.maintenance()) {
                    Map<String, List<String>> found = new LinkedHashMap<>();
                    for (Invariants.Violation violation : Invariants.violations(connection)) {
                        // Copied: what may cross the grid is of a class that every node can read.
                        found.put(violation.invariant(), new ArrayList<>(violation.rows()));
                    }
                    return found;
                }
            }
        };
    }
}
