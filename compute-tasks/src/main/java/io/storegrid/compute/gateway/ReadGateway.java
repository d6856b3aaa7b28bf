package io.storegrid.compute.gateway;

import io.storegrid.domain.Cart;
import io.storegrid.domain.InventoryItem;
import io.storegrid.domain.LedgerMark;
import io.storegrid.domain.LedgerPage;
import io.storegrid.domain.Order;
import io.storegrid.domain.Product;
import io.storegrid.domain.Reservation;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one door for reads of single things: from the grid's primary copy, from PostgreSQL where the grid has none. Each
 * method throws {@link io.storegrid.compute.Fault} with STORE_UNAVAILABLE when it had to ask PostgreSQL and could not.
 * Blocking, thread-safe.
 */
public interface ReadGateway {

    /** A product of the catalogue; archived ones are gone. */
    Optional<Product> product(String sku);

    /** Those of {@code skus} that the catalogue has. */
    Map<String, Product> products(Collection<String> skus);

    /** Stock as the grid has it. */
    Optional<InventoryItem> inventory(String sku);

    /** Stock as PostgreSQL has it now. */
    Optional<InventoryItem> freshInventory(String sku);

    /** Stock as PostgreSQL's ledger had it at a moment, microseconds since the epoch; empty before its first entry. */
    Optional<InventoryItem> inventoryAt(String sku, long atMicros);

    /**
     * Entries of a SKU's ledger, newest first; empty when it never had stock.
     *
     * @param from {@link LedgerPage#next} of the page before; null for the newest
     */
    Optional<LedgerPage> ledger(String sku, @Nullable LedgerMark from, int limit);

    /** Stock as the grid has it, for those of {@code skus} that have a record. */
    Map<String, InventoryItem> inventories(Collection<String> skus);

    /** An open cart; deleted and expired ones are gone. */
    Optional<Cart> cart(String id);

    /** A reservation as stored; ask {@link io.storegrid.domain.Reservation#stateAt} with {@link #nowMicros} for its state. */
    Optional<Reservation> reservation(String id);

    /** An order as the grid has it. */
    Optional<Order> order(String id);

    /** Orders as PostgreSQL has them now. */
    List<Order> orders(OrderQuery query);

    /** The database's time, microseconds since the epoch, as this node knows it; needs no round trip. */
    long nowMicros();
}
