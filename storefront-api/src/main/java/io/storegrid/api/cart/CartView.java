package io.storegrid.api.cart;

import io.storegrid.api.catalogue.MoneyView;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cart as callers see it: its lines with the catalogue's titles and prices and the stock of the moment.
 *
 * @param total of all lines that have a price
 * @param reservationId of the cart's hold, while it holds
 * @param orderId of the order that the cart has become; null while it takes changes
 */
record CartView(
        String id,
        String currency,
        @Nullable String customerId,
        List<Line> lines,
        MoneyView total,
        @Nullable String reservationId,
        @Nullable String orderId,
        long version,
        String createdAt,
        String updatedAt,
        String expiresAt) {

    /**
     * One line. A product that left the catalogue, or is now sold in another currency, leaves its line in place: without
     * a price, not in stock, and with the SKU for a title where there is no better one.
     *
     * @param unitPrice null when the product is not for sale any more
     * @param available units that this cart could be promised; those that its own hold sets aside included
     * @param inStock whether {@code quantity} units could be promised
     */
    record Line(
            String sku,
            String title,
            int quantity,
            @Nullable MoneyView unitPrice,
            @Nullable MoneyView lineTotal,
            long available,
            boolean inStock) {}
}
