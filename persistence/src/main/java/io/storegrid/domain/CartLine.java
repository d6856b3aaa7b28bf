package io.storegrid.domain;

import java.util.Objects;

/** Units of one SKU in a cart. No price: that is the catalogue's, looked up when the cart is shown. */
public final class CartLine {

    private final String sku;
    private final int quantity;

    public CartLine(String sku, int quantity) {
        InvariantViolation.require(
                quantity > 0 && quantity <= Limits.LINE_QUANTITY_MAX,
                "cart line out of bounds [sku=%s, quantity=%d]",
                sku,
                quantity);
        this.sku = sku;
        this.quantity = quantity;
    }

    public String sku() {
        return sku;
    }

    public int quantity() {
        return quantity;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CartLine that && quantity == that.quantity && sku.equals(that.sku);
    }

    @Override
    public int hashCode() {
        return Objects.hash(sku, quantity);
    }

    @Override
    public String toString() {
        return quantity + " x " + sku;
    }
}
