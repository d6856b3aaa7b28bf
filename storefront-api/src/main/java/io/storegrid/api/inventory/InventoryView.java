package io.storegrid.api.inventory;

import io.storegrid.api.json.JsonText;
import io.storegrid.domain.InventoryItem;

/**
 * Stock of one SKU as callers see it.
 *
 * @param asOf when it was so, RFC 3339
 */
record InventoryView(String sku, long onHand, long reserved, long available, long version, String asOf) {

    static InventoryView of(InventoryItem item, long atMicros) {
        return new InventoryView(
                item.sku(), item.onHand(), item.reserved(), item.available(), item.version(), JsonText.time(atMicros));
    }
}
